package org.peervpn.nat;

import org.jspecify.annotations.Nullable;

/** How often a mapping has to be used to stay alive. */
public final class RefreshInterval {
    /** Under the 30 s after which many NATs forget a mapping; they must keep it for two minutes (RFC 4787, REQ-5). */
    public static final long USUAL_NANOS = seconds(25);

    /** Where mappings are dear: carriers' NATs, and those that need one for each destination. */
    public static final long SHORT_NANOS = seconds(15);

    private static final long SHORT_LIFETIME_NANOS = seconds(40);

    /** More often would be no mapping to rely on. */
    private static final long LEAST_NANOS = seconds(5);

    private RefreshInterval() {}

    /** @param lifetimeNanos for how long a mapping lives at least, as measured; null if it was not */
    public static long nanos(NatSummary nat, @Nullable Long lifetimeNanos) {
        if (lifetimeNanos != null && lifetimeNanos < SHORT_NANOS) {
            return Math.max(lifetimeNanos, LEAST_NANOS);
        }
        boolean isShort = nat.isHard()
                || Boolean.TRUE.equals(nat.carrierGrade())
                || (lifetimeNanos != null && lifetimeNanos < SHORT_LIFETIME_NANOS);
        return isShort ? SHORT_NANOS : USUAL_NANOS;
    }

    private static long seconds(int seconds) {
        return seconds * 1_000_000_000L;
    }
}
