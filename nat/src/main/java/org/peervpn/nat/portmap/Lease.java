package org.peervpn.nat.portmap;

/** When a mapping is to be renewed and looked after, and when it ends. */
final class Lease {
    /** RFC 6886, section 3.3: recommended; renewed at half of it. */
    static final long LIFETIME_SECONDS = 7_200;

    /** How often the router is asked whether it has forgotten us. */
    static final long CHECK_NANOS = 30_000_000_000L;

    static final long FOR_EVER = 0;

    private static final long MAX_SECONDS = 86_400;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private long expiresNanos = Long.MAX_VALUE;
    private long renewNanos = Long.MAX_VALUE;
    private long checkNanos = Long.MAX_VALUE;

    void begin(long seconds, long nowNanos) {
        long nanos = Math.min(seconds, MAX_SECONDS) * NANOS_PER_SECOND;
        expiresNanos = seconds == FOR_EVER ? Long.MAX_VALUE : nowNanos + nanos;
        renewNanos = seconds == FOR_EVER ? Long.MAX_VALUE : nowNanos + nanos / 2;
        checked(nowNanos);
    }

    void end() {
        expiresNanos = Long.MAX_VALUE;
        renewNanos = Long.MAX_VALUE;
        checkNanos = Long.MAX_VALUE;
    }

    void checked(long nowNanos) {
        checkNanos = nowNanos + CHECK_NANOS;
    }

    /** The router did not answer. */
    void renewLater(long nowNanos) {
        renewNanos = nowNanos + CHECK_NANOS;
    }

    void checkAt(long nanos) {
        checkNanos = nanos;
    }

    boolean isOver(long nowNanos) {
        return nowNanos >= expiresNanos;
    }

    boolean isToBeRenewed(long nowNanos) {
        return nowNanos >= renewNanos;
    }

    boolean isToBeChecked(long nowNanos) {
        return nowNanos >= checkNanos;
    }

    long expiresNanos() {
        return expiresNanos;
    }

    /** While nothing is asked. */
    long nextDeadlineNanos() {
        return Math.min(expiresNanos, Math.min(renewNanos, checkNanos));
    }
}
