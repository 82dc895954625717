package org.peervpn.node;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code --status} shows; the names are those of its JSON. Unknown is null. */
public record NodeStatus(
        State state,
        String peerId,
        String publicKey,
        @JsonProperty("interface") String interfaceName,
        List<String> addresses,
        int port,
        @Nullable String publicEndpoint,
        @Nullable String nat,
        @Nullable PortMappingStatus portMapping,
        Exit exit,
        int openInvitations,
        List<PeerStatus> peers,
        Map<String, Long> drops) {

    /** The state of a node, or of its relation to one peer. */
    public enum State {
        STARTING,
        CONNECTING,
        CONNECTED,
        RECONNECTING,
        STOPPING,
        FAILED
    }

    /** The kind of a path. */
    public enum PathType {
        DIRECT,
        RELAY,
        NONE
    }

    /**
     * The port that the router has opened.
     *
     * @param protocol {@code PCP}, {@code NAT_PMP} or {@code UPNP_IGD}
     * @param expiresSeconds unless renewed before; null for never
     * @param usable false if another NAT stands behind the router
     */
    public record PortMappingStatus(
            String protocol, String endpoint, @Nullable Long expiresSeconds, boolean usable) {}

    /**
     * The exits.
     *
     * @param offering the address families that this node forwards; empty for none
     * @param using the Peer ID of the exit in use
     */
    public record Exit(List<String> offering, @Nullable String using) {}

    /**
     * One peer.
     *
     * @param invitedAs for whom the invitation was meant by which it came; empty if that was not said, null if it came by
     *     none
     */
    public record PeerStatus(
            String peerId,
            String publicKey,
            @Nullable String name,
            List<String> addresses,
            boolean admitted,
            @Nullable String invitedAs,
            State state,
            PathStatus path,
            @Nullable Long lastHandshakeSeconds,
            long rxBytes,
            long txBytes,
            long rxPackets,
            long txPackets) {}

    /**
     * The path to a peer.
     *
     * @param since ISO 8601, UTC
     * @param why the path is what it is, or why there is none, and what would be better
     * @param events what was tried and found lately, the oldest first
     */
    public record PathStatus(
            PathType type,
            @Nullable String endpoint,
            @Nullable String via,
            @Nullable Double rttMillis,
            @Nullable String since,
            @Nullable String why,
            List<String> events) {

        public PathStatus(
                PathType type,
                @Nullable String endpoint,
                @Nullable String via,
                @Nullable Double rttMillis,
                @Nullable String since,
                @Nullable String why) {
            this(type, endpoint, via, rttMillis, since, why, List.of());
        }
    }
}
