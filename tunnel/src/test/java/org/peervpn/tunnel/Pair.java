package org.peervpn.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;

/** Two nodes that are peers, the network between them, and the time. */
final class Pair {
    /** What is received beside the loop may wake it at the moment at which it was just awake. */
    private static final int MAX_AT_ONCE = 6;

    final Node left;
    final Node right;
    final Peer toRight;
    final Peer toLeft;
    Predicate<byte[]> network = datagram -> true;
    long nowNanos;

    Pair() {
        this(PresharedKey.NONE, PresharedKey.NONE);
    }

    Pair(PresharedKey leftPsk, PresharedKey rightPsk) {
        left = new Node("left", 1);
        right = new Node("right", 2);
        toRight = left.tunnel.addPeer(new PeerConfig(right.publicKey(), leftPsk, 0));
        toLeft = right.tunnel.addPeer(new PeerConfig(left.publicKey(), rightPsk, 0));
    }

    /** Left has initiated; both have the keypair as their current one. */
    static Pair connected() {
        Pair pair = new Pair();
        pair.left.tunnel.initiate(pair.toRight, 0);
        pair.deliver();
        return pair;
    }

    static long seconds(double seconds) {
        return Math.round(seconds * 1e9);
    }

    static ByteBuffer packet(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    void sendFromLeft(String text) {
        left.tunnel.sendPacket(toRight, packet(text), nowNanos);
    }

    void sendFromRight(String text) {
        right.tunnel.sendPacket(toLeft, packet(text), nowNanos);
    }

    /** Carries datagrams until none is under way. */
    void deliver() {
        while (!left.outbox.isEmpty() || !right.outbox.isEmpty()) {
            carry(left, right);
            carry(right, left);
        }
    }

    /** Lets the time pass; at each deadline both are told, and datagrams arrive at once. */
    void advanceTo(long untilNanos) {
        deliver();
        long next = nextDeadlineNanos();
        int atOnce = 0;
        while (next <= untilNanos) {
            atOnce = next > nowNanos ? 0 : atOnce + 1;
            if (atOnce > MAX_AT_ONCE) {
                throw new AssertionError("wants to be woken again and again at once, at " + nowNanos);
            }
            nowNanos = Math.max(nowNanos, next);
            left.tunnel.onTimeout(nowNanos);
            right.tunnel.onTimeout(nowNanos);
            deliver();
            next = nextDeadlineNanos();
        }
        nowNanos = untilNanos;
    }

    void advance(double seconds) {
        advanceTo(nowNanos + seconds(seconds));
    }

    /** Right, which has sent nothing but its response, owes an answer from now on, and gives it as an empty message. */
    void assertThatRightAnswersAfterTenSeconds() {
        advance(9.9);
        assertThat(right.sentTypes()).containsExactly(HandshakeResponse.TYPE);
        advance(0.2);
        assertThat(right.sentTypes()).containsExactly(HandshakeResponse.TYPE, TransportData.TYPE);
        assertThat(right.lastSent()).hasSize(TransportData.MIN_LENGTH);
    }

    private long nextDeadlineNanos() {
        return Math.min(left.tunnel.nextDeadlineNanos(), right.tunnel.nextDeadlineNanos());
    }

    private void carry(Node from, Node to) {
        for (byte[] datagram = from.outbox.poll(); datagram != null; datagram = from.outbox.poll()) {
            if (network.test(datagram)) {
                to.receive(from.path, datagram, nowNanos);
            }
        }
    }
}
