package org.peervpn.node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.peervpn.node.NodeEvent.NotLetIn;
import org.peervpn.tunnel.NoisePublicKey;

/** How long a client waits for the first handshake, and what it tells meanwhile. Owned by the loop. */
final class ConnectPatience {
    static final long HINT_AFTER_NANOS = NodeCore.seconds(15);

    private final NodeConfig config;
    private final PeerTable peers;
    private final PublicEndpoint publicEndpoint;
    private final NoisePublicKey ownKey;
    private long startedNanos;
    private boolean refusalTold;
    private long hintNanos = Long.MAX_VALUE;
    private long giveUpNanos = Long.MAX_VALUE;

    ConnectPatience(NodeConfig config, PeerTable peers, PublicEndpoint publicEndpoint) {
        this.config = config;
        this.peers = peers;
        this.publicEndpoint = publicEndpoint;
        this.ownKey = config.privateKey().publicKey();
    }

    /** A node that also serves has something to do while nobody answers. */
    void begin(long nowNanos) {
        if (config.connect().isEmpty() || config.waitForPeers()) {
            return;
        }
        startedNanos = nowNanos;
        hintNanos = nowNanos + HINT_AFTER_NANOS;
        if (!config.connectTimeout().isZero()) {
            giveUpNanos = nowNanos + config.connectTimeout().toNanos();
        }
    }

    /** A peer has answered. */
    void end() {
        hintNanos = Long.MAX_VALUE;
        giveUpNanos = Long.MAX_VALUE;
    }

    void onTimeout(long nowNanos, Consumer<NodeEvent> events) {
        Duration tried = Duration.ofNanos(nowNanos - startedNanos);
        if (nowNanos >= hintNanos) {
            hintNanos = Long.MAX_VALUE;
            events.accept(new NodeEvent.StillTrying(tried, likelyReasons()));
        }
        if (nowNanos >= giveUpNanos) {
            giveUpNanos = Long.MAX_VALUE;
            events.accept(new NodeEvent.Unreachable(tried));
        }
    }

    /** Tells once that nobody lets us in, as long as nothing has depended on a peer. */
    void refused(Applicant applicant, Consumer<NodeEvent> events) {
        if (refusalTold || config.waitForPeers()) {
            return;
        }
        List<PeerEntry> called = config.connect().stream()
                .map(line -> peers.get(line.publicKey()))
                .filter(Objects::nonNull)
                .toList();
        List<NotLetIn.Reason> reasons = called.stream()
                .map(applicant::whyHopeless)
                .flatMap(Stream::ofNullable)
                .toList();
        if (called.isEmpty() || reasons.size() < called.size()) {
            return;
        }
        refusalTold = true;
        events.accept(new NodeEvent.Refused(reasons.get(0)));
    }

    long nextDeadlineNanos() {
        return Math.min(hintNanos, giveUpNanos);
    }

    private static boolean isInvited(ConnectLine line) {
        return line.invitation() != null && line.invitation().secret() != null;
    }

    private List<String> likelyReasons() {
        List<String> reasons = new ArrayList<>();
        for (ConnectLine line : config.connect()) {
            PeerEntry entry = peers.get(line.publicKey());
            if (entry != null && entry.candidates.isEmpty()) {
                reasons.add("The name " + line.endpoint().host() + " cannot be resolved.");
            }
            if (config.presharedKeys().has(line.publicKey())) {
                reasons.add("The preshared key for " + line.publicKey()
                        + " (--psk-file) is not the one there for this node.");
            }
        }
        if (config.connect().stream().anyMatch(ConnectPatience::isInvited)) {
            reasons.add(
                    "The invitation was used already or has expired, and the other node lets in nobody else: ask for"
                            + " a fresh one.");
        }
        if (publicEndpoint.serversAreSilent()) {
            reasons.add("No STUN server answers either: this network may have no internet, or may block UDP.");
        }
        reasons.add("The other node does not run, or its endpoint has changed: ask for a fresh line.");
        String endpoint = publicEndpoint.text();
        reasons.add("The other node is behind a NAT or firewall that lets nobody in: run there"
                + (endpoint == null
                        ? " peervpn --add with this node's line (peervpn --info)."
                        : ": peervpn --add=" + ownKey + "@" + endpoint));
        reasons.add("The other node does not admit this key (--allow=" + ownKey
                + " there), or the public key in the line is not its own.");
        return reasons;
    }
}
