package org.peervpn.node;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Candidate;
import org.peervpn.nat.CandidateType;
import org.peervpn.nat.Reach;
import org.peervpn.node.Remembered.RememberedPeer;
import org.peervpn.node.invitation.EndpointSanity;
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

    /** Endpoints that a peer has named; the others that are remembered have been its own. */
    private static final int MAX_SAID = 5;

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
        Instant seen = entry.up ? wallClock.instant() : entry.lastSeen;
        return new RememberedPeer(
                entry.key,
                entry.name(),
                entry.origin,
                entry.origin == Origin.ADD ? entry.endpoint : null,
                endpoints(entry),
                seen,
                entry.origin == Origin.ADD ? entry.code : null,
                entry.invitedAs);
    }

    /** Only of a peer whose key the operator knows is remembered where it says that it is: another could name a victim. */
    private static List<Endpoint> endpoints(PeerEntry entry) {
        Path path = entry.peer == null ? null : entry.peer.lane().path();
        Stream<Endpoint> now = path == null || path.remote().getAddress().isLinkLocalAddress()
                ? entry.lastEndpoints.stream().limit(1)
                : Stream.of(Endpoint.of(path.remote()));
        Stream<Endpoint> said = entry.origin.isVouchedFor() ? said(entry).map(Endpoint::of) : Stream.empty();
        return Stream.of(now, said, entry.lastEndpoints.stream())
                .flatMap(endpoints -> endpoints)
                .distinct()
                .limit(entry.origin.isStranger() ? 1 : Remembered.MAX_ENDPOINTS)
                .toList();
    }

    /** Of its own addresses there may be many, of the others there are few. */
    private static Stream<InetSocketAddress> said(PeerEntry entry) {
        Reach reach = entry.told != null ? entry.told : entry.invited;
        return reach.candidates().stream()
                .filter(candidate -> EndpointSanity.isSane(candidate.endpoint()))
                .sorted(Comparator.comparing(candidate -> candidate.type() == CandidateType.HOST))
                .limit(MAX_SAID)
                .map(Candidate::endpoint);
    }
}
