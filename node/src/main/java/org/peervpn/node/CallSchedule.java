package org.peervpn.node;

import java.util.random.RandomGenerator;

/**
 * How often a peer is called that does not answer. For {@link #QUICK_NANOS} without a pause, in WireGuard's own rhythm of
 * an initiation every 5 s, so that a peer that comes back is reached within seconds. Then ever more rarely: 10, 20, 40 s
 * apart, and at last {@link #MAX_INTERVAL_NANOS}, each with a jitter of a fifth.
 *
 * <p>The last one stays below a minute for the sake of two nodes behind filters that call one another: of two calls of
 * the same interval one always comes less than 30 s after the other one, while the filter that it opened is still open.
 */
final class CallSchedule {
    static final long QUICK_NANOS = NodeCore.seconds(300);
    static final long FIRST_INTERVAL_NANOS = NodeCore.seconds(10);
    static final long MAX_INTERVAL_NANOS = NodeCore.seconds(50);

    /** After so long the tunnel takes a call for unanswered; it is part of the interval. */
    private static final long ANSWER_NANOS = NodeCore.seconds(5);

    private static final double JITTER = 0.2;

    private long quickUntilNanos;
    private long intervalNanos = FIRST_INTERVAL_NANOS;

    /** There is reason to hope: the peer is new, was there a moment ago, or may be reached in another way now. */
    void beginAnew(long nowNanos) {
        quickUntilNanos = nowNanos + QUICK_NANOS;
        intervalNanos = FIRST_INTERVAL_NANOS;
    }

    boolean isQuick(long nowNanos) {
        return nowNanos < quickUntilNanos;
    }

    /** A call has gone unanswered: when the next one is due. */
    long nextCallNanos(long nowNanos, RandomGenerator random) {
        if (isQuick(nowNanos)) {
            return nowNanos;
        }
        double jitter = 1 + JITTER * (2 * random.nextDouble() - 1);
        long next = nowNanos + (long) (intervalNanos * jitter) - ANSWER_NANOS;
        intervalNanos = Math.min(2 * intervalNanos, MAX_INTERVAL_NANOS);
        return next;
    }
}
