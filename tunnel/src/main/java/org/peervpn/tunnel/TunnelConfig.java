package org.peervpn.tunnel;

import java.security.SecureRandom;
import java.time.InstantSource;

/**
 * What a tunnel needs besides its peers.
 *
 * @param wallClock read only for the TAI64N timestamp of an initiation; it may step back, the timestamps never do
 * @param wakeup called by any thread when the data path has armed a timer: the loop has to call
 *     {@link Tunnel#onTimeout} soon. Must not block.
 */
public record TunnelConfig(NoisePrivateKey privateKey, InstantSource wallClock, SecureRandom random, Runnable wakeup) {}
