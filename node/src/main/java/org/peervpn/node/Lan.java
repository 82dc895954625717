package org.peervpn.node;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.path.LanBeacon;
import org.peervpn.nat.path.PathAgent;
import org.peervpn.node.DropCount.Reason;

/**
 * Finds peers in the local network: sends beacons there for those that are not connected by it, and hears theirs. What is
 * heard is a hint where to send checks, no more. Owned by the loop.
 */
final class Lan {
    static final long INTERVAL_NANOS = NodeCore.seconds(30);
    static final long QUICK_INTERVAL_NANOS = NodeCore.seconds(3);

    /** After the network has changed; one may be lost, and the other side may not listen yet. */
    static final int QUICK_BEACONS = 3;

    private static final long FIRST_NANOS = NodeCore.seconds(1);
    private static final long JITTER_NANOS = NodeCore.seconds(5);

    private final boolean enabled;
    private final Turn turn;
    private final NodeOutput output;
    private final DropCount drops;
    private final PeerTable peers;
    private final Paths paths;
    private final RandomGenerator random;

    /** Limits what strangers in the local network can make us compute. */
    private final Allowance heard = new Allowance(20, NodeCore.seconds(1) / 5);

    private long nextNanos = Long.MAX_VALUE;
    private int quickLeft;
    private int called;

    Lan(
            boolean enabled,
            Turn turn,
            NodeOutput output,
            DropCount drops,
            PeerTable peers,
            Paths paths,
            RandomGenerator random) {
        this.enabled = enabled;
        this.turn = turn;
        this.output = output;
        this.drops = drops;
        this.peers = peers;
        this.paths = paths;
        this.random = random;
    }

    /** The machine's networks have changed, or the node begins. */
    void changed() {
        quickLeft = QUICK_BEACONS;
        nextNanos = enabled && paths.hasNetwork() ? turn.now() + FIRST_NANOS : Long.MAX_VALUE;
        turn.unsettle();
    }

    long nextDeadlineNanos() {
        return nextNanos;
    }

    /** Sends what is due; nothing while there is nobody to be found. */
    void settle() {
        if (turn.now() < nextNanos) {
            return;
        }
        quickLeft = Math.max(0, quickLeft - 1);
        nextNanos =
                turn.now() + (quickLeft > 0 ? QUICK_INTERVAL_NANOS : INTERVAL_NANOS - random.nextLong(JITTER_NANOS));
        List<PathAgent> agents = nextToCall();
        if (!agents.isEmpty()) {
            output.beacon(paths.beacon(agents));
        }
    }

    /** Some of the peers that may be near; others the next time. */
    private List<PathAgent> nextToCall() {
        List<PeerEntry> sought = peers.entries().stream().filter(this::isSought).toList();
        List<PathAgent> agents = new ArrayList<>();
        for (int i = 0; i < Math.min(sought.size(), LanBeacon.MAX_TAGS); i++) {
            agents.add(paths.agentOf(sought.get((called + i) % sought.size())));
        }
        called = sought.size() <= LanBeacon.MAX_TAGS ? 0 : (called + LanBeacon.MAX_TAGS) % sought.size();
        return agents;
    }

    private boolean isSought(PeerEntry entry) {
        boolean isStock = entry.up && entry.hello == null;
        return entry.admitted && !isStock && !paths.isByLan(entry);
    }

    /** A datagram that came to the beacons' group. */
    void receive(InetSocketAddress source, ByteBuffer datagram) {
        if (!enabled) {
            return;
        }
        LanBeacon beacon = LanBeacon.decode(datagram);
        if (beacon == null || !paths.isNear(source.getAddress())) {
            drops.count(Reason.BAD_BEACON);
            return;
        }
        InetSocketAddress endpoint = new InetSocketAddress(source.getAddress(), beacon.port());
        if (paths.isOurs(endpoint)) {
            return; // our own
        }
        if (!heard.take(turn.now())) {
            drops.count(Reason.TOO_MANY_BEACONS);
            return;
        }
        PeerEntry caller = callerOf(beacon);
        if (caller != null) {
            found(caller, endpoint);
        }
    }

    private @Nullable PeerEntry callerOf(LanBeacon beacon) {
        for (PeerEntry entry : peers.entries()) {
            if (isSought(entry) && paths.agentOf(entry).isCalledBy(beacon)) {
                return entry;
            }
        }
        return null;
    }

    /** A peer that is connected by another way is sought here once; one that is not, as often as it may be. */
    private void found(PeerEntry entry, InetSocketAddress endpoint) {
        boolean isKnown = endpoint.equals(entry.near);
        if ((isKnown && entry.up) || !entry.mayBeSought(turn.now())) {
            return;
        }
        entry.near = endpoint;
        paths.seek(entry);
    }
}
