package org.peervpn.nat.portmap;

/** The router's clock, which begins anew when it has forgotten its mappings (RFC 6886, section 3.6). */
final class Epoch {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long TOLERANCE_SECONDS = 2;

    private long seconds;
    private long atNanos = -1; // nothing seen yet

    /** Returns true if the router has begun anew since the last time. Its clock may be slow by an eighth. */
    boolean observe(long epochSeconds, long nowNanos) {
        long elapsed = (nowNanos - atNanos) / NANOS_PER_SECOND;
        boolean known = atNanos >= 0;
        boolean wentBack = known && epochSeconds < seconds + elapsed * 7 / 8 - TOLERANCE_SECONDS;
        seconds = epochSeconds;
        atNanos = nowNanos;
        return wentBack;
    }
}
