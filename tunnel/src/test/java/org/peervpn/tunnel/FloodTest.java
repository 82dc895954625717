package org.peervpn.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.tunnel.Pair.seconds;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.peervpn.tunnel.crypto.XChaCha20Poly1305;

/** Fifty thousand handshake messages a second, from everywhere. */
class FloodTest {
    private static final int PER_SECOND = 50_000;
    private static final Path STRANGER = Node.path("198.51.100.7", 7);

    @Test
    void cookieRepliesAreBounded() {
        Node node = new Node("flooded", 1);
        byte[] initiation = initiationOfNobody(node);
        flood(node, initiation, 0, 2);

        assertThat(node.drops(DropReason.COOKIE_DEMANDED))
                .isEqualTo(node.sent.size())
                .isBetween(
                        2 * HandshakeGate.COOKIE_REPLIES_PER_SECOND, 21 * HandshakeGate.COOKIE_REPLIES_PER_SECOND / 10);
        assertThat(node.drops(DropReason.BAD_HANDSHAKE)).isEqualTo(HandshakeLoad.MAX_PER_SECOND);
        assertThat(node.drops(DropReason.OVERLOADED))
                .isEqualTo(2 * PER_SECOND - node.sent.size() - HandshakeLoad.MAX_PER_SECOND);
    }

    @Test
    void initiationsWithoutAValidMac1UseUpNobodysCookieReplies() {
        Node node = new Node("flooded", 1);
        HandshakeTest.putUnderLoad(node, 0);
        byte[] initiation = initiationOfNobody(node);
        initiation[40] ^= 1;
        flood(node, initiation, 0, 1);

        assertThat(node.drops).containsOnlyKeys(DropReason.BAD_MAC1);
        node.receive(STRANGER, initiationOfNobody(node), seconds(1));
        assertThat(node.sentTypes()).containsExactly(CookieReply.TYPE);
    }

    @Test
    void peerWhoseAddressIsKnownRenewsItsKeys() {
        Pair pair = Pair.connected();
        byte[] initiation = initiationOfNobody(pair.right);
        flood(pair.right, initiation, seconds(120), 1);
        pair.right.outbox.clear();
        pair.right.sent.clear();
        pair.nowNanos = seconds(121);
        pair.left.tunnel.initiate(pair.toRight, pair.nowNanos);
        pair.deliver();
        assertThat(pair.right.sentTypes()).containsExactly(CookieReply.TYPE);

        flood(pair.right, initiation, seconds(125.4), 1);
        pair.right.outbox.clear();
        pair.nowNanos = seconds(126.4);
        pair.left.tunnel.onTimeout(pair.nowNanos);
        pair.deliver();
        assertThat(pair.left.events).containsExactly("connected as initiator", "connected as initiator");
    }

    @Test
    void strangerWithACookieGetsIn() {
        Pair pair = new Pair();
        HandshakeTest.putUnderLoad(pair.right, 0);
        pair.sendFromLeft("ping");
        pair.deliver();
        assertThat(pair.right.sentTypes()).containsExactly(CookieReply.TYPE);

        flood(pair.right, initiationOfNobody(pair.right), seconds(4.5), 1);
        pair.right.outbox.clear();
        pair.nowNanos = seconds(5.5);
        pair.left.tunnel.onTimeout(pair.nowNanos);
        pair.deliver();
        assertThat(pair.right.received).containsExactly("ping");
    }

    @Test
    void nodeThatIsFloodedReachesOthers() {
        Pair pair = new Pair();
        flood(pair.left, initiationOfNobody(pair.left), 0, 1);
        pair.left.outbox.clear();
        pair.nowNanos = seconds(1);
        pair.sendFromLeft("ping");
        pair.deliver();
        assertThat(pair.left.lastSent()[0])
                .as("to the response, which nobody else can have sent")
                .isEqualTo((byte) CookieReply.TYPE);

        flood(pair.left, initiationOfNobody(pair.left), seconds(5.4), 1);
        pair.left.outbox.clear();
        pair.nowNanos = seconds(6.4);
        pair.left.tunnel.onTimeout(pair.nowNanos);
        pair.deliver();
        assertThat(pair.right.received).containsExactly("ping");
    }

    /** Each of them receives where it claims to be, and stays within the limit of its address. */
    @Test
    void handshakesOfAllTogetherAreBounded() {
        Node node = new Node("flooded", 1);
        byte[] initiation = initiationOfNobody(node);
        HandshakeTest.putUnderLoad(node, 0);
        int sent = 600;
        callFromEverywhere(node, initiation, sent, seconds(0.5));

        int atOnce = HandshakeGate.HANDSHAKES_PER_SECOND / 4 + HandshakeGate.SPARE_HANDSHAKES_AT_ONCE;
        assertThat(node.drops(DropReason.BAD_HANDSHAKE)).isEqualTo(atOnce);
        assertThat(node.drops(DropReason.OVERLOADED)).isEqualTo(sent - atOnce);
    }

    /** A handshake costs as much as fifty packets. */
    @Test
    void whatPacketsTakeIsNotSpentOnStrangers() {
        Pair pair = Pair.connected();
        byte[] initiation = initiationOfNobody(pair.right);
        HandshakeTest.putUnderLoad(pair.right, seconds(1));
        pair.nowNanos = seconds(1);
        for (int i = 0; i < 50 * HandshakeGate.SPARE_HANDSHAKES_AT_ONCE; i++) {
            pair.sendFromLeft("one of many");
            pair.deliver();
        }
        callFromEverywhere(pair.right, initiation, 300, seconds(1));

        assertThat(pair.right.drops(DropReason.BAD_HANDSHAKE)).isEqualTo(HandshakeGate.HANDSHAKES_PER_SECOND / 4);
    }

    /** Some 2,500 a second, and 256 that it has in any case. */
    @Test
    void nodeWithoutTrafficHasTimeForHandshakes() {
        Node node = new Node("called by all", 1);
        byte[] initiation = initiationOfNobody(node);
        HandshakeTest.putUnderLoad(node, seconds(1));
        for (int tenth = 0; tenth < 10; tenth++) {
            callFromEverywhere(node, initiation, 400, seconds(1 + tenth / 10.0));
        }

        assertThat(node.drops(DropReason.BAD_HANDSHAKE)).isBetween(2_700, 3_000);
    }

    private static void callFromEverywhere(Node node, byte[] initiation, int times, long nowNanos) {
        for (int i = 0; i < times; i++) {
            Path source = Node.path("198.18." + i / 256 + "." + i % 256, 1);
            node.receive(source, initiation, nowNanos);
            byte[] withCookie = initiation.clone();
            Macs.putMac2(withCookie, cookie(node, initiation));
            node.receive(source, withCookie, nowNanos);
        }
    }

    @Test
    void peerWhoseAddressIsKnownHasAShareOfItsOwn() {
        Pair pair = Pair.connected();
        HandshakeTest.putUnderLoad(pair.right, seconds(121));
        pair.nowNanos = seconds(121);
        pair.left.tunnel.initiate(pair.toRight, pair.nowNanos);
        pair.deliver();
        HandshakeTest.putUnderLoad(pair.right, seconds(126.4));
        callFromEverywhere(pair.right, initiationOfNobody(pair.right), 600, seconds(126.4));
        assertThat(pair.right.drops(DropReason.OVERLOADED)).isPositive();
        pair.right.outbox.clear();

        pair.nowNanos = seconds(126.4);
        pair.left.tunnel.onTimeout(pair.nowNanos);
        pair.deliver();
        assertThat(pair.left.events).containsExactly("connected as initiator", "connected as initiator");
    }

    /** Whoever spoofs an address uses up nothing of its limit. */
    @Test
    void wrongCookiesOfAnAddressDoNotKeepOutTheRightOne() {
        Pair pair = new Pair();
        HandshakeTest.putUnderLoad(pair.right, 0);
        pair.sendFromLeft("ping");
        pair.deliver();
        byte[] wrong = initiationOfNobody(pair.right);
        wrong[wrong.length - 1] = 1;
        HandshakeTest.putUnderLoad(pair.right, seconds(5.3));
        for (int i = 0; i < 1000; i++) {
            pair.right.receive(pair.left.path, wrong, seconds(5.3));
        }
        pair.right.outbox.clear();
        pair.nowNanos = seconds(5.4);
        pair.left.tunnel.onTimeout(pair.nowNanos);
        pair.deliver();
        assertThat(pair.right.received).containsExactly("ping");
    }

    @Test
    void responseToNoHandshakeOfOursIsNotLookedAt() {
        Node node = new Node("flooded", 1);
        byte[] response = new byte[HandshakeResponse.LENGTH];
        response[0] = HandshakeResponse.TYPE;
        flood(node, response, 0, 1);
        assertThat(node.drops).containsOnlyKeys(DropReason.UNKNOWN_RECEIVER);
        assertThat(node.sent).isEmpty();
    }

    @Test
    void knownSourcesAreBoundedAndTheOldestGoes() throws UnknownHostException {
        KnownSources known = new KnownSources();
        InetAddress first = InetAddress.getByName("2001:db8::1");
        InetAddress second = InetAddress.getByName("192.0.2.1");
        known.add(first);
        known.add(second);
        known.add(first);
        for (int i = 0; i < KnownSources.MAX_SOURCES - 1; i++) {
            known.add(InetAddress.getByAddress(new byte[] {10, 0, (byte) (i >> 8), (byte) i}));
        }
        assertThat(known.contains(InetAddress.getByName("2001:db8::ffff"))).isTrue();
        assertThat(known.contains(second)).isFalse();
    }

    /** Knows the node's key, and has no keys of its own. */
    private static byte[] initiationOfNobody(Node node) {
        byte[] initiation = new byte[HandshakeInitiation.LENGTH];
        initiation[0] = HandshakeInitiation.TYPE;
        Macs.putMac1(initiation, Macs.mac1Key(node.publicKey()));
        return initiation;
    }

    private static void flood(Node node, byte[] message, long fromNanos, int forSeconds) {
        for (int i = 0; i < forSeconds * PER_SECOND; i++) {
            Path source = Node.path("203.0." + (i >> 8) % 256 + "." + i % 256, 9);
            node.receive(source, message, fromNanos + i * (seconds(1) / PER_SECOND));
        }
    }

    /** Of the reply that the node has just sent. */
    private static byte[] cookie(Node node, byte[] initiation) {
        byte[] reply = node.lastSent();
        return Objects.requireNonNull(XChaCha20Poly1305.open(
                Macs.cookieKey(node.publicKey()),
                CookieReply.nonce(reply),
                Macs.mac1(initiation),
                CookieReply.sealedCookie(reply)));
    }
}
