package org.peervpn.tunnel.tun;

import java.nio.ByteBuffer;

/** Packets that one wake-up brought, one behind the other in one direct buffer. Reused by its owner. */
public final class PacketBatch {

    public PacketBatch(int maxPackets, int capacityBytes) {}

    public int size() {
        throw new IllegalStateException("stub");
    }

    /** The packet between its position and limit; valid until the batch is cleared. */
    public ByteBuffer packet(int index) {
        throw new IllegalStateException("stub");
    }

    /** Appends a copy; false if it is full. For tests and for devices without a descriptor. */
    public boolean add(ByteBuffer packet) {
        throw new IllegalStateException("stub");
    }

    public void clear() {
        throw new IllegalStateException("stub");
    }
}
