package org.peervpn.tunnel;

/**
 * The loop's time that transport data leaves, which handshakes may have beyond their fixed share: half of all time, less
 * what the packets take. While a tunnel is full there is none; a node that all its peers call at once, such as one that
 * was started again, answers some 2,500 a second. Loop only.
 */
final class SpareTime {
    /** As many as would find all of it saved up. */
    static final int HANDSHAKES_AT_ONCE = 256;

    /** Plainly computed; by OpenSSL somewhat less. */
    private static final long HANDSHAKE_NANOS = 200_000;

    /** To open one of 1,420 bytes and pass it on. */
    private static final long PACKET_NANOS = 4_000;

    private static final long FULL_NANOS = HANDSHAKES_AT_ONCE * HANDSHAKE_NANOS;

    private long leftNanos = FULL_NANOS;
    private long lastNanos;

    SpareTime(long nowNanos) {
        lastNanos = nowNanos;
    }

    void spendOnPacket(long nowNanos) {
        refill(nowNanos);
        leftNanos = Math.max(0, leftNanos - PACKET_NANOS);
    }

    boolean isSpent(long nowNanos) {
        refill(nowNanos);
        return leftNanos < HANDSHAKE_NANOS;
    }

    /** False if there is not enough for one. */
    boolean takeHandshake(long nowNanos) {
        if (isSpent(nowNanos)) {
            return false;
        }
        leftNanos -= HANDSHAKE_NANOS;
        return true;
    }

    private void refill(long nowNanos) {
        leftNanos = Math.min(FULL_NANOS, leftNanos + (nowNanos - lastNanos) / 2);
        lastNanos = nowNanos;
    }
}
