package org.peervpn.tunnel;

import java.util.Arrays;

/**
 * Which counters of a keypair have been received: the sliding window of RFC 6479, of 16,320 counters. Any thread may
 * call it. It takes no more memory than the counters that there have been: most keypairs carry little.
 */
final class ReplayFilter {
    /** How far a counter may be behind the greatest one; at least. */
    static final int WINDOW = 255 * Long.SIZE;

    private static final int FIRST_BLOCKS = 4;
    private static final int MAX_BLOCKS = WINDOW / Long.SIZE + 1; // a power of two

    /** Block n of 64 counters is at n modulo its length, which is greater than every n until it is the greatest length. */
    private long[] ring = new long[FIRST_BLOCKS];

    private long greatest;

    /** Marks the counter as received; false if it was already, is too old, or beyond REJECT_AFTER_MESSAGES. */
    synchronized boolean accept(long counter) {
        if (Long.compareUnsigned(counter, Timing.REJECT_AFTER_MESSAGES) >= 0) {
            return false;
        }
        long block = counter >>> 6;
        if (Long.compareUnsigned(counter, greatest) > 0) {
            if (block >= ring.length && ring.length < MAX_BLOCKS) {
                grow(block);
            }
            long greatestBlock = greatest >>> 6;
            long blocksToClear = Math.min(block - greatestBlock, ring.length);
            for (long i = 1; i <= blocksToClear; i++) {
                ring[index(greatestBlock + i)] = 0;
            }
            greatest = counter;
        } else if (Long.compareUnsigned(greatest - counter, WINDOW) > 0) {
            return false;
        }
        int index = index(block);
        long bit = 1L << counter;
        boolean fresh = (ring[index] & bit) == 0;
        ring[index] |= bit;
        return fresh;
    }

    private int index(long block) {
        return (int) block & (ring.length - 1);
    }

    private void grow(long block) {
        int length = ring.length;
        while (length <= block && length < MAX_BLOCKS) {
            length *= 2;
        }
        ring = Arrays.copyOf(ring, length);
    }
}
