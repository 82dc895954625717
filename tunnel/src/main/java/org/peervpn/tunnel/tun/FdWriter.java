package org.peervpn.tunnel.tun;

import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Lock;

/** Writes the packets of one thread to the descriptor. */
final class FdWriter implements Tun.Writer {
    private final FileDescriptor fd;
    private final Lock fdLock;
    private final LongAdder dropped;
    private final PacketBatch batch = FdTun.newBatch();
    private final long address = Buffer.memoryAddress(batch.buffer());

    FdWriter(FileDescriptor fd, Lock fdLock, LongAdder dropped) {
        this.fd = fd;
        this.fdLock = fdLock;
        this.dropped = dropped;
    }

    @Override
    public void write(ByteBuffer packet) {
        int length = packet.remaining();
        if (length == 0 || length > Ip.MAX_PACKET_BYTES || !Ip.isPacket(packet.get(packet.position()))) {
            dropped.increment();
            return;
        }
        if (!batch.hasRoom(length)) {
            flush();
        }
        batch.add(packet);
    }

    @Override
    public void flush() {
        fdLock.lock();
        try {
            for (int i = 0; i < batch.size(); i++) {
                if (!fd.isOpen() || !written(batch.start(i), batch.end(i))) {
                    dropped.increment();
                }
            }
        } finally {
            fdLock.unlock();
            batch.clear();
        }
    }

    /** False if the kernel's queue is full, the interface is down or gone, or the packet is malformed. */
    private boolean written(int start, int end) {
        try {
            return fd.writeAddress(address, start, end) > 0;
        } catch (IOException e) {
            return false;
        }
    }
}
