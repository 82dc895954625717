package org.peervpn.tunnel.tun;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Joins packets of the same flow that come one after the other, for a device with offloads: the kernel then takes up to
 * 64 KiB in one call, and carries them through its stack as one. Packets of a flow stay in order; those of different
 * flows may not.
 */
final class Joiner {

    /** Takes what is complete, with its {@link VnetHeader} at 0. */
    interface Sink {
        void write(ByteBuffer buffer, int end);
    }

    /** Flows that are joined at a time; with more of them, the oldest is written as far as it has come. */
    private static final int MAX_FLOWS = 8;

    private final Sink sink;
    private final boolean withUdp;
    private final List<Aggregate> open = new ArrayList<>(MAX_FLOWS); // the oldest first
    private final List<Aggregate> free = new ArrayList<>(MAX_FLOWS);
    private final FlowPacket parsed = new FlowPacket();
    private final ByteBuffer single = ByteBuffer.allocateDirect(VnetHeader.BYTES + Ip.MAX_PACKET_BYTES);

    Joiner(Sink sink, boolean withUdp) {
        this.sink = sink;
        this.withUdp = withUdp;
    }

    /** The packet is copied. */
    void add(ByteBuffer packet) {
        if (!parsed.parse(packet, withUdp)) {
            flush(); // a fragment, perhaps, of a flow that is open
            writeAlone(packet);
            return;
        }
        int index = indexOfFlow(packet);
        if (!parsed.isJoinable()) {
            write(index);
            writeAlone(packet);
            return;
        }
        if (index >= 0 && open.get(index).continuesWith(packet, parsed)) {
            if (!open.get(index).add(packet, parsed)) {
                write(index);
                writeAlone(packet);
            }
            return;
        }
        write(index);
        begin(packet);
    }

    private void begin(ByteBuffer packet) {
        if (open.size() == MAX_FLOWS) {
            write(0);
        }
        Aggregate aggregate = free.isEmpty() ? new Aggregate() : free.remove(free.size() - 1);
        if (aggregate.begin(packet, parsed)) {
            open.add(aggregate);
        } else {
            free.add(aggregate);
            writeAlone(packet);
        }
    }

    /** Negative if it is not open. */
    private int indexOfFlow(ByteBuffer packet) {
        for (int i = open.size() - 1; i >= 0; i--) {
            if (open.get(i).isOfSameFlow(packet, parsed)) {
                return i;
            }
        }
        return -1;
    }

    private void write(int index) {
        if (index >= 0) {
            Aggregate aggregate = open.remove(index);
            aggregate.finish();
            sink.write(aggregate.buffer(), aggregate.end());
            free.add(aggregate);
        }
    }

    private void writeAlone(ByteBuffer packet) {
        int length = packet.remaining();
        VnetHeader.putPlain(single, 0);
        single.put(VnetHeader.BYTES, packet, packet.position(), length);
        sink.write(single, VnetHeader.BYTES + length);
    }

    void flush() {
        while (!open.isEmpty()) {
            write(0);
        }
    }
}
