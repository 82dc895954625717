package org.peervpn.tunnel;

/** A peer of a {@link Tunnel}. Owned by the loop; what other threads may touch is its {@link Lane}. */
public final class Peer {

    Peer() {}

    public NoisePublicKey publicKey() {
        throw new IllegalStateException("stub");
    }

    public Lane lane() {
        throw new IllegalStateException("stub");
    }

    /** True while there is a keypair with which packets can be sent. */
    public boolean isConnected(long nowNanos) {
        throw new IllegalStateException("stub");
    }

    /** When the last handshake was completed; -1 for never. */
    public long lastHandshakeNanos() {
        throw new IllegalStateException("stub");
    }

    public void persistentKeepaliveNanos(long nanos) {
        throw new IllegalStateException("stub");
    }
}
