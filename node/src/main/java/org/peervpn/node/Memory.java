package org.peervpn.node;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.Remembered.RememberedPeer;
import org.peervpn.tunnel.NoisePublicKey;
import org.peervpn.tunnel.Path;

/**
 * What the node would know after a restart, and when it has to be written down anew. Owned by the loop.
 *
 * <p>Peers of an earlier run that this one does not admit (another {@code --admission}, a {@code --connect} that was not
 * given again) stay remembered; that is all they are.
 */
final class Memory {
    /** Changes come in bursts. */
    static final long DELAY_NANOS = NodeCore.seconds(1);

    static final long INTERVAL_NANOS = NodeCore.seconds(10);

    private final PeerTable peers;
    private final Invitations invitations;
    private final InstantSource wallClock;
    private final Map<NoisePublicKey, RememberedPeer> earlier = new LinkedHashMap<>();
    private long dueNanos = Long.MAX_VALUE;
    private long notBeforeNanos;

    Memory(PeerTable peers, Invitations invitations, Remembered remembered, InstantSource wallClock) {
        this.peers = peers;
        this.invitations = invitations;
        this.wallClock = wallClock;
        remembered.peers().forEach(peer -> earlier.put(peer.key(), peer));
    }

    /** What is known of the key from an earlier run; null if nothing is. */
    @Nullable
    RememberedPeer of(NoisePublicKey key) {
        return earlier.get(key);
    }

    void changed(long nowNanos) {
        if (dueNanos == Long.MAX_VALUE) {
            dueNanos = Math.max(nowNanos + DELAY_NANOS, notBeforeNanos);
        }
    }

    /** What must not be forgotten by a crash either. */
    void changedForGood(long nowNanos) {
        dueNanos = nowNanos;
    }

    void forget(NoisePublicKey key) {
        earlier.remove(key);
    }

    long nextDeadlineNanos() {
        return dueNanos;
    }

    /** What is to be written down now; null if nothing is due. */
    @Nullable
    Remembered due(long nowNanos) {
        if (nowNanos < dueNanos) {
            return null;
        }
        dueNanos = Long.MAX_VALUE;
        notBeforeNanos = nowNanos + INTERVAL_NANOS;
        return snapshot();
    }

    Remembered snapshot() {
        // The admitted ones in their order: who was admitted first keeps a contested IPv4 address.
        Map<NoisePublicKey, RememberedPeer> all = new LinkedHashMap<>();
        peers.entries().stream()
                .filter(entry -> entry.admitted)
                .forEach(entry -> all.put(entry.key, remembered(entry)));
        earlier.forEach(all::putIfAbsent);
        return new Remembered(bounded(all), peers.removed(), invitations.open());
    }

    /** The longest unseen go first. */
    private static List<RememberedPeer> bounded(Map<NoisePublicKey, RememberedPeer> all) {
        List<RememberedPeer> list = new ArrayList<>(all.values());
        if (list.size() > Remembered.MAX_ENTRIES) {
            List<RememberedPeer> bySight = new ArrayList<>(list);
            bySight.sort(Comparator.comparing(peer -> peer.lastSeen() == null ? Instant.EPOCH : peer.lastSeen()));
            list.removeAll(bySight.subList(0, list.size() - Remembered.MAX_ENTRIES));
        }
        return List.copyOf(list);
    }

    private RememberedPeer remembered(PeerEntry entry) {
        Path path = entry.peer == null ? null : entry.peer.lane().path();
        Endpoint last = path == null ? entry.lastEndpoint : endpoint(path.remote());
        Instant seen = entry.up ? wallClock.instant() : entry.lastSeen;
        return new RememberedPeer(
                entry.key, entry.name(), entry.origin, entry.origin == Origin.ADD ? entry.endpoint : null, last, seen);
    }

    /** null for an address that means something else on another interface. */
    private static @Nullable Endpoint endpoint(InetSocketAddress remote) {
        return remote.getAddress().isLinkLocalAddress() ? null : Endpoint.of(remote);
    }
}
