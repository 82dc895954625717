package org.peervpn.tunnel;

/**
 * A peer as the operator names it.
 *
 * @param persistentKeepaliveNanos 0 for none
 */
public record PeerConfig(NoisePublicKey publicKey, PresharedKey presharedKey, long persistentKeepaliveNanos) {}
