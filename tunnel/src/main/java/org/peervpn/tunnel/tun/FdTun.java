package org.peervpn.tunnel.tun;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.tun.TunDescriptor.Offloads;

/**
 * A TUN device on a file descriptor.
 *
 * <ol>
 *   <li>The reading thread, an event loop of its own, sleeps until the descriptor is readable.
 *   <li>{@link FdReader} reads until there is nothing more; {@link Splitter} makes packets of it, in a batch, which is
 *       lent when it is full or at the end.
 *   <li>{@link FdWriter} collects packets until the flush; {@link Joiner} makes few long ones of them.
 * </ol>
 */
final class FdTun implements Tun {
    private static final int MAX_PACKETS = 128;

    /** Room for 128 packets of a usual MTU, and always for one more of any length. */
    private static final int BATCH_BYTES = MAX_PACKETS * 2048 + Ip.MAX_PACKET_BYTES;

    private static final long CLOSE_TIMEOUT_SECONDS = 5;

    private final String name;
    private final FileDescriptor fd;
    private final Offloads offloads;

    /** Read-locked to use the descriptor, write-locked to close it: a closed number may soon be another file's. */
    private final ReadWriteLock fdLock = new ReentrantReadWriteLock();

    private final LongAdder dropped = new LongAdder();
    private @Nullable IoEventLoopGroup readingThread; // null until started

    FdTun(String name, FileDescriptor fd, Offloads offloads) {
        this.name = name;
        this.fd = fd;
        this.offloads = offloads;
    }

    static PacketBatch newBatch() {
        return new PacketBatch(MAX_PACKETS, BATCH_BYTES);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public synchronized void start(Reader reader) {
        if (readingThread != null) {
            throw new IllegalStateException(name + " is being read already");
        }
        var threads = new DefaultThreadFactory("tun-" + name, true);
        readingThread = new MultiThreadIoEventLoopGroup(1, threads, EpollIoHandler.newFactory());
        new FdReader(fd, fdLock.readLock(), reader, dropped, offloads != Offloads.NONE).register(readingThread.next());
    }

    @Override
    public Writer newWriter() {
        return new FdWriter(fd, fdLock.readLock(), dropped, offloads);
    }

    @Override
    public long droppedPackets() {
        return dropped.sum();
    }

    @Override
    public synchronized void close() {
        if (readingThread != null) {
            var ended = readingThread.shutdownGracefully(0, CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
            if (!readingThread.next().inEventLoop()) {
                ended.awaitUninterruptibly(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
            }
        }
        fdLock.writeLock().lock();
        try {
            fd.close(); // does nothing the second time
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close " + name, e);
        } finally {
            fdLock.writeLock().unlock();
        }
    }
}
