package org.peervpn.tunnel.tun;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Packets that one wake-up brought, one behind the other in one direct buffer. Reused by its owner. */
public final class PacketBatch {
    private final ByteBuffer buffer;
    private final @Nullable ByteBuffer[] views; // made when first needed, then reused
    private final int[] ends;
    private int size;

    public PacketBatch(int maxPackets, int capacityBytes) {
        buffer = ByteBuffer.allocateDirect(capacityBytes);
        views = new @Nullable ByteBuffer[maxPackets];
        ends = new int[maxPackets];
    }

    public int size() {
        return size;
    }

    /** The packet between its position and limit; valid until the batch is cleared. */
    public ByteBuffer packet(int index) {
        int start = start(index);
        ByteBuffer view = views[index];
        if (view == null) {
            view = buffer.duplicate();
            views[index] = view;
        }
        return view.limit(ends[index]).position(start);
    }

    /** Appends a copy; false if it is full. For tests and for devices without a descriptor. */
    public boolean add(ByteBuffer packet) {
        int length = packet.remaining();
        if (!hasRoom(length)) {
            return false;
        }
        buffer.put(end(), packet, packet.position(), length);
        added(length);
        return true;
    }

    public void clear() {
        size = 0;
    }

    /** For a device that reads and writes the memory itself: between {@link #start} and {@link #end} of a packet. */
    ByteBuffer buffer() {
        return buffer;
    }

    boolean hasRoom(int length) {
        return size < ends.length && length <= buffer.capacity() - end();
    }

    /** Says that the device has put a packet of this length at {@link #end()}. */
    void added(int length) {
        ends[size] = end() + length;
        size++;
    }

    /** Where the next packet goes. */
    int end() {
        return size == 0 ? 0 : ends[size - 1];
    }

    int start(int index) {
        if (index >= size) {
            throw new IndexOutOfBoundsException("packet " + index + " of " + size);
        }
        return index == 0 ? 0 : ends[index - 1];
    }

    int end(int index) {
        return ends[index];
    }
}
