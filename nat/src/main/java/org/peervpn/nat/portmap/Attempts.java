package org.peervpn.nat.portmap;

/** When a request is sent again: after 250 ms, then after twice as long each time (RFC 6886, section 3.1). */
final class Attempts {
    static final long FIRST_PAUSE_NANOS = 250_000_000L;

    private int left;
    private long pauseNanos;
    private long nextNanos = Long.MAX_VALUE; // nothing is asked

    void begin(int tries, long nowNanos) {
        left = tries;
        pauseNanos = FIRST_PAUSE_NANOS;
        nextNanos = nowNanos;
    }

    void end() {
        nextNanos = Long.MAX_VALUE;
    }

    boolean isDue(long nowNanos) {
        return nowNanos >= nextNanos;
    }

    /** False if there is no try left; then nothing is asked any more. */
    boolean take(long nowNanos) {
        if (left == 0) {
            end();
            return false;
        }
        left--;
        nextNanos = nowNanos + pauseNanos;
        pauseNanos *= 2;
        return true;
    }

    long nextDeadlineNanos() {
        return nextNanos;
    }
}
