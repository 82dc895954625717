package org.peervpn.tunnel.udp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.Path;

/**
 * The one UDP port of a node: a channel for each address family, all on one event loop. Workers, if there are any, have
 * channels of their own beside them, which receive transport data.
 */
public final class UdpPort implements AutoCloseable {

    /** Where datagrams go. Called on the event loop, a worker's on its own. */
    public interface Receiver {
        /** The buffer is lent for the call and may be changed. */
        void received(Path source, ByteBuffer datagram);

        /** All that one wake-up of the loop brought has been delivered. */
        void batchEnded();
    }

    /** A thread that receives transport data beside the loop: all of a session the same one. */
    public record Worker(EventLoop loop, Receiver receiver) {}

    /**
     * @param mark SO_MARK for the sockets; 0 for none
     * @param filtered where the kernel can, it drops what is neither WireGuard nor STUN
     * @param segmented where the kernel can, it takes and gives many datagrams as one (UDP GSO and GRO)
     * @param batched where the kernel can, it gives many of them by one call (recvmmsg); that takes JNA, whose loading is
     *     worth its time for those who receive much
     */
    public record Options(
            int port, boolean orNextFree, int mark, boolean filtered, boolean segmented, boolean batched) {
        public Options(int port, boolean orNextFree, int mark, boolean filtered) {
            this(port, orNextFree, mark, filtered, true, filtered);
        }
    }

    private final EventLoop loop;
    private final Transport transport;
    private final int mark;
    private final Sockets sockets;
    private final OwnAddresses ownAddresses;
    private final AuxiliaryChannels auxiliary;
    private final LongAdder dropped;

    /** For other threads, by the number of the channel; empty if they have none. */
    private final List<TrainSocket> trains;

    /** Empty if there are none, and all is received on the loop. */
    private volatile List<WorkerSockets> workers;

    private UdpPort(
            EventLoop loop,
            Transport transport,
            int mark,
            Sockets sockets,
            OwnAddresses ownAddresses,
            AuxiliaryChannels auxiliary,
            LongAdder dropped,
            List<TrainSocket> trains,
            List<WorkerSockets> workers) {
        this.trains = trains;
        this.workers = workers;
        this.loop = loop;
        this.transport = transport;
        this.mark = mark;
        this.sockets = sockets;
        this.ownAddresses = ownAddresses;
        this.auxiliary = auxiliary;
        this.dropped = dropped;
    }

    /** A group of one loop, of the fastest kind that this machine has. */
    public static EventLoopGroup newLoopGroup(ThreadFactory threads) {
        IoHandlerFactory handlers = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        return new MultiThreadIoEventLoopGroup(1, threads, handlers);
    }

    /**
     * Binds and begins to receive. Called on the loop, nothing is delivered before this returns; called elsewhere, the
     * first datagrams may be.
     *
     * @throws UdpPortException with a one-line reason: the port is taken, the mark is not permitted, ...
     */
    public static UdpPort open(EventLoop loop, Options options, Receiver receiver) throws UdpPortException {
        return open(loop, options, receiver, List.of());
    }

    /** The same with workers, or without where the kernel or the options do not allow for them: {@link #workers}. */
    public static UdpPort open(EventLoop loop, Options options, Receiver receiver, List<Worker> workers)
            throws UdpPortException {
        Transport transport = Transport.of(loop);
        LongAdder dropped = new LongAdder();
        Binder binder = new Binder(loop, transport, options, receiver, dropped);
        Sockets sockets = binder.bind();
        List<TrainSocket> trains = binder.trains(sockets);
        List<WorkerSockets> bound = trains.isEmpty() ? List.of() : binder.bindWorkers(sockets, workers);
        OwnAddresses ownAddresses = new OwnAddresses((address, number) -> binder.bindBeside(sockets, address, number));
        AuxiliaryChannels auxiliary = new AuxiliaryChannels(binder::bindAuxiliary);
        return new UdpPort(loop, transport, options.mark(), sockets, ownAddresses, auxiliary, dropped, trains, bound);
    }

    /** How many there are: all that were wanted, or none. */
    public int workers() {
        return workers.size();
    }

    /** From now on it is as if there had never been workers. Any thread but theirs, before there are writers for them. */
    public void dismissWorkers() {
        List<WorkerSockets> dismissed = workers;
        workers = List.of();
        if (!dismissed.isEmpty()) {
            WorkerSockets.dismiss(dismissed, sockets, transport);
        }
    }

    public int port() {
        return Sockets.port(sockets.ipv4());
    }

    public boolean hasIpv6() {
        return sockets.ipv6() != null;
    }

    /** The path to a remote address by the channel of its family; null if that family has no channel. */
    public @Nullable Path pathTo(InetSocketAddress remote) {
        int channel = SourcePaths.channel(remote.getAddress());
        return sockets.channel(channel) == null ? null : new Path(channel, remote);
    }

    /**
     * Loop only: the addresses of this machine, which others may send to. Where there are several of a family, what
     * answers a datagram leaves from the address that it came to.
     */
    public void ownAddresses(Collection<InetAddress> addresses) {
        if (transport.familiesApart()) {
            ownAddresses.become(addresses);
        }
    }

    /**
     * Loop only: a channel beside the port, with a port number of its own, for datagrams to addresses of this family;
     * negative if there can be none.
     */
    public int openAuxiliary(InetAddress towards) {
        return auxiliary.open(towards);
    }

    /** Loop only. */
    public void closeAuxiliary(int channel) {
        auxiliary.close(channel);
    }

    /** Loop only: queues a copy; it leaves at {@link #flush}. A full send queue drops and counts. */
    public void send(Path path, ByteBuffer datagram) {
        ByteBuf copy = sockets.ipv4().alloc().directBuffer(datagram.remaining());
        copy.writeBytes(datagram.duplicate());
        write(path, copy);
    }

    /** Loop only. Takes over the buffer. */
    void write(Path path, ByteBuf datagram) {
        Channel channel = channel(path);
        if (channel == null || !channel.isWritable()) {
            datagram.release();
            dropped.increment();
            return;
        }
        // A failure comes to Inbound.exceptionCaught by the void promise, which costs nothing.
        var unused = channel.write(new DatagramPacket(datagram, path.remote()), channel.voidPromise());
    }

    private @Nullable Channel channel(Path path) {
        Channel channel = sockets.channel(path.channel());
        if (channel != null) {
            return channel;
        }
        if (AuxiliaryChannels.isNumber(path.channel())) {
            return auxiliary.channel(path.channel());
        }
        channel = ownAddresses.channel(path.channel());
        boolean gone = channel == null && ownAddresses.hadChannel(path.channel());
        // Another address at our end has to do.
        return gone ? sockets.channel(SourcePaths.channel(path.remote().getAddress())) : channel;
    }

    /** Loop only. */
    public void flush() {
        sockets.flush();
        ownAddresses.flush();
        auxiliary.flush();
    }

    /** A sender for one other thread, which collects datagrams and sends them as few trains, or hands them to the loop. */
    public Writer newWriter() {
        return trains.isEmpty() ? new LoopWriter(this) : new TrainWriter(this, trains);
    }

    /** The same, by the sockets of a worker if there are workers. */
    public Writer newWriter(int worker) {
        List<WorkerSockets> current = workers;
        return current.isEmpty()
                ? newWriter()
                : new TrainWriter(this, current.get(worker).trains());
    }

    /** Used by one thread. */
    public interface Writer {
        /**
         * A buffer with room for {@code capacity} bytes from its position on, to be filled by the caller, without any other
         * call of the writer, and then given to {@link #send}.
         */
        ByteBuffer buffer(int capacity);

        /** Queues what lies between the position of the buffer last lent as it was then and as it is now. */
        void send(Path path);

        void flush();
    }

    /** Datagrams that found the send queue full or that the kernel did not take, and errors of the sockets. */
    public long droppedDatagrams() {
        return dropped.sum();
    }

    /** Loop only: datagrams that the kernel has dropped, by the filter or because a socket's buffer was full. */
    public long dropsOfKernel() {
        return Stream.concat(sockets.opened(), workers.stream().flatMap(WorkerSockets::opened))
                .mapToLong(transport::dropsOfKernel)
                .sum();
    }

    void dropped(int datagrams) {
        dropped.add(datagrams);
    }

    EventLoop loop() {
        return loop;
    }

    /** The local address from which a datagram to {@code remote} would leave now; null if there is no route. */
    public @Nullable InetAddress localAddressTowards(InetSocketAddress remote) {
        try {
            return SourcePaths.plain(transport.localAddressTowards(remote, mark));
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public void close() {
        trains.forEach(TrainSocket::close);
        WorkerSockets.close(workers);
        if (loop.inEventLoop()) {
            closeBeside();
        } else if (!loop.isShuttingDown()) { // else it closes its channels itself
            loop.submit(this::closeBeside).awaitUninterruptibly();
        }
        sockets.close();
    }

    private void closeBeside() {
        ownAddresses.close();
        auxiliary.close();
    }
}
