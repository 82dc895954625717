package org.peervpn.node;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which peer is our way to the internet. A pure function of the configuration and of what the peers offer. */
final class ExitChoice {
    private static final Set<Integer> BOTH = Set.of(4, 6);

    private final NodeConfig config;

    /** Whom the operator wants to be called, in order. */
    private List<ConnectLine> connect;

    ExitChoice(NodeConfig config) {
        this.config = config;
        this.connect = config.connect();
    }

    void connect(List<ConnectLine> lines) {
        connect = lines;
    }

    /**
     * The peer to use. Once there is an exit, it stays until another one can take over: traffic never falls back to the
     * uplink while the exit is away or has stopped to offer.
     */
    @Nullable
    PeerEntry choose(@Nullable PeerEntry current, PeerTable peers) {
        if (!config.useExit()) {
            return null;
        }
        return preferred(peers)
                .filter(entry ->
                        entry.up && entry.refusal == null && !families(entry).isEmpty())
                .findFirst()
                .orElse(current);
    }

    /** Nothing will be known by waiting longer: every peer that may be the exit and is connected has spoken. */
    boolean isDecided(PeerTable peers, long nowNanos) {
        return preferred(peers).filter(entry -> entry.up).allMatch(entry -> hasSpoken(entry, nowNanos));
    }

    /** A stock WireGuard never speaks, and lets in whom it answers. */
    private boolean hasSpoken(PeerEntry entry, long nowNanos) {
        boolean waitedLongEnough = nowNanos - entry.upSinceNanos >= NodeCore.HELLO_PATIENCE_NANOS;
        return entry.refusal == null && (entry.hello != null || isNamed(entry) || waitedLongEnough);
    }

    /** What the peer carries. A stock WireGuard that was named as exit says nothing, so it is taken to carry both. */
    Set<Integer> families(PeerEntry entry) {
        if (entry.hello != null) {
            return entry.hello.exitFamilies();
        }
        return isNamed(entry) ? BOTH : Set.of();
    }

    private boolean isNamed(PeerEntry entry) {
        return config.exitVia().stream().anyMatch(entry::isCalled);
    }

    private Stream<PeerEntry> preferred(PeerTable peers) {
        if (config.exitVia().isEmpty()) {
            return connect.stream().map(line -> peers.get(line.publicKey())).filter(Objects::nonNull);
        }
        return config.exitVia().stream().flatMap(text -> named(text, peers));
    }

    /**
     * By its name only a peer that the operator knows: a stranger, or who came by a code, could give itself any. An ambiguous
     * name is nobody's.
     */
    private static Stream<PeerEntry> named(String text, PeerTable peers) {
        List<PeerEntry> called = peers.entries().stream()
                .filter(entry -> entry.isIdentifiedBy(text) || (entry.origin.isVouchedFor() && entry.isCalled(text)))
                .toList();
        return called.size() == 1 ? called.stream() : Stream.empty();
    }
}
