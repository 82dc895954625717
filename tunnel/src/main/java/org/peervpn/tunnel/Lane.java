package org.peervpn.tunnel;

import org.jspecify.annotations.Nullable;

/**
 * What the data path needs of one peer: the current keypair, the current path, the counters, and the stamps from which
 * the loop drives the peer's timers. Any thread may read it; only the loop changes keypair and path.
 */
public final class Lane {

    Lane() {}

    public Peer peer() {
        throw new IllegalStateException("stub");
    }

    /** null until the node has chosen one. */
    public @Nullable Path path() {
        throw new IllegalStateException("stub");
    }

    /** Loop only. */
    public void path(@Nullable Path path) {
        throw new IllegalStateException("stub");
    }

    /** Bytes of datagrams, headers of WireGuard included, keepalives and handshakes too. */
    public long rxBytes() {
        throw new IllegalStateException("stub");
    }

    public long txBytes() {
        throw new IllegalStateException("stub");
    }

    /** Packets with content; keepalives do not count. */
    public long rxPackets() {
        throw new IllegalStateException("stub");
    }

    public long txPackets() {
        throw new IllegalStateException("stub");
    }
}
