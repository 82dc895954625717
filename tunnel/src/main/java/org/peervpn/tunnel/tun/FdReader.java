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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads packets from a descriptor whenever its event loop says that there are some. */
final class FdReader implements EpollIoHandle {
    private static final Logger LOG = LoggerFactory.getLogger(FdReader.class);

    /** So that a device that always has something does not keep its loop from anything else. */
    private static final int MAX_READS = 64;

    /** So that the first does not wait for the last, where there are always more. */
    private static final int MAX_PACKETS_UNTIL_FLUSH = 128;

    private final TunQueue queue;
    private final Tun.Reader reader;
    private final Runnable onLost;
    private final LongAdder dropped;
    private final Splitter splitter;
    private final int headerBytes;
    private final ByteBuffer buffer;
    private final long address;
    private int unflushed;
    private boolean alone; // whether the last wake-up brought but one read
    private boolean ended;
    private boolean mistakeLogged; // ours, which some packets may bring to light again and again

    FdReader(TunQueue queue, Tun.Reader reader, Runnable onLost, LongAdder dropped, boolean withHeader) {
        this.queue = queue;
        this.onLost = onLost;
        this.reader = reader;
        this.dropped = dropped;
        headerBytes = withHeader ? VnetHeader.BYTES : 0;
        buffer = ByteBuffer.allocateDirect(headerBytes + Ip.MAX_PACKET_BYTES);
        address = Buffer.memoryAddress(buffer);
        splitter = new Splitter(buffer, this::lend);
    }

    /** Level-triggered, so that what is left is told again. */
    void register(IoEventLoop loop) {
        IoRegistration registration = loop.register(this).syncUninterruptibly().getNow();
        registration.submit(EpollIoOps.EPOLLIN);
    }

    @Override
    public FileDescriptor fd() {
        return queue.fd();
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
        boolean alive = true;
        try {
            alive = drain();
        } finally {
            flush();
        }
        if (!alive && !ended) {
            ended = true;
            registration.cancel();
            onLost.run();
        }
    }

    /**
     * Reads until there is nothing more; false if the device is gone. After a packet that came alone, the next one is
     * expected to be alone, too, and goes on its way before the device is asked for more.
     */
    private boolean drain() {
        try {
            for (int i = 0; i < MAX_READS; i++) {
                int length = queue.read(address, buffer.capacity());
                if (length <= 0) {
                    alone = i == 1;
                    return length == 0; // 0: would block; -1: end of file
                }
                accept(length);
                if (i == 0 && alone) {
                    flush();
                }
            }
            alone = false;
            return true;
        } catch (IOException e) { // EBADFD once the device has been removed
            return false;
        }
    }

    private void accept(int length) {
        boolean isWhole = length > headerBytes && Ip.isPacket(buffer.get(headerBytes));
        if (!isWhole || !splitter.split(headerBytes, length)) {
            dropped.increment();
        }
    }

    private void lend(ByteBuffer packet) {
        unflushed++;
        try {
            reader.read(packet);
        } catch (RuntimeException e) {
            dropped.increment();
            failed(e);
        }
        if (unflushed == MAX_PACKETS_UNTIL_FLUSH) {
            flush();
        }
    }

    private void flush() {
        if (unflushed == 0) {
            return;
        }
        int packets = unflushed;
        unflushed = 0;
        try {
            reader.flush();
        } catch (RuntimeException e) {
            dropped.add(packets); // at most
            failed(e);
        }
    }

    /** Let through, it would halt the thread for a second each time. */
    private void failed(RuntimeException e) {
        if (!mistakeLogged) {
            mistakeLogged = true;
            LOG.error("packets were not handled; others like them will be dropped without a word", e);
        }
    }

    /** The descriptor belongs to {@link FdTun}, which closes it. */
    @Override
    public void close() {}
}
