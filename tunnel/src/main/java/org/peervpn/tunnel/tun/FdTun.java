package org.peervpn.tunnel.tun;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.tun.TunDescriptor.Offloads;

/**
 * A TUN device on file descriptors, one for each queue.
 *
 * <ol>
 *   <li>The reading thread of a queue, an event loop of its own, sleeps until the descriptor is readable.
 *   <li>{@link FdReader} reads until there is nothing more; {@link Splitter} makes packets of it, each of which is lent.
 *   <li>{@link FdWriter} writes them; where there are offloads, {@link Joiner} makes few long ones of them until the flush.
 * </ol>
 */
final class FdTun implements Tun {
    private static final long CLOSE_TIMEOUT_SECONDS = 5;

    private final String name;
    private final List<TunQueue> queues;
    private final Offloads offloads;
    private final LongAdder dropped = new LongAdder();

    /** All queues of a device are lost together. */
    private final AtomicBoolean lost = new AtomicBoolean();

    private @Nullable IoEventLoopGroup readingThreads; // null until started

    FdTun(String name, List<TunQueue> queues, Offloads offloads) {
        this.name = name;
        this.queues = List.copyOf(queues);
        this.offloads = offloads;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int queues() {
        return queues.size();
    }

    @Override
    public synchronized void start(IntFunction<Reader> readers) {
        if (readingThreads != null) {
            throw new IllegalStateException(name + " is being read already");
        }
        var threads = new DefaultThreadFactory("tun-" + name, true);
        readingThreads = new MultiThreadIoEventLoopGroup(queues.size(), threads, EpollIoHandler.newFactory());
        for (int i = 0; i < queues.size(); i++) {
            read(queues.get(i), readers.apply(i), readingThreads.next()); // each time another one
        }
    }

    private void read(TunQueue queue, Reader reader, IoEventLoop thread) {
        Runnable onLost = () -> {
            if (lost.compareAndSet(false, true)) {
                reader.lost();
            }
        };
        new FdReader(queue, reader, onLost, dropped, offloads != Offloads.NONE).register(thread);
    }

    @Override
    public Writer newWriter(int queue) {
        return new FdWriter(queues.get(queue), dropped, offloads);
    }

    @Override
    public long droppedPackets() {
        return dropped.sum();
    }

    @Override
    public synchronized void close() {
        IoEventLoopGroup threads = readingThreads;
        if (threads != null) {
            var ended = threads.shutdownGracefully(0, CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
            boolean isOneOfThem = false;
            for (EventExecutor thread : threads) {
                isOneOfThem |= thread.inEventLoop();
            }
            if (!isOneOfThem) {
                ended.awaitUninterruptibly(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
            }
        }
        try {
            for (TunQueue queue : queues) {
                queue.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close " + name, e);
        }
    }
}
