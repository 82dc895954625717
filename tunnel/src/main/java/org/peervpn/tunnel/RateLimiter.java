package org.peervpn.tunnel;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Handshake messages per source: 20 a second, 5 at once, as the reference implementation. A source is an IPv4 address
 * or an IPv6 prefix of 64 bits, which is what one host can have all of.
 */
final class RateLimiter {
    static final int BURST = 5;
    static final int MAX_SOURCES = 8_192;

    private static final long COST_NANOS = Timing.seconds(1) / 20;
    private static final long FULL_NANOS = BURST * COST_NANOS;

    private static final class Bucket {
        long nanos = FULL_NANOS;
        long lastNanos;
    }

    // In the order of last use, so that those that are full again stand first.
    private final Map<Long, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

    /** Takes one token of the source; false if it has none, or if there are too many sources to keep count of. */
    boolean tryAcquire(InetAddress source, long nowNanos) {
        removeFull(nowNanos);
        Long key = key(source);
        Bucket bucket = buckets.get(key);
        if (bucket == null) {
            if (buckets.size() == MAX_SOURCES) {
                return false;
            }
            bucket = new Bucket();
            bucket.lastNanos = nowNanos;
            buckets.put(key, bucket);
        }
        bucket.nanos = Math.min(FULL_NANOS, bucket.nanos + nowNanos - bucket.lastNanos);
        bucket.lastNanos = nowNanos;
        if (bucket.nanos < COST_NANOS) {
            return false;
        }
        bucket.nanos -= COST_NANOS;
        return true;
    }

    int size() {
        return buckets.size();
    }

    private void removeFull(long nowNanos) {
        Iterator<Bucket> oldestFirst = buckets.values().iterator();
        while (oldestFirst.hasNext() && nowNanos - oldestFirst.next().lastNanos >= FULL_NANOS) {
            oldestFirst.remove();
        }
    }

    private static long key(InetAddress source) {
        ByteBuffer bytes = ByteBuffer.wrap(source.getAddress());
        return source instanceof Inet6Address ? bytes.getLong() : bytes.getInt() & 0xffff_ffffL;
    }
}
