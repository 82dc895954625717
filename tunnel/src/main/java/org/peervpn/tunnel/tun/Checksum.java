package org.peervpn.tunnel.tun;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The internet checksum (RFC 1071). A sum is 64 bits of unfolded ones' complement sum; sums may be added as long as
 * fewer than some billion bytes went into them. Each range begins at an even place of what is summed.
 *
 * <p>Reads eight bytes at a time, in the order in which the buffer is set, which must be {@link ByteOrder#BIG_ENDIAN}.
 */
final class Checksum {
    private static final long LOW = 0xffff_ffffL;

    private Checksum() {}

    static long sum(ByteBuffer buffer, int from, int length) {
        long sum = 0;
        int i = from;
        for (int end = from + length - 31; i < end; i += 32) {
            long a = buffer.getLong(i);
            long b = buffer.getLong(i + 8);
            long c = buffer.getLong(i + 16);
            long d = buffer.getLong(i + 24);
            sum += (a >>> 32) + (a & LOW) + (b >>> 32) + (b & LOW) + (c >>> 32) + (c & LOW) + (d >>> 32) + (d & LOW);
        }
        return sum + sumOfRest(buffer, i, from + length - i);
    }

    /** Copies and sums in one pass. */
    static long copy(ByteBuffer source, int from, int length, ByteBuffer target, int to) {
        long sum = 0;
        int i = 0;
        for (int end = length - 31; i < end; i += 32) {
            long a = source.getLong(from + i);
            long b = source.getLong(from + i + 8);
            long c = source.getLong(from + i + 16);
            long d = source.getLong(from + i + 24);
            target.putLong(to + i, a);
            target.putLong(to + i + 8, b);
            target.putLong(to + i + 16, c);
            target.putLong(to + i + 24, d);
            sum += (a >>> 32) + (a & LOW) + (b >>> 32) + (b & LOW) + (c >>> 32) + (c & LOW) + (d >>> 32) + (d & LOW);
        }
        target.put(to + i, source, from + i, length - i);
        return sum + sumOfRest(source, from + i, length - i);
    }

    private static long sumOfRest(ByteBuffer buffer, int from, int length) {
        long sum = 0;
        int i = from;
        int end = from + length;
        for (; i < end - 3; i += 4) {
            sum += buffer.getInt(i) & LOW;
        }
        if (i < end - 1) {
            sum += buffer.getShort(i) & 0xffff;
            i += 2;
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
