package org.peervpn.tunnel.tun;

import java.nio.ByteBuffer;

/** Packets that one wake-up brought, one behind the other in one direct buffer. Reused by its owner. */
public final class PacketBatch {
    private final ByteBuffer buffer;
    private final ByteBuffer view;
    private final int[] ends;
    private int size;

    public PacketBatch(int maxPackets, int capacityBytes) {
        buffer = ByteBuffer.allocateDirect(capacityBytes);
        view = buffer.duplicate();
        ends = new int[maxPackets];
    }

    public int size() {
        return size;
    }

    /** The packet between its position and limit; valid until the next is asked for, or the batch is cleared. */
    public ByteBuffer packet(int index) {
        int start = start(index);
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
