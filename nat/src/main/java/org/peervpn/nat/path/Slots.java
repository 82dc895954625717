package org.peervpn.nat.path;

/**
 * When two nodes that cannot signal try at the same moment, by the clock on the wall: in every {@link #PERIOD_MILLIS}
 * of UTC both call steadily at first and are silent then, so that in a router that took an unexpected
 * datagram for a connection to itself the entry dies (30 s on Linux); then both begin together.
 */
public final class Slots {
    public static final long PERIOD_MILLIS = 54_000;
    public static final long STEADY_MILLIS = 19_000;

    /** In one of so many periods those are silent, too, that had reached one another. */
    private static final long LOST_PERIODS = 3;

    private Slots() {}

    /** True in the part in which nothing is sent to a peer that was never reached. */
    public static boolean isSilent(long utcMillis) {
        return Math.floorMod(utcMillis, PERIOD_MILLIS) >= STEADY_MILLIS;
    }

    /**
     * The same for a peer that was reached and has been lost. Mostly it is just away, and reached the sooner the more often
     * it is called; but perhaps its router, or ours, has forgotten us, and took what came first for a connection to itself.
     */
    public static boolean isSilentToLost(long utcMillis) {
        return isSilent(utcMillis) && Math.floorMod(Math.floorDiv(utcMillis, PERIOD_MILLIS), LOST_PERIODS) == 0;
    }

    /** Milliseconds until both begin together again; never 0. */
    public static long millisToNext(long utcMillis) {
        return PERIOD_MILLIS - Math.floorMod(utcMillis, PERIOD_MILLIS);
    }
}
