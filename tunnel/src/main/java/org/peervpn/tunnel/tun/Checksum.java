package org.peervpn.tunnel.tun;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The internet checksum (RFC 1071). A sum is 64 bits of unfolded ones' complement sum; sums may be added as long as
 * fewer than some billion bytes went into them. Each range begins at an even place of what is summed.
 *
 * <p>Reads eight bytes at a time, in network order: the buffer must be {@link ByteOrder#BIG_ENDIAN}, as it is when made. By
 * the buffer's own method, which compilers see through; a VarHandle, of which they do not know whether it reads an array or
 * memory beside the heap, takes twice the time and looks everything up anew for each eight bytes.
 */
final class Checksum {
    private static final long LOW = 0xffff_ffffL;

    private Checksum() {}

    static long sum(ByteBuffer buffer, int from, int length) {
        long sum = 0;
        int i = from;
        for (int end = from + length - 7; i < end; i += 8) {
            long eight = buffer.getLong(i);
            sum += (eight >>> 32) + (eight & LOW);
        }
        return sum + sumOfRest(buffer, i, from + length - i);
    }

    private static long sumOfRest(ByteBuffer buffer, int from, int length) {
        long sum = 0;
        int i = from;
        int end = from + length;
        for (; i < end - 1; i += 2) {
            sum += buffer.getShort(i) & 0xffff;
        }
        return i < end ? sum + ((buffer.get(i) & 0xff) << 8) : sum;
    }

    /** The ones' complement sum in 16 bits. */
    static int fold(long sum) {
        long folded = (sum >>> 32) + (sum & LOW);
        folded = (folded >>> 32) + (folded & LOW);
        folded = (folded >>> 16) + (folded & 0xffff);
        folded = (folded >>> 16) + (folded & 0xffff);
        return (int) ((folded >>> 16) + (folded & 0xffff));
    }

    /** What stands in a header. */
    static short finish(long sum) {
        return (short) ~fold(sum);
    }
}
