package org.peervpn.node;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.NoisePublicKey;

/**
 * What a node knows from one run to the next.
 *
 * @param peers in the order in which they were admitted
 * @param removed keys that the operator does not want, the oldest first
 */
public record Remembered(List<RememberedPeer> peers, List<NoisePublicKey> removed) {
    public static final Remembered NOTHING = new Remembered(List.of(), List.of());

    /** Of peers, and of removed keys. */
    public static final int MAX_ENTRIES = 4096;

    /**
     * One peer.
     *
     * @param name what it called itself last; null if it never did
     * @param calls where the operator said that it is ({@code --add}); null if it has to come by itself
     * @param lastEndpoint where its last authenticated datagram came from; null for never
     * @param lastSeen when it was last connected; null for never
     */
    public record RememberedPeer(
            NoisePublicKey key,
            @Nullable String name,
            Origin origin,
            @Nullable Endpoint calls,
            @Nullable Endpoint lastEndpoint,
            @Nullable Instant lastSeen) {}
}
