package org.peervpn.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.tunnel.Pair.seconds;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CookieTest {
    @Test
    void underLoadAnInitiationNeedsACookieAndTheInitiatorBringsIt() {
        Pair pair = new Pair();
        keepUnderLoad(pair.right, 0);
        pair.sendFromLeft("ping");
        pair.deliver();
        assertThat(pair.right.sentTypes()).containsExactly(CookieReply.TYPE);
        assertThat(pair.right.drops(DropReason.COOKIE_DEMANDED)).isEqualTo(1);

        pair.nowNanos = seconds(5.4);
        keepUnderLoad(pair.right, pair.nowNanos);
        pair.left.tunnel.onTimeout(pair.nowNanos);
        pair.deliver();
        assertThat(pair.right.received).containsExactly("ping");
        assertThat(pair.right.sentTypes()).containsExactly(HandshakeResponse.TYPE);
    }

    @Test
    void underLoadAResponseNeedsACookieToo() {
        Pair pair = new Pair();
        keepUnderLoad(pair.left, 0);
        pair.sendFromLeft("ping");
        pair.right.receive(pair.left.path, pair.left.outbox.remove(), 0);
        pair.left.sent.clear();
        pair.deliver();
        assertThat(pair.left.sentTypes()).containsExactly(CookieReply.TYPE);
        assertThat(pair.right.drops).isEmpty();

        pair.nowNanos = seconds(5.4);
        keepUnderLoad(pair.left, pair.nowNanos);
        pair.left.tunnel.onTimeout(pair.nowNanos);
        pair.deliver();
        assertThat(pair.right.received).containsExactly("ping");
    }

    @Test
    void aCookieIsGoodForItsAddressOnly() {
        Pair pair = withCookie();
        keepUnderLoad(pair.right, seconds(5.4));
        pair.left.tunnel.onTimeout(seconds(5.4));
        pair.right.receive(Node.path("192.0.2.1", 99), pair.left.lastSent(), seconds(5.4));
        pair.right.receive(Node.path("192.0.2.99", 1), pair.left.lastSent(), seconds(5.4));
        assertThat(pair.right.drops(DropReason.COOKIE_DEMANDED)).isEqualTo(2);
        pair.right.receive(pair.left.path, pair.left.lastSent(), seconds(5.4));
        assertThat(pair.right.drops(DropReason.COOKIE_DEMANDED)).isEqualTo(2);
    }

    @Test
    void aCookieIsForgottenAfterTwoMinutes() {
        Pair pair = withCookie();
        pair.left.tunnel.initiate(pair.toRight, seconds(119));
        assertThat(mac2(pair.left.lastSent())).isNotEqualTo(new byte[16]);
        pair.left.tunnel.initiate(pair.toRight, seconds(125));
        assertThat(mac2(pair.left.lastSent())).isEqualTo(new byte[16]);
    }

    @Test
    void withoutLoadMac2IsNotLookedAt() {
        Pair pair = new Pair();
        pair.sendFromLeft("ping");
        byte[] initiation = pair.left.outbox.remove();
        initiation[initiation.length - 1] ^= 1;
        pair.right.receive(pair.left.path, initiation, 0);
        assertThat(pair.right.sentTypes()).containsExactly(HandshakeResponse.TYPE);
    }

    @Test
    void underLoadAnAddressWithACookieIsLimitedToItsRate() {
        Pair pair = withCookie();
        keepUnderLoad(pair.right, seconds(5.4));
        pair.left.tunnel.onTimeout(seconds(5.4));
        for (int i = 0; i < 50; i++) {
            pair.right.receive(pair.left.path, pair.left.lastSent(), seconds(5.4));
        }
        assertThat(pair.right.drops(DropReason.REPLAYED_HANDSHAKE)).isEqualTo(RateLimiter.BURST - 1);
        assertThat(pair.right.drops(DropReason.RATE_LIMITED)).isEqualTo(50 - RateLimiter.BURST);
    }

    @Test
    void aSecondReplyToTheSameMessageIsRefused() {
        Pair pair = withCookie();
        pair.left.receive(pair.right.path, pair.right.sent.get(0), 0);
        assertThat(pair.left.drops(DropReason.BAD_COOKIE_REPLY)).isEqualTo(1);
    }

    @Test
    void loadPassesWhenTheMessagesDo() {
        HandshakeLoad load = new HandshakeLoad();
        for (int i = 0; i < HandshakeLoad.MAX_PER_SECOND; i++) {
            load.count(seconds(0.5));
            assertThat(load.isUnderLoad(seconds(0.5))).isFalse();
        }
        load.count(seconds(0.5));
        assertThat(load.isUnderLoad(seconds(0.5))).isTrue();
        load.count(seconds(1.5));
        assertThat(load.isUnderLoad(seconds(1.5))).isTrue();
        load.count(seconds(2.6));
        assertThat(load.isUnderLoad(seconds(2.6))).isFalse();
    }

    @Test
    void tokensComeBackTwentyTimesASecond() throws UnknownHostException {
        RateLimiter limiter = new RateLimiter();
        InetAddress source = InetAddress.getByName("192.0.2.1");
        int passed = 0;
        for (int i = 0; i < 10_000; i++) {
            passed += limiter.tryAcquire(source, seconds(0.001 * i)) ? 1 : 0;
        }
        assertThat(passed).isBetween(200, 206);
    }

    @Test
    void aHostCannotEscapeItsLimitByAnotherAddressOfItsPrefix() throws UnknownHostException {
        RateLimiter limiter = new RateLimiter();
        int passed = 0;
        for (int i = 0; i < 100; i++) {
            passed += limiter.tryAcquire(InetAddress.getByName("2001:db8::" + i), 0) ? 1 : 0;
        }
        assertThat(passed).isEqualTo(RateLimiter.BURST);
        assertThat(limiter.tryAcquire(InetAddress.getByName("2001:db8:0:1::1"), 0))
                .isTrue();
    }

    @Test
    void theTableOfSourcesIsBoundedAndEmptiesItself() throws UnknownHostException {
        RateLimiter limiter = new RateLimiter();
        for (int i = 0; i < RateLimiter.MAX_SOURCES; i++) {
            assertThat(limiter.tryAcquire(address(i), 0)).isTrue();
        }
        assertThat(limiter.tryAcquire(address(-1), 0)).isFalse();
        assertThat(limiter.size()).isEqualTo(RateLimiter.MAX_SOURCES);
        assertThat(limiter.tryAcquire(address(-1), seconds(1))).isTrue();
        assertThat(limiter.size()).isEqualTo(1);
    }

    /** Left has been told a cookie by right. */
    private static Pair withCookie() {
        Pair pair = new Pair();
        keepUnderLoad(pair.right, 0);
        pair.sendFromLeft("ping");
        pair.deliver();
        return pair;
    }

    private static void keepUnderLoad(Node node, long nowNanos) {
        HandshakeTest.putUnderLoad(node, nowNanos);
    }

    private static InetAddress address(int number) throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number});
    }

    private static byte[] mac2(byte[] message) {
        return Arrays.copyOfRange(message, message.length - 16, message.length);
    }
}
