package org.peervpn.node;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.Remembered.RememberedPeer;
import org.peervpn.node.invitation.Invitation;
import org.peervpn.tunnel.NoisePublicKey;
import org.peervpn.tunnel.Peer;
import org.peervpn.tunnel.PeerConfig;
import org.peervpn.tunnel.Tunnel;

/**
 * Who is a peer: keeps the {@link PeerTable}, the tunnel's peers, the owners of addresses and what is remembered in step
 * when a peer is known, let in, comes up or is forgotten. Owned by the loop.
 */
final class Roster {
    /** Between the first calls to remembered peers. */
    private static final long CALL_INTERVAL_NANOS = 10_000_000L;

    /** A stranger that has been away for longer is not called, but may call us. */
    private static final Duration CALL_SEEN_WITHIN = Duration.ofDays(7);

    /** Longer ago makes no difference. */
    private static final Duration LONG_AWAY = Duration.ofDays(365);

    private final NodeConfig config;
    private final NoisePublicKey ownKey;
    private final Turn turn;
    private final Tunnel tunnel;
    private final PeerTable peers;
    private final Routes routes;
    private final Memory memory;
    private final Hellos hellos;
    private final Paths paths;
    private final InstantSource wallClock;

    private PresharedKeys presharedKeys;

    /** A peer that we call has answered once. */
    private boolean everReached;

    Roster(
            NodeConfig config,
            Turn turn,
            Tunnel tunnel,
            PeerTable peers,
            Routes routes,
            Memory memory,
            Hellos hellos,
            Paths paths,
            InstantSource wallClock) {
        this.config = config;
        this.ownKey = config.privateKey().publicKey();
        this.turn = turn;
        this.tunnel = tunnel;
        this.peers = peers;
        this.routes = routes;
        this.memory = memory;
        this.hellos = hellos;
        this.paths = paths;
        this.wallClock = wallClock;
        this.presharedKeys = config.presharedKeys();
    }

    /** A peer that we call has answered once. */
    boolean everReached() {
        return everReached;
    }

    /** Knows the peers of earlier runs that this run admits. */
    void recall(Calls calls) {
        config.remembered().removed().forEach(peers::ban);
        config.remembered().peers().forEach(known -> recall(known, calls));
    }

    private void recall(RememberedPeer known, Calls calls) {
        boolean isOurs = !known.key().equals(ownKey) && !peers.isBanned(known.key());
        if (!isOurs || !known.origin().outlives(config.admission())) {
            return;
        }
        PeerEntry entry = know(known.key(), known.origin());
        if (known.calls() != null) {
            calls.dial(entry, line(known, known.calls()), known.origin());
        }
        entry.name = known.name();
        entry.invitedAs = known.invitedAs();
        if (entry.origin.isStranger() && !known.endpoints().isEmpty()) {
            InetSocketAddress last = known.endpoints().get(0).literal();
            entry.source = last == null ? null : Source.of(last.getAddress());
        }
        entry.lastSeen = known.lastSeen();
        if (known.lastSeen() != null) {
            Duration away = Duration.between(known.lastSeen(), wallClock.instant());
            // By the uptime alone it may have been away since before this node started: such a moment is negative. What
            // is written down may be any time, and further away than nanoseconds can count.
            entry.downSinceNanos =
                    turn.now() - (away.compareTo(LONG_AWAY) > 0 ? LONG_AWAY : atLeastZero(away)).toNanos();
        }
    }

    /** An old code says nothing of use any more. */
    private ConnectLine line(RememberedPeer known, Endpoint endpoint) {
        Invitation code = known.code();
        return code != null && wallClock.instant().isBefore(code.validUntil())
                ? ConnectLine.of(code)
                : new ConnectLine(known.key(), endpoint);
    }

    private static Duration atLeastZero(Duration away) {
        return away.isNegative() ? Duration.ZERO : away;
    }

    /** Whoever was connected before may be waiting for us: it is called where it was last, the latest one first. */
    void callRemembered() {
        Instant longAgo = wallClock.instant().minus(CALL_SEEN_WITHIN);
        long callNanos = turn.now();
        for (PeerEntry entry : latestFirst()) {
            RememberedPeer known = memory.of(entry.key);
            if (known == null || known.endpoints().isEmpty()) {
                continue;
            }
            entry.lastEndpoints = known.endpoints();
            if (entry.agent != null) { // it is being sought, but not there
                paths.seek(entry);
            }
            boolean recent = known.lastSeen() != null && known.lastSeen().isAfter(longAgo);
            if (recent || !entry.origin.isStranger()) {
                entry.calls.beginAnew(turn.now());
                entry.nextDialNanos = Math.min(entry.nextDialNanos, callNanos);
                callNanos += CALL_INTERVAL_NANOS;
            }
        }
    }

    private List<PeerEntry> latestFirst() {
        return peers.entries().stream()
                .sorted(Comparator.comparing(
                        (PeerEntry entry) -> {
                            RememberedPeer known = memory.of(entry.key);
                            return known == null || known.lastSeen() == null ? Instant.EPOCH : known.lastSeen();
                        },
                        Comparator.reverseOrder()))
                .toList();
    }

    /** Admits the key, unless it is admitted already. */
    PeerEntry know(NoisePublicKey key, Origin origin) {
        // The tunnel first: if it has no room, nothing is left behind here.
        Peer known = tunnel.peer(key);
        Peer peer = known != null ? known : tunnel.addPeer(inTunnel(key));
        PeerEntry entry = peers.get(key);
        if (entry == null) {
            entry = peers.add(key, origin, turn.now());
        } else if (entry.origin.isStranger() || (entry.origin == Origin.INVITATION && origin == Origin.ADMIT)) {
            entry.origin = origin;
        }
        entry.peer = peer;
        peers.unban(key);
        peers.admit(entry);
        routes.ownersChanged();
        memory.changed(turn.now());
        return entry;
    }

    /** What the tunnel has to know of a peer, however that comes to be one. */
    PeerConfig inTunnel(NoisePublicKey key) {
        return new PeerConfig(key, presharedKeys.of(key), 0);
    }

    /** From the next handshakes on. */
    void presharedKeys(PresharedKeys keys) {
        presharedKeys = keys;
        tunnel.peers().forEach(peer -> peer.presharedKey(keys.of(peer.publicKey())));
    }

    /** The entry of a peer of which the tunnel tells; null if there is none. */
    @Nullable
    PeerEntry of(Peer peer) {
        PeerEntry entry = peers.get(peer.publicKey());
        if (entry != null && entry.peer == null) {
            entry.peer = peer;
        }
        return entry;
    }

    /** The guest has done what it takes. */
    void letIn(PeerEntry guest) {
        peers.admit(guest);
        routes.ownersChanged();
        routes.publishOwners(); // the packet that has just proved it may follow within this call
        comeUp(guest);
    }

    /** A handshake has been completed with an admitted peer that was not connected. */
    void comeUp(PeerEntry entry) {
        entry.up = true;
        entry.wasUp = true;
        entry.upSinceNanos = turn.now();
        if (entry.isDialled()) {
            everReached = true;
            entry.boundPeer().persistentKeepaliveNanos(paths.keepaliveNanos());
        }
        entry.invitationProved = false;
        entry.reachSent = 0;
        entry.nextReachNanos = Long.MAX_VALUE;
        paths.settledOn(entry);
        hellos.begin(entry, turn.now());
        memory.changed(turn.now());
        turn.tell(new NodeEvent.PeerConnected(
                entry.label(),
                entry.endpointText(),
                entry.addresses().stream().map(StatusView::address).toList()));
    }

    /** No handshake with the peer for so long that it counts as away. */
    void goDown(PeerEntry entry) {
        entry.up = false;
        entry.downSinceNanos = turn.now();
        entry.lastSeen = wallClock.instant();
        paths.lost(entry);
        memory.changed(turn.now());
        turn.tell(new NodeEvent.PeerGone(entry.label(), "no answer for 3 minutes"));
    }

    void forget(PeerEntry entry, String why) {
        // An initiation that was refused after all has left a peer in the tunnel of which we never heard again.
        Peer bound = entry.peer != null ? entry.peer : tunnel.peer(entry.key);
        if (bound != null) {
            tunnel.removePeer(bound);
        }
        paths.forget(entry);
        peers.remove(entry);
        routes.forget(entry);
        if (entry.admitted) {
            memory.changed(turn.now());
        }
        if (entry.up) {
            turn.tell(new NodeEvent.PeerGone(entry.label(), why));
        }
    }

    /** Forgets the peer for good: it is not let in again until it is named anew. */
    void ban(PeerEntry entry) {
        forget(entry, "removed");
        peers.ban(entry.key);
        memory.forget(entry.key);
        memory.changed(turn.now());
    }
}
