package org.peervpn.tunnel;

/**
 * Which counters of a keypair have been received: the sliding window of RFC 6479, of 16,320 counters. Any thread may
 * call it.
 */
final class ReplayFilter {
    /** How far a counter may be behind the greatest one; at least. */
    static final int WINDOW = 255 * Long.SIZE;

    private static final int BLOCKS = WINDOW / Long.SIZE + 1;

    private final long[] ring = new long[BLOCKS];
    private long greatest;

    /** Marks the counter as received; false if it was already, is too old, or beyond REJECT_AFTER_MESSAGES. */
    synchronized boolean accept(long counter) {
        if (Long.compareUnsigned(counter, Timing.REJECT_AFTER_MESSAGES) >= 0) {
            return false;
        }
        long block = counter >>> 6;
        if (Long.compareUnsigned(counter, greatest) > 0) {
            long greatestBlock = greatest >>> 6;
            long blocksToClear = Math.min(block - greatestBlock, BLOCKS);
            for (long i = 1; i <= blocksToClear; i++) {
                ring[(int) ((greatestBlock + i) % BLOCKS)] = 0;
            }
            greatest = counter;
        } else if (Long.compareUnsigned(greatest - counter, WINDOW) > 0) {
            return false;
        }
        int index = (int) (block % BLOCKS);
        long bit = 1L << counter;
        boolean fresh = (ring[index] & bit) == 0;
        ring[index] |= bit;
        return fresh;
    }
}
