package org.peervpn.tunnel;

import java.util.concurrent.TimeUnit;

/** The constants of the WireGuard paper, section 6.1, and those that the reference implementation adds. */
final class Timing {
    static final long REKEY_AFTER_TIME_NANOS = seconds(120);
    static final long REJECT_AFTER_TIME_NANOS = seconds(180);
    static final long REKEY_ATTEMPT_TIME_NANOS = seconds(90);
    static final long REKEY_TIMEOUT_NANOS = seconds(5);
    static final long KEEPALIVE_TIMEOUT_NANOS = seconds(10);

    /** 2^60. */
    static final long REKEY_AFTER_MESSAGES = 1L << 60;

    /** 2^64 - 2^13 - 1; unsigned. */
    static final long REJECT_AFTER_MESSAGES = -(1L << 13) - 1;

    /** Section 6.4: after this the keys are erased. */
    static final long ZERO_KEYS_AFTER_NANOS = 3 * REJECT_AFTER_TIME_NANOS;

    /** Section 6.4: added to what two peers would else do at the same moment; up to a third of a second. */
    static final long MAX_JITTER_NANOS = TimeUnit.MILLISECONDS.toNanos(333);

    /** Section 5.4.7: how long a cookie is good, on both sides. */
    static final long COOKIE_LIFETIME_NANOS = seconds(120);

    /** Section 6.5: data that gets no answer at all for so long asks for a new handshake. */
    static final long NO_ANSWER_NANOS = KEEPALIVE_TIMEOUT_NANOS + REKEY_TIMEOUT_NANOS;

    /** Section 6.2: when the initiator, if it only receives, rekeys in time to lose nothing. */
    static final long REKEY_AFTER_TIME_RECEIVING_NANOS =
            REJECT_AFTER_TIME_NANOS - KEEPALIVE_TIMEOUT_NANOS - REKEY_TIMEOUT_NANOS;

    /** Of the reference implementation: at most 50 initiations a second of one peer. */
    static final long HANDSHAKE_INITIATION_INTERVAL_NANOS = seconds(1) / 50;

    /** Later than every moment. */
    static final long NEVER = Long.MAX_VALUE;

    private Timing() {}

    static long seconds(long count) {
        return TimeUnit.SECONDS.toNanos(count);
    }
}
