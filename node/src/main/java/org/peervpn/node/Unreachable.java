package org.peervpn.node;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Tells local programs that a destination has no peer, so that they fail at once and do not wait. Limited to 100 answers
 * per second. Used by one thread.
 */
public final class Unreachable {
    private static final int MAX_PER_SECOND = 100;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final ByteBuffer answer = ByteBuffer.allocateDirect(1280);
    private long secondBegan;
    private int answered;

    /** The ICMP error to give back to the TUN, valid until the next call; null if there is to be none. */
    public @Nullable ByteBuffer answerTo(ByteBuffer packet, long nowNanos) {
        if (nowNanos - secondBegan >= SECOND_NANOS) {
            secondBegan = nowNanos;
            answered = 0;
        }
        if (answered == MAX_PER_SECOND || !IpPacket.trim(packet) || !IpPacket.unreachable(packet, answer)) {
            return null;
        }
        answered++;
        return answer;
    }
}
