package org.peervpn.tunnel;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a handshake message must pass before it may cost us a curve operation. In this order, so that each step protects
 * the next:
 *
 * <ol>
 *   <li>under load, one that could get no further than to a limit that is reached goes at once
 *   <li>mac1: the sender knows our public key
 *   <li>under load, mac2: the sender receives at the address from which it sends; else it may get a cookie reply
 *   <li>under load, the rate limit of that address, and the one of all together
 * </ol>
 *
 * <p>What we give to all together can be used up by some. So sources that were {@linkplain KnownSources known} before
 * have a share of their own. Beyond both shares there is what transport data leaves of the loop's time.
 */
final class HandshakeGate {
    /** So many cost some 5 % of one core; at a flood of 100,000 a second every tenth gets one. */
    static final int COOKIE_REPLIES_PER_SECOND = 10_000;

    /** Always, however full the tunnel is: so many cost some 6 % of one core. As many again for known sources. */
    static final int HANDSHAKES_PER_SECOND = 256;

    /**
     * More that fit into the half of the loop's time that they may have, at 200 µs each, as long as no packets pass. So a
     * node that all its peers call at once, such as one that was started again, answers soon.
     */
    static final int SPARE_HANDSHAKES_PER_SECOND = 2_500;

    static final int SPARE_HANDSHAKES_AT_ONCE = 256;

    /** Of the spare half: to open a packet of 1,420 bytes and pass it on takes 4 µs. While a tunnel is full none is left. */
    private static final long PACKET_NANOS = 8_000;

    private final CookieChecker cookies;
    private final TunnelOutput output;
    private final HandshakeLoad load = new HandshakeLoad();
    private final RateLimiter rateLimiter = new RateLimiter();
    private final KnownSources knownSources = new KnownSources();
    private final Budget replies = new Budget(COOKIE_REPLIES_PER_SECOND, COOKIE_REPLIES_PER_SECOND / 10, 0);
    private final RateLimiter repliesToKnown = new RateLimiter();
    private final Budget handshakes = new Budget(HANDSHAKES_PER_SECOND, HANDSHAKES_PER_SECOND / 4, 0);
    private final Budget handshakesOfKnown = new Budget(HANDSHAKES_PER_SECOND, HANDSHAKES_PER_SECOND / 4, 0);
    private final Budget spare = new Budget(SPARE_HANDSHAKES_PER_SECOND, SPARE_HANDSHAKES_AT_ONCE, 0);

    HandshakeGate(NoisePublicKey localKey, SecureRandom random, TunnelOutput output) {
        cookies = new CookieChecker(localKey, random);
        this.output = output;
    }

    /** A handshake was completed with somebody at this source. */
    void completed(Path source) {
        knownSources.add(source.remote().getAddress());
    }

    /** A packet of a peer has taken its part of the time. */
    void passedPacket(long nowNanos) {
        spare.spend(PACKET_NANOS, nowNanos);
    }

    /** A first message, which anybody can send. */
    boolean admitsInitiation(Path source, byte[] message, long nowNanos) {
        boolean known = load.isUnderLoad(nowNanos)
                && knownSources.contains(source.remote().getAddress());
        return admits(source, message, HandshakeInitiation.senderIndex(message), known, nowNanos);
    }

    /** The answer to a handshake of ours under way, of which strangers know nothing. */
    boolean admitsResponse(Path source, byte[] message, long nowNanos) {
        return admits(source, message, HandshakeResponse.senderIndex(message), true, nowNanos);
    }

    private boolean admits(Path source, byte[] message, int senderIndex, boolean known, long nowNanos) {
        boolean hasMac2 = Macs.hasMac2(message);
        DropReason limit = load.isUnderLoad(nowNanos) ? limitReached(source, hasMac2, known, nowNanos) : null;
        if (limit != null) {
            output.dropped(limit);
            return false;
        }
        if (!cookies.isMac1Valid(message)) {
            output.dropped(DropReason.BAD_MAC1);
            return false;
        }
        load.count(nowNanos);
        if (!load.isUnderLoad(nowNanos)) {
            return true;
        }
        if (!hasMac2 || !cookies.isMac2Valid(message, source.remote(), nowNanos)) {
            demandCookie(source, message, senderIndex, known, nowNanos);
            return false;
        }
        return isWithinLimits(source, known, nowNanos);
    }

    /** Takes nothing of any limit: only a message with valid macs may do so. null if none is reached. */
    private @Nullable DropReason limitReached(Path source, boolean hasMac2, boolean known, long nowNanos) {
        if (hasMac2 && rateLimiter.isSpent(source.remote().getAddress(), nowNanos)) {
            return DropReason.RATE_LIMITED;
        }
        boolean isSpent = hasMac2 ? handshakes.isSpent(nowNanos) && spare.isSpent(nowNanos) : replies.isSpent(nowNanos);
        return !known && isSpent ? DropReason.OVERLOADED : null;
    }

    private void demandCookie(Path source, byte[] message, int senderIndex, boolean known, long nowNanos) {
        boolean mayReply = known && repliesToKnown.tryAcquire(source.remote().getAddress(), nowNanos);
        if (!mayReply && !replies.take(nowNanos)) {
            output.dropped(DropReason.OVERLOADED);
            return;
        }
        output.dropped(DropReason.COOKIE_DEMANDED);
        byte[] reply = cookies.reply(message, senderIndex, source.remote(), nowNanos);
        output.replyTo(source, ByteBuffer.wrap(reply));
    }

    private boolean isWithinLimits(Path source, boolean known, long nowNanos) {
        if (!rateLimiter.tryAcquire(source.remote().getAddress(), nowNanos)) {
            output.dropped(DropReason.RATE_LIMITED);
            return false;
        }
        boolean mayCost =
                (known && handshakesOfKnown.take(nowNanos)) || handshakes.take(nowNanos) || spare.take(nowNanos);
        if (!mayCost) {
            output.dropped(DropReason.OVERLOADED);
        }
        return mayCost;
    }
}
