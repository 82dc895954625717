package org.peervpn.tunnel;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** The packets of one peer that wait for a handshake: at most 128, the oldest goes. */
final class StagingQueue {
    static final int MAX_PACKETS = 128;

    private final ArrayDeque<byte[]> packets = new ArrayDeque<>();

    /** Keeps a copy; false if the oldest packet had to go for it. */
    boolean add(ByteBuffer packet) {
        boolean hadRoom = packets.size() < MAX_PACKETS;
        if (!hadRoom) {
            packets.removeFirst();
        }
        byte[] copy = new byte[packet.remaining()];
        packet.get(copy);
        packets.addLast(copy);
        return hadRoom;
    }

    byte @Nullable [] poll() {
        return packets.pollFirst();
    }
}
