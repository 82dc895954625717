package org.peervpn.tunnel.tun;

import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.tun.TunDescriptor.Offloads;

/** Writes the packets of one thread to a descriptor: joined where the device has offloads, else each by itself. */
final class FdWriter implements Tun.Writer {
    private final TunQueue queue;
    private final LongAdder dropped;
    private final Offloads offloads;
    private @Nullable Joiner joiner; // made when first needed
    private @Nullable ByteBuffer single; // the same

    FdWriter(TunQueue queue, LongAdder dropped, Offloads offloads) {
        this.queue = queue;
        this.dropped = dropped;
        this.offloads = offloads;
    }

    @Override
    public void write(ByteBuffer packet) {
        int length = packet.remaining();
        if (length == 0 || length > Ip.MAX_PACKET_BYTES || !Ip.isPacket(packet.get(packet.position()))) {
            dropped.increment();
        } else if (offloads == Offloads.NONE) {
            writeAlone(packet, length);
        } else {
            if (joiner == null) {
                joiner = new Joiner(this::write, offloads == Offloads.UDP);
            }
            joiner.add(packet);
        }
    }

    private void writeAlone(ByteBuffer packet, int length) {
        if (single == null) {
            single = ByteBuffer.allocateDirect(Ip.MAX_PACKET_BYTES);
        }
        write(single.put(0, packet, packet.position(), length), length);
    }

    @Override
    public void flush() {
        if (joiner != null) {
            joiner.flush();
        }
    }

    /** Counts if the kernel's queue is full, the interface is down or gone, or the packet is malformed. */
    private void write(ByteBuffer buffer, int end) {
        if (!queue.write(Buffer.memoryAddress(buffer), 0, end)) {
            dropped.increment();
        }
    }
}
