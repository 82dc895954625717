package org.peervpn.tunnel;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The timestamps of our initiations: TAI64N, 12 bytes, each greater than the one before even if the wall clock steps
 * back.
 */
final class Tai64n {
    static final int LENGTH = 12;

    /** The label of 1970-01-01 00:00:10 TAI, which is the start of Unix time. */
    private static final long EPOCH = 0x4000_0000_0000_000aL;

    private static final int NANOS_PER_SECOND = 1_000_000_000;

    /** As the reference implementation does: the low 24 bits would tell others how exact our clock is. */
    private static final int GRAIN_NANOS = 1 << 24;

    private final InstantSource wallClock;
    private long lastSecond = Long.MIN_VALUE;
    private int lastNano;

    Tai64n(InstantSource wallClock) {
        this.wallClock = wallClock;
    }

    byte[] next() {
        Instant now = wallClock.instant();
        long second = now.getEpochSecond();
        int nano = now.getNano() / GRAIN_NANOS * GRAIN_NANOS;
        if (second > lastSecond || (second == lastSecond && nano > lastNano)) {
            lastSecond = second;
            lastNano = nano;
        } else {
            step();
        }
        return ByteBuffer.allocate(LENGTH)
                .putLong(EPOCH + lastSecond)
                .putInt(lastNano)
                .array();
    }

    private void step() {
        lastNano += GRAIN_NANOS;
        if (lastNano >= NANOS_PER_SECOND) {
            lastNano = 0;
            lastSecond++;
        }
    }
}
