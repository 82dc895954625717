package org.peervpn.tunnel;

/** Decides whether we are under load, from how many handshake messages have come in the last second. */
final class HandshakeLoad {
    /** Each costs up to five curve operations: so many take a few percent of one core. */
    static final int MAX_PER_SECOND = 128;

    private static final long WINDOW_NANOS = Timing.seconds(1);

    private long windowStartNanos;
    private long underLoadUntilNanos;
    private int inWindow;

    /** Counts one message. Once there are too many, we are under load until a whole window has not been. */
    void count(long nowNanos) {
        if (nowNanos - windowStartNanos >= WINDOW_NANOS) {
            windowStartNanos = nowNanos;
            inWindow = 0;
        }
        inWindow++;
        if (inWindow > MAX_PER_SECOND) {
            underLoadUntilNanos = windowStartNanos + 2 * WINDOW_NANOS;
        }
    }

    boolean isUnderLoad(long nowNanos) {
        return nowNanos < underLoadUntilNanos;
    }
}
