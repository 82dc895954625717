package org.peervpn.tunnel;

/**
 * A peer as the operator names it.
 *
 * @param persistentKeepaliveNanos 0 for none
 */
public record PeerConfig(NoisePublicKey publicKey, PresharedKey presharedKey, long persistentKeepaliveNanos) {
    public PeerConfig {
        requireInterval(persistentKeepaliveNanos);
    }

    static long requireInterval(long persistentKeepaliveNanos) {
        if (persistentKeepaliveNanos < 0) {
            throw new IllegalArgumentException("a keepalive interval is not negative");
        }
        return persistentKeepaliveNanos;
    }
}
