package org.peervpn.tunnel;

/** So many of something a second, and some at once. Loop only. */
final class Budget {
    private final long costNanos;
    private final long fullNanos;
    private long leftNanos;
    private long lastNanos;

    Budget(int perSecond, int atOnce, long nowNanos) {
        costNanos = Timing.seconds(1) / perSecond;
        fullNanos = atOnce * costNanos;
        leftNanos = fullNanos;
        lastNanos = nowNanos;
    }

    boolean isSpent(long nowNanos) {
        leftNanos = Math.min(fullNanos, leftNanos + nowNanos - lastNanos);
        lastNanos = nowNanos;
        return leftNanos < costNanos;
    }

    /** False if it is spent. */
    boolean take(long nowNanos) {
        if (isSpent(nowNanos)) {
            return false;
        }
        leftNanos -= costNanos;
        return true;
    }

    /** Something else has taken as much as comes back in this time; no more than there is. */
    void spend(long nanos, long nowNanos) {
        isSpent(nowNanos);
        leftNanos = Math.max(0, leftNanos - nanos);
    }

    /** When it was last looked at. */
    long lastNanos() {
        return lastNanos;
    }
}
