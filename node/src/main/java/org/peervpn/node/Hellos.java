package org.peervpn.node;

import java.nio.ByteBuffer;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.control.ControlCodec;
import org.peervpn.node.control.Hello;

/**
 * Says hello to peers and hears theirs. A peer that has come up is told at most {@link #MAX_HELLOS} times, then it counts
 * as a stock WireGuard until it speaks. Every hello with a token is answered once. Owned by the loop.
 */
final class Hellos {
    static final int MAX_HELLOS = 3;
    static final long INTERVAL_NANOS = 1_000_000_000L;

    private final NodeConfig config;
    private Set<Integer> offeredFamilies = Set.of();

    Hellos(NodeConfig config) {
        this.config = config;
    }

    Set<Integer> offeredFamilies() {
        return offeredFamilies;
    }

    /** What we offer has changed: whoever speaks our control messages is told again. */
    void offer(Set<Integer> families, Iterable<PeerEntry> peers, long nowNanos) {
        if (families.equals(offeredFamilies)) {
            return;
        }
        offeredFamilies = families;
        for (PeerEntry entry : peers) {
            if (entry.up && entry.hello != null) {
                begin(entry, nowNanos);
            }
        }
    }

    /** From now on the peer is told, until it answers or does not listen. */
    void begin(PeerEntry entry, long nowNanos) {
        entry.greeted = false;
        entry.hellosSent = 0;
        entry.nextHelloNanos = nowNanos;
    }

    /** The hello that is due to the peer now; null if none is. */
    @Nullable
    ByteBuffer due(PeerEntry entry, long nowNanos) {
        if (!entry.up || entry.greeted || entry.hellosSent == MAX_HELLOS) {
            entry.nextHelloNanos = Long.MAX_VALUE;
            return null;
        }
        if (nowNanos < entry.nextHelloNanos) {
            return null;
        }
        entry.hellosSent++;
        entry.helloToken = nowNanos;
        entry.nextHelloNanos = nowNanos + INTERVAL_NANOS;
        return encode(nowNanos, null);
    }

    /** The answer that is owed to the peer; null if none is. */
    @Nullable
    ByteBuffer answer(PeerEntry entry) {
        Long token = entry.owedAnswer;
        entry.owedAnswer = null;
        return token == null ? null : encode(null, token);
    }

    /** False if it cannot be read. */
    boolean hear(PeerEntry entry, ByteBuffer payload, long nowNanos) {
        Hello hello = ControlCodec.decodeHello(payload);
        if (hello == null) {
            return false;
        }
        entry.hello = hello;
        entry.owedAnswer = hello.token();
        if (hello.answerTo() != null && entry.hellosSent > 0 && hello.answerTo() == entry.helloToken) {
            entry.greeted = true;
            entry.rttNanos = nowNanos - entry.helloToken;
        }
        return true;
    }

    private ByteBuffer encode(@Nullable Long token, @Nullable Long answerTo) {
        String name = Hello.printable(config.name(), Hello.MAX_NAME_LENGTH);
        return ControlCodec.encode(new Hello(name, config.version(), offeredFamilies, token, answerTo));
    }
}
