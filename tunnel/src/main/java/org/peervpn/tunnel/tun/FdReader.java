package org.peervpn.tunnel.tun;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads packets from the descriptor whenever its event loop says that there are some. */
final class FdReader implements EpollIoHandle {
    private static final Logger LOG = LoggerFactory.getLogger(FdReader.class);

    /** So that a device that always has something does not keep its loop from anything else. */
    private static final int MAX_READS = 64;

    private final FileDescriptor fd;
    private final Lock fdLock;
    private final Tun.Reader reader;
    private final LongAdder dropped;
    private final PacketBatch batch = FdTun.newBatch();
    private final Splitter splitter = new Splitter(batch, this::deliver);
    private final int headerBytes;
    private final ByteBuffer buffer;
    private final long address;
    private boolean alone; // whether the last wake-up brought but one read
    private boolean ended;
    private boolean mistakeLogged; // ours, which some packets may bring to light again and again

    FdReader(FileDescriptor fd, Lock fdLock, Tun.Reader reader, LongAdder dropped, boolean withHeader) {
        this.fd = fd;
        this.fdLock = fdLock;
        this.reader = reader;
        this.dropped = dropped;
        headerBytes = withHeader ? VnetHeader.BYTES : 0;
        buffer = ByteBuffer.allocateDirect(headerBytes + Ip.MAX_PACKET_BYTES);
        address = Buffer.memoryAddress(buffer);
    }

    /** Level-triggered, so that what does not fit into one batch is told again. */
    void register(IoEventLoop loop) {
        IoRegistration registration = loop.register(this).syncUninterruptibly().getNow();
        registration.submit(EpollIoOps.EPOLLIN);
    }

    @Override
    public FileDescriptor fd() {
        return fd;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        boolean alive = drain();
        deliver();
        if (!alive && !ended) {
            ended = true;
            registration.cancel();
            reader.lost();
        }
    }

    /**
     * Reads until there is nothing more; false if the device is gone. After a packet that came alone, the next one is
     * expected to be alone, too, and goes on its way before the device is asked for more.
     */
    private boolean drain() {
        try {
            for (int i = 0; i < MAX_READS; i++) {
                int length = read();
                if (length <= 0) {
                    alone = i == 1;
                    return length == 0; // 0: would block; -1: end of file
                }
                accept(length);
                if (i == 0 && alone) {
                    deliver();
                }
            }
            alone = false;
            return true;
        } catch (IOException e) { // EBADFD once the device has been removed
            return false;
        }
    }

    private int read() throws IOException {
        fdLock.lock();
        try {
            return fd.isOpen() ? fd.readAddress(address, 0, buffer.capacity()) : 0;
        } finally {
            fdLock.unlock();
        }
    }

    private void accept(int length) {
        boolean isWhole = length > headerBytes && Ip.isPacket(buffer.get(headerBytes));
        if (!isWhole || !splitter.split(buffer, headerBytes, length)) {
            dropped.increment();
        }
    }

    private void deliver() {
        if (batch.size() == 0) {
            return;
        }
        try {
            reader.read(batch);
        } catch (RuntimeException e) { // let through, it would halt the thread for a second each time
            dropped.add(batch.size());
            if (!mistakeLogged) {
                mistakeLogged = true;
                LOG.error("packets were not handled; others like them will be dropped without a word", e);
            }
        } finally {
            batch.clear();
        }
    }

    /** The descriptor belongs to {@link FdTun}, which closes it. */
    @Override
    public void close() {}
}
