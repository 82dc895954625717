package org.peervpn.tunnel.udp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.Path;

/**
 * Collects the datagrams of one thread and hands them to the loop, a batch at a time.
 *
 * <ol>
 *   <li>Datagrams are written one behind the other into the buffer of the current batch.
 *   <li>At a flush, or when the batch is full, the batch becomes one task of the loop.
 *   <li>On the loop every datagram becomes a slice of the buffer, and the port's flush sends them in one call. The
 *       buffer goes back to its pool when the last slice has been sent.
 * </ol>
 *
 * <p>If the loop has not yet run {@link #MAX_BATCHES_IN_FLIGHT} earlier batches, the batch is dropped and counted.
 */
final class LoopWriter implements UdpPort.Writer {
    static final int MAX_BATCHES_IN_FLIGHT = 8;
    static final int MAX_DATAGRAMS = 128;
    private static final int BATCH_BYTES = 256 * 1024;

    private final UdpPort port;
    private final AtomicInteger batchesInFlight = new AtomicInteger();
    private @Nullable Batch batch; // null until a buffer is asked for
    private @Nullable ByteBuffer lent; // null unless a buffer has been lent and not yet sent

    LoopWriter(UdpPort port) {
        this.port = port;
    }

    @Override
    public ByteBuffer buffer(int capacity) {
        if (batch != null && !batch.hasRoom(capacity)) {
            flush();
        }
        if (batch == null) {
            batch = new Batch(Math.max(capacity, BATCH_BYTES));
        }
        lent = batch.lend(capacity);
        return lent;
    }

    @Override
    public void send(Path path) {
        if (batch == null || lent == null) {
            throw new IllegalStateException("no buffer has been lent");
        }
        batch.add(path, lent.position());
        lent = null;
    }

    @Override
    public void flush() {
        Batch full = batch;
        batch = null;
        lent = null;
        if (full != null) {
            handOver(full);
        }
    }

    private void handOver(Batch full) {
        if (batchesInFlight.incrementAndGet() > MAX_BATCHES_IN_FLIGHT) {
            full.drop();
            return;
        }
        try {
            port.loop().execute(full);
        } catch (RejectedExecutionException e) { // the loop has ended
            full.drop();
        }
    }

    private final class Batch implements Runnable {
        private final ByteBuf buffer;
        private final ByteBuffer view;
        private final Path[] paths = new Path[MAX_DATAGRAMS];
        private final int[] lengths = new int[MAX_DATAGRAMS];
        private int count;
        private int end;

        Batch(int capacity) {
            buffer = PooledByteBufAllocator.DEFAULT.directBuffer(capacity, capacity);
            view = buffer.nioBuffer(0, capacity);
        }

        boolean hasRoom(int capacity) {
            return count < MAX_DATAGRAMS && capacity <= view.capacity() - end;
        }

        ByteBuffer lend(int capacity) {
            return view.slice(end, capacity);
        }

        void add(Path path, int length) {
            paths[count] = path;
            lengths[count] = length;
            count++;
            end += length;
        }

        @Override
        public void run() {
            int start = 0;
            for (int i = 0; i < count; i++) {
                port.write(paths[i], buffer.retainedSlice(start, lengths[i]));
                start += lengths[i];
            }
            buffer.release();
            batchesInFlight.decrementAndGet();
            port.flush();
        }

        void drop() {
            buffer.release();
            batchesInFlight.decrementAndGet();
            port.dropped(count);
        }
    }
}
