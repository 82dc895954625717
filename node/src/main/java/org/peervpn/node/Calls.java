package org.peervpn.node;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Reach;
import org.peervpn.nat.path.Slots;
import org.peervpn.node.DropCount.Reason;
import org.peervpn.node.invitation.Invitation;
import org.peervpn.tunnel.Lane;
import org.peervpn.tunnel.Path;
import org.peervpn.tunnel.Tunnel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls the peers that the operator wants to be called: when, where, and what their names stand for. Owned by the loop. */
final class Calls {
    private static final Logger LOG = LoggerFactory.getLogger(Calls.class);

    /** At first a peer is called whatever the clock says. */
    static final long FRESH_NANOS = NodeCore.seconds(5);

    /** So that not all clients call an exit that comes back at one moment. */
    private static final long SLOT_JITTER_NANOS = NodeCore.seconds(2);

    private static final long NANOS_PER_MILLI = 1_000_000L;

    static final long RESOLVE_AGAIN_NANOS = NodeCore.seconds(15);
    static final long RESOLVE_RARELY_NANOS = NodeCore.seconds(60);

    private final Turn turn;
    private final Tunnel tunnel;
    private final NodeOutput output;
    private final DropCount drops;
    private final RandomGenerator random;
    private final Paths paths;
    private final InstantSource wallClock;

    Calls(
            Turn turn,
            Tunnel tunnel,
            NodeOutput output,
            DropCount drops,
            RandomGenerator random,
            Paths paths,
            InstantSource wallClock) {
        this.turn = turn;
        this.tunnel = tunnel;
        this.output = output;
        this.drops = drops;
        this.random = random;
        this.paths = paths;
        this.wallClock = wallClock;
    }

    /** From now on the peer is called where the line says. */
    void dial(PeerEntry entry, ConnectLine line, Origin origin) {
        if (!entry.isDialled()) {
            entry.origin = origin;
        }
        if (entry.up) {
            entry.boundPeer().persistentKeepaliveNanos(paths.keepaliveNanos());
        }
        entry.endpoint = line.endpoint();
        entry.triesCandidates = true;
        entry.unanswered = 0;
        Invitation invitation = line.invitation();
        entry.code = invitation;
        entry.secret = invitation == null ? null : invitation.secret();
        entry.secretSpent = false;
        // One that has let us in before shall know that nobody else may use the code.
        entry.owesInvitationProof = entry.secret != null && entry.up && entry.hello != null && entry.refusal == null;
        entry.invitationProved = false;
        entry.invited =
                invitation == null ? Reach.UNKNOWN : new Reach(invitation.candidates(), invitation.ipv4(), true);
        entry.candidates = invitation == null ? line.places() : paths.placesOf(entry.invited);
        beginAnew(entry);
    }

    /** There is reason to hope. */
    void beginAnew(PeerEntry entry) {
        entry.calls.beginAnew(turn.now());
        if (entry.candidates.isEmpty()) {
            entry.nextResolveNanos = turn.now();
        } else {
            entry.nextDialNanos = turn.now();
            entry.soughtNanos = turn.now();
            paths.seek(entry);
        }
    }

    /** It may still come by itself. */
    void hangUp(PeerEntry entry) {
        entry.origin = Origin.ALLOW;
        entry.endpoint = null;
        entry.candidates = List.of();
        entry.nextDialNanos = Long.MAX_VALUE;
        entry.nextResolveNanos = Long.MAX_VALUE;
        paths.forget(entry);
        entry.boundPeer().persistentKeepaliveNanos(0);
    }

    /** What the name of a peer stands for now. */
    void resolved(PeerEntry entry, Endpoint endpoint, List<InetSocketAddress> found) {
        boolean isName = endpoint.literal() == null;
        if (!isName || !endpoint.equals(entry.endpoint) || found.isEmpty() || found.equals(entry.candidates)) {
            return;
        }
        boolean isElsewhere = !entry.candidates.containsAll(found); // not only in another order
        entry.candidates = found;
        if (isElsewhere) {
            LOG.debug("{} is at {} now, as its name says", entry.id, found);
            beginAnew(entry);
            tunnel.initiateAnew(entry.boundPeer(), turn.now());
        }
    }

    /** The machine's addresses or routes have changed. */
    void networkChanged(PeerEntry entry) {
        if (entry.up) { // also one that called us: it sends to where we were
            leaveFromAnyAddress(entry.boundPeer().lane());
            tunnel.sendKeepalive(entry.boundPeer(), turn.now());
            if (entry.agent != null) { // the old path may lead nowhere from here, or a better one may be there
                paths.seek(entry);
            }
        } else if (entry.isDialled()) {
            beginAnew(entry);
        }
    }

    /** The address that the peer has sent to may not lead to it any more. */
    private void leaveFromAnyAddress(Lane lane) {
        Path old = lane.path();
        if (old != null) {
            // Private addresses are the same in many homes: the peer's old one may be our new one.
            lane.path(paths.isOurs(old.remote()) ? null : output.pathTo(old.remote()));
        }
    }

    /** Looks up and calls what is due. */
    void settle(PeerEntry entry) {
        if (entry.nextResolveNanos <= turn.now() && entry.endpoint != null) {
            long pause = entry.calls.isQuick(turn.now()) ? RESOLVE_AGAIN_NANOS : RESOLVE_RARELY_NANOS;
            entry.nextResolveNanos = entry.up ? Long.MAX_VALUE : turn.now() + pause;
            entry.lastResolveNanos = turn.now();
            output.resolve(entry.endpoint);
        }
        if (entry.nextDialNanos <= turn.now()) {
            entry.nextDialNanos = Long.MAX_VALUE;
            call(entry);
        }
    }

    static long nextDeadlineNanos(PeerEntry entry) {
        return Math.min(entry.nextDialNanos, entry.nextResolveNanos);
    }

    private void call(PeerEntry entry) {
        if (entry.calls.isQuick(turn.now())) {
            tunnel.initiate(entry.boundPeer(), turn.now());
        } else {
            tunnel.initiateOnce(entry.boundPeer(), turn.now());
        }
    }

    /** Sends by the peer's path, and an initiation that may go unanswered there also to where else the peer may be. */
    void send(PeerEntry entry, ByteBuffer datagram) {
        Path path = entry.boundPeer().lane().path();
        boolean isInitiation = datagram.get(datagram.position()) == 1;
        if (isInitiation && isSilent(entry)) {
            LOG.debug("handshake with {}: silent until the next slot", entry.id);
            return;
        }
        if (path != null) {
            output.send(path, datagram.duplicate());
        }
        // A path that has been silent may be gone: what the operator said is tried beside it.
        if (path == null || (isInitiation && entry.triesCandidates)) {
            sendToCandidates(entry, path, datagram);
            if (path != null) {
                resolveAgain(entry);
            }
        }
        if (isInitiation) {
            if (LOG.isDebugEnabled()) {
                LOG.debug("handshake with {}: initiation by {}, to {}", entry.id, path, places(entry));
            }
            entry.triesCandidates = true;
            entry.unanswered++;
            if (entry.up && entry.unanswered == 2 && entry.agent != null) {
                paths.seek(entry); // its path may be dead
            }
        }
    }

    private boolean isSilent(PeerEntry entry) {
        if (!mayConfuse(entry) || turn.now() - entry.soughtNanos <= FRESH_NANOS) {
            return false;
        }
        long utcMillis = wallClock.millis();
        return entry.wasUp ? Slots.isSilentToLost(utcMillis) : Slots.isSilent(utcMillis);
    }

    /** A peer that is not reached may be behind a router that what we send would confuse: see {@link Slots}. */
    private static boolean mayConfuse(PeerEntry entry) {
        return entry.agent != null && entry.isDialled() && !entry.up;
    }

    /** The name may stand for another address by now. */
    private void resolveAgain(PeerEntry entry) {
        boolean isName = entry.endpoint != null && entry.endpoint.literal() == null;
        if (isName && turn.now() - entry.lastResolveNanos >= RESOLVE_AGAIN_NANOS) {
            entry.nextResolveNanos = turn.now();
            turn.unsettle();
        }
    }

    /** A peer that is lost is also sought where else an earlier run knew it to be. */
    private List<InetSocketAddress> places(PeerEntry entry) {
        if (entry.up || entry.unanswered == 0) {
            return entry.places();
        }
        return Stream.concat(entry.places().stream(), paths.remembered(entry).stream())
                .distinct()
                .toList();
    }

    private void sendToCandidates(PeerEntry entry, @Nullable Path path, ByteBuffer datagram) {
        boolean sent = path != null;
        for (InetSocketAddress candidate : places(entry)) {
            // What was the peer's in the network where we were may be ours here.
            Path other = paths.isOurs(candidate) ? null : output.pathTo(candidate);
            if (other != null && !other.equals(path)) {
                output.send(other, datagram.duplicate());
                sent = true;
            }
        }
        if (!sent) {
            drops.count(Reason.NO_PATH);
        }
    }

    /** The peer has answered. */
    void answered(PeerEntry entry) {
        entry.triesCandidates = false;
        entry.unanswered = 0;
    }

    /** The peer was called in vain, or is away. */
    void callLater(PeerEntry entry) {
        if (entry.up) {
            entry.calls.beginAnew(turn.now());
        } else {
            // It would call, too, and every 25 s.
            entry.boundPeer().persistentKeepaliveNanos(0);
        }
        entry.nextDialNanos = entry.calls.nextCallNanos(turn.now(), random);
        if (mayConfuse(entry) && !entry.wasUp && !entry.calls.isQuick(turn.now())) {
            entry.nextDialNanos = turn.now()
                    + Slots.millisToNext(wallClock.millis()) * NANOS_PER_MILLI
                    + random.nextLong(SLOT_JITTER_NANOS);
        }
        entry.nextResolveNanos = Math.min(entry.nextResolveNanos, entry.nextDialNanos);
        LOG.debug("{} is called again in {} s", entry.id, (entry.nextDialNanos - turn.now()) / NodeCore.seconds(1));
        turn.unsettle();
    }
}
