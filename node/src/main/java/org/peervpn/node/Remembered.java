package org.peervpn.node;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.invitation.Invitation;
import org.peervpn.node.invitation.OneTimeSecret;
import org.peervpn.tunnel.NoisePublicKey;

/**
 * What a node knows from one run to the next.
 *
 * @param peers in the order in which they were admitted
 * @param removed keys that the operator does not want, the oldest first
 * @param invitations that nobody has used, the oldest first
 */
public record Remembered(List<RememberedPeer> peers, List<NoisePublicKey> removed, List<OpenInvitation> invitations) {
    public static final Remembered NOTHING = new Remembered(List.of(), List.of());

    /** Without invitations. */
    public Remembered(List<RememberedPeer> peers, List<NoisePublicKey> removed) {
        this(peers, removed, List.of());
    }

    /**
     * An invitation that nobody has used.
     *
     * @param name whom the operator means it for; empty if that was not said
     */
    public record OpenInvitation(OneTimeSecret secret, String name, Instant until) {}

    /** Of peers, and of removed keys. */
    public static final int MAX_ENTRIES = 4096;

    /** Of one peer. */
    public static final int MAX_ENDPOINTS = 8;

    /** Open and used ones; the oldest used one makes room for a new one. */
    public static final int MAX_INVITATIONS = 64;

    /**
     * One peer.
     *
     * @param name what it called itself last; null if it never did
     * @param calls where the operator said that it is ({@code --add}); null if it has to come by itself
     * @param endpoints where it may be: first where its last authenticated datagram came from, unless that was never, then
     *     where it said that it is, and where it was before
     * @param lastSeen when it was last connected; null for never
     * @param code by which it is to be called until it has let us in ({@code --add}); null without
     * @param invitedAs for whom the invitation was meant by which it came; empty if that was not said, null if it came by none
     */
    public record RememberedPeer(
            NoisePublicKey key,
            @Nullable String name,
            Origin origin,
            @Nullable Endpoint calls,
            List<Endpoint> endpoints,
            @Nullable Instant lastSeen,
            @Nullable Invitation code,
            @Nullable String invitedAs) {

        /** Without anything of an invitation. */
        public RememberedPeer(
                NoisePublicKey key,
                @Nullable String name,
                Origin origin,
                @Nullable Endpoint calls,
                List<Endpoint> endpoints,
                @Nullable Instant lastSeen) {
            this(key, name, origin, calls, endpoints, lastSeen, null, null);
        }
    }
}
