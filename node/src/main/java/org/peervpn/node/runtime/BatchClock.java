package org.peervpn.node.runtime;

import java.util.function.LongSupplier;

/** A clock that stands still from the first look at it until the batch ends: to ask for each datagram costs. One thread's. */
final class BatchClock {
    private static final long BETWEEN_BATCHES = Long.MIN_VALUE;

    private final LongSupplier clock;
    private long nanos = BETWEEN_BATCHES;

    BatchClock(LongSupplier clock) {
        this.clock = clock;
    }

    long nowNanos() {
        if (nanos == BETWEEN_BATCHES) {
            nanos = clock.getAsLong();
        }
        return nanos;
    }

    void batchEnded() {
        nanos = BETWEEN_BATCHES;
    }
}
