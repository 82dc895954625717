package org.peervpn.tunnel;

import java.nio.ByteBuffer;
import java.security.SecureRandom;

/**
 * What a handshake message must pass before it may cost us a curve operation. In this order, so that each step protects
 * the next:
 *
 * <ol>
 *   <li>mac1: the sender knows our public key
 *   <li>under load, mac2: the sender receives at the address from which it sends
 *   <li>under load, the rate limit of that address
 * </ol>
 */
final class HandshakeGate {
    private final CookieChecker cookies;
    private final TunnelOutput output;
    private final HandshakeLoad load = new HandshakeLoad();
    private final RateLimiter rateLimiter = new RateLimiter();

    HandshakeGate(NoisePublicKey localKey, SecureRandom random, TunnelOutput output) {
        cookies = new CookieChecker(localKey, random);
        this.output = output;
    }

    boolean admits(Path source, byte[] message, int senderIndex, long nowNanos) {
        if (!cookies.isMac1Valid(message)) {
            output.dropped(DropReason.BAD_MAC1);
            return false;
        }
        if (!load.isUnderLoad(nowNanos)) {
            return true;
        }
        if (!cookies.isMac2Valid(message, source.remote(), nowNanos)) {
            output.dropped(DropReason.COOKIE_DEMANDED);
            byte[] reply = cookies.reply(message, senderIndex, source.remote(), nowNanos);
            output.replyTo(source, ByteBuffer.wrap(reply));
            return false;
        }
        if (!rateLimiter.tryAcquire(source.remote().getAddress(), nowNanos)) {
            output.dropped(DropReason.RATE_LIMITED);
            return false;
        }
        return true;
    }
}
