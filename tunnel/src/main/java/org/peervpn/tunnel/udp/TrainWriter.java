package org.peervpn.tunnel.udp;

import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.Path;

/**
 * Sends the datagrams of one thread on that thread: those that follow one another on the same path, and are of the same
 * length but for the last, as a train. What has to leave from one address of several goes by way of the loop.
 */
final class TrainWriter implements UdpPort.Writer {
    private static final int BUFFER_BYTES = 4 * 65_536;

    private final List<TrainSocket> sockets; // by the number of the channel
    private final LoopWriter byLoop;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final long address = Buffer.memoryAddress(buffer);
    private int end; // of what has been queued
    private boolean isLent;

    // The train, which ends at the end; null while there is none.
    private @Nullable Path path;
    private int start;
    private int bytes;
    private int count;

    TrainWriter(UdpPort port, List<TrainSocket> sockets) {
        this.sockets = sockets;
        this.byLoop = new LoopWriter(port);
    }

    @Override
    public ByteBuffer buffer(int capacity) {
        if (end + capacity > BUFFER_BYTES) {
            depart();
            end = 0;
        }
        isLent = true;
        return buffer.limit(end + capacity).position(end);
    }

    @Override
    public void send(Path to) {
        if (!isLent) {
            throw new IllegalStateException("no buffer has been lent");
        }
        isLent = false;
        int length = buffer.position() - end;
        if (socket(to) == null) {
            byLoop.buffer(length).put(buffer.flip().position(end));
            byLoop.send(to);
            return;
        }
        if (!to.equals(path) || !hasRoom(length)) {
            depart();
            path = to;
            start = end;
            bytes = length;
        }
        count++;
        end += length;
    }

    /** null for a path that only the loop can send by. */
    private @Nullable TrainSocket socket(Path to) {
        return to.channel() < sockets.size() ? sockets.get(to.channel()) : null;
    }

    /** Whether the train may be longer by a datagram of this length. */
    private boolean hasRoom(int length) {
        boolean hasEnded = end - start < count * bytes; // the last one is shorter
        return !hasEnded
                && length <= bytes
                && count < TrainSocket.MAX_DATAGRAMS
                && end - start + length <= TrainSocket.MAX_BYTES;
    }

    private void depart() {
        Path to = path;
        if (to != null) {
            TrainSocket socket = socket(to);
            if (socket != null) {
                socket.send(address, start, end, bytes, count, to.remote());
            }
            path = null;
            count = 0;
        }
    }

    @Override
    public void flush() {
        depart();
        end = 0;
        isLent = false;
        byLoop.flush();
    }
}
