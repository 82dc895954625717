package org.peervpn.tunnel.tun;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads packets from the descriptor whenever its event loop says that there are some. */
final class FdReader implements EpollIoHandle {
    private static final Logger LOG = LoggerFactory.getLogger(FdReader.class);

    private final FileDescriptor fd;
    private final Lock fdLock;
    private final Tun.Reader reader;
    private final LongAdder dropped;
    private final PacketBatch batch = FdTun.newBatch();
    private final long address = Buffer.memoryAddress(batch.buffer());
    private boolean ended;
    private boolean mistakeLogged; // ours, which some packets may bring to light again and again

    FdReader(FileDescriptor fd, Lock fdLock, Tun.Reader reader, LongAdder dropped) {
        this.fd = fd;
        this.fdLock = fdLock;
        this.reader = reader;
        this.dropped = dropped;
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
        boolean alive = fill();
        if (batch.size() > 0) {
            deliver();
        }
        if (!alive && !ended) {
            ended = true;
            registration.cancel();
            reader.lost();
        }
    }

    private void deliver() {
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

    /** Reads until there is nothing more or the batch is full; false if the device is gone. */
    private boolean fill() {
        fdLock.lock();
        try {
            while (fd.isOpen() && batch.hasRoom(Ip.MAX_PACKET_BYTES)) {
                int start = batch.end();
                int length = fd.readAddress(address, start, start + Ip.MAX_PACKET_BYTES);
                if (length <= 0) {
                    return length == 0; // 0: would block; -1: end of file
                }
                accept(start, length);
            }
            return true;
        } catch (IOException e) { // EBADFD once the device has been removed
            return false;
        } finally {
            fdLock.unlock();
        }
    }

    private void accept(int start, int length) {
        if (Ip.isPacket(batch.buffer().get(start))) {
            batch.added(length);
        } else {
            dropped.increment();
        }
    }

    /** The descriptor belongs to {@link FdTun}, which closes it. */
    @Override
    public void close() {}
}
