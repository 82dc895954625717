package org.peervpn.node;

/** How often something may happen: some times at once, then once per interval. Owned by the loop. */
final class Allowance {
    private final int most;
    private final long intervalNanos;
    private int left;
    private long refilledNanos;

    Allowance(int most, long intervalNanos) {
        this.most = most;
        this.intervalNanos = intervalNanos;
        this.left = most;
    }

    /** False if it has happened too often lately. */
    boolean take(long nowNanos) {
        long refill = (nowNanos - refilledNanos) / intervalNanos;
        if (refill > 0) {
            left = (int) Math.min(most, left + refill);
            refilledNanos = nowNanos;
        }
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }
}
