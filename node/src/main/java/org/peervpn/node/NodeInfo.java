package org.peervpn.node;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code --info} shows; the names are those of its JSON. Unknown is null. */
public record NodeInfo(
        String peerId,
        String publicKey,
        String name,
        List<String> addresses,
        int port,
        List<String> localEndpoints,
        @Nullable String publicEndpoint,
        boolean confirmed,
        @Nullable String connect,
        @Nullable String code,
        String version) {}
