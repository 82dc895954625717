package org.peervpn.tunnel.udp;

import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.Path;

/** The one UDP port of a node: a channel for each address family, all on one event loop. */
public final class UdpPort implements AutoCloseable {

    /** Where datagrams go. Called on the event loop. The buffer is lent for the call and may be overwritten. */
    public interface Receiver {
        void received(Path source, ByteBuffer datagram);

        /** All that one wake-up of the loop brought has been delivered. */
        void batchEnded();
    }

    /** @param mark SO_MARK for the sockets; 0 for none */
    public record Options(int port, boolean orNextFree, int mark) {}

    /**
     * Binds and begins to receive.
     *
     * @throws UdpPortException with a one-line reason: the port is taken, the mark is not permitted, ...
     */
    public static UdpPort open(EventLoop loop, Options options, Receiver receiver) throws UdpPortException {
        throw new IllegalStateException("stub");
    }

    public int port() {
        throw new IllegalStateException("stub");
    }

    public boolean hasIpv6() {
        throw new IllegalStateException("stub");
    }

    /** The path to a remote address by the channel of its family; null if that family has no channel. */
    public @Nullable Path pathTo(InetSocketAddress remote) {
        throw new IllegalStateException("stub");
    }

    /** Loop only: queues a copy; it leaves at {@link #flush}. A full send queue drops and counts. */
    public void send(Path path, ByteBuffer datagram) {
        throw new IllegalStateException("stub");
    }

    /** Loop only. */
    public void flush() {
        throw new IllegalStateException("stub");
    }

    /** A sender for one other thread, which collects datagrams and hands them to the loop as one batch. */
    public Writer newWriter() {
        throw new IllegalStateException("stub");
    }

    /** Used by one thread. */
    public interface Writer {
        /**
         * A buffer with room for {@code capacity} bytes, to be filled by the caller and then given to {@link #send};
         * belongs to the writer until then.
         */
        ByteBuffer buffer(int capacity);

        /** Queues what lies between 0 and the position of the buffer last lent. */
        void send(Path path);

        void flush();
    }

    public long droppedDatagrams() {
        throw new IllegalStateException("stub");
    }

    /** The local address from which a datagram to {@code remote} would leave now; null if there is no route. */
    public @Nullable InetAddress localAddressTowards(InetSocketAddress remote) {
        throw new IllegalStateException("stub");
    }

    @Override
    public void close() {
        throw new IllegalStateException("stub");
    }
}
