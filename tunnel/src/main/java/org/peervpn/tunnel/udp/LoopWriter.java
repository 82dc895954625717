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
 * <p>While the loop has not yet sent earlier batches of {@link #MAX_BYTES_IN_FLIGHT} in all, a batch is dropped and
 * counted. A batch is as large as the last ones needed to be, so that many small ones may wait.
 */
final class LoopWriter implements UdpPort.Writer {
    static final int MAX_BYTES_IN_FLIGHT = 4 * 1024 * 1024;
    static final int MAX_DATAGRAMS = 128;
    static final int MIN_BATCH_BYTES = 16 * 1024;
    private static final int MAX_BATCH_BYTES = 256 * 1024;

    private final UdpPort port;
    private final AtomicInteger bytesInFlight = new AtomicInteger();
    private int batchBytes = MIN_BATCH_BYTES;
    private @Nullable Batch batch; // null until a buffer is asked for
    private @Nullable ByteBuffer lent; // null unless a buffer has been lent and not yet sent

    LoopWriter(UdpPort port) {
        this.port = port;
    }

    @Override
    public ByteBuffer buffer(int capacity) {
        if (batch != null && !batch.hasRoom(capacity)) {
            batchBytes = Math.min(2 * batchBytes, MAX_BATCH_BYTES);
            flush();
        }
        if (batch == null) {
            batch = new Batch(Math.max(capacity, batchBytes));
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
            if (full.end < batchBytes / 4) {
                batchBytes = Math.max(batchBytes / 2, MIN_BATCH_BYTES);
            }
            handOver(full);
        }
    }

    private void handOver(Batch full) {
        if (bytesInFlight.addAndGet(full.view.capacity()) > MAX_BYTES_IN_FLIGHT) {
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
            bytesInFlight.addAndGet(-view.capacity());
            port.flush();
        }

        void drop() {
            buffer.release();
            bytesInFlight.addAndGet(-view.capacity());
            port.dropped(count);
        }
    }
}
