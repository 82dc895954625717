package org.peervpn.nat.behavior;

/**
 * How often a question is put.
 *
 * @param gapNanos between two of its datagrams
 * @param maxSends after which it is put no more
 * @param wantedAnswers after which it is put no more
 */
record Pace(long gapNanos, int maxSends, int wantedAnswers) {
    static final int ENDLESS = Integer.MAX_VALUE;

    static Pace millis(int gapMillis, int maxSends, int wantedAnswers) {
        return new Pace(gapMillis * 1_000_000L, maxSends, wantedAnswers);
    }
}
