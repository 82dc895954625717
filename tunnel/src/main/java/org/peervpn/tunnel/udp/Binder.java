package org.peervpn.tunnel.udp;

import static io.netty.channel.socket.SocketProtocolFamily.INET;
import static io.netty.channel.socket.SocketProtocolFamily.INET6;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the {@link Sockets} of a port: finds a port number that is free in both address families. */
final class Binder {
    private static final Logger LOG = LoggerFactory.getLogger(Binder.class);

    private static final int MAX_PORTS_TRIED = 100;
    private static final int FIRST_UNPRIVILEGED_PORT = 1024;
    private static final int MAX_PORT = 65_535;

    /** As much as a measurement of the data path asked for; the kernel gives what of it its limits allow. */
    private static final int SOCKET_BUFFER_BYTES = 7 * 1024 * 1024;

    /** Some thousand handshake messages: what would wait longer had better be dropped. */
    private static final int SMALL_BUFFER_BYTES = 1024 * 1024;

    /** Milliseconds of a fast link: what would wait longer had better be dropped. */
    private static final WriteBufferWaterMark SEND_QUEUE = new WriteBufferWaterMark(1536 * 1024, 2048 * 1024);

    /** This port number is taken; another one may not be. */
    private static final class PortTakenException extends Exception {
        PortTakenException(Throwable cause) {
            super(cause);
        }
    }

    private final Transport transport;
    private final UdpPort.Options options;
    private final LongAdder dropped;
    private final Owner owner;

    /** By whose loop a channel is read, and for whom. */
    private record Owner(
            EventLoop loop,
            UdpPort.Receiver receiver,
            @Nullable MessageBatch batch) {}

    Binder(EventLoop loop, Transport transport, UdpPort.Options options, UdpPort.Receiver receiver, LongAdder dropped) {
        this.transport = transport;
        this.options = options;
        this.dropped = dropped;
        this.owner = owner(loop, receiver);
    }

    private Owner owner(EventLoop itsLoop, UdpPort.Receiver receiver) {
        return new Owner(itsLoop, receiver, options.batched() ? transport.newMessageBatch() : null);
    }

    Sockets bind() throws UdpPortException {
        Sockets sockets = bindAll();
        return options.filtered() ? sockets.with(beside(sockets.ipv4(), INET), beside(sockets.ipv6(), INET6)) : sockets;
    }

    private Sockets bindAll() throws UdpPortException {
        if (options.mark() != 0 && !transport.canMark()) {
            throw new UdpPortException(
                    "sockets cannot be marked: Netty's native epoll transport is not available", null);
        }
        boolean another = options.orNextFree() || options.port() == 0;
        int port = options.port();
        for (int tried = 1; ; tried++) {
            try {
                return transport.familiesApart() ? bindApart(port) : bindTogether(port);
            } catch (PortTakenException e) {
                if (!another) {
                    throw new UdpPortException("UDP port " + port + " is already in use", e.getCause());
                }
                if (tried == MAX_PORTS_TRIED) {
                    throw new UdpPortException(
                            "none of " + tried + " UDP ports from " + options.port() + " is free", e.getCause());
                }
            }
            port = following(port);
        }
    }

    /** 0 stays 0: the kernel chooses. */
    private static int following(int port) {
        return switch (port) {
            case 0 -> 0;
            case MAX_PORT -> FIRST_UNPRIVILEGED_PORT;
            default -> port + 1;
        };
    }

    private Sockets bindApart(int port) throws UdpPortException, PortTakenException {
        Channel ipv4 = bindIpv4(port);
        boolean complete = false;
        try {
            Sockets sockets = new Sockets(ipv4, bindIpv6(Sockets.port(ipv4)));
            complete = true;
            return sockets;
        } finally {
            if (!complete) {
                ipv4.close().awaitUninterruptibly();
            }
        }
    }

    private Sockets bindTogether(int port) throws UdpPortException, PortTakenException {
        Channel both = bindIpv6(port);
        return both == null ? new Sockets(bindIpv4(port), null) : new Sockets(both, both);
    }

    private Channel bindIpv4(int port) throws UdpPortException, PortTakenException {
        Channel channel = bind(INET, port);
        if (channel == null) {
            throw new UdpPortException("this machine has no IPv4", null);
        }
        return channel;
    }

    /** null if the machine has no IPv6. */
    private @Nullable Channel bindIpv6(int port) throws UdpPortException, PortTakenException {
        return bind(INET6, port);
    }

    /** A second socket on the port, to receive what is rare, and for other threads to send by; null if there is none, and the first takes it all. */
    private @Nullable Channel beside(@Nullable Channel bound, SocketProtocolFamily family) throws UdpPortException {
        Channel beside = bound == null ? null : bindInGroup(bound, family, owner, false);
        if (bound != null && beside != null) {
            transport.split((DatagramChannel) bound, 0);
        }
        return beside;
    }

    /** To send by from other threads; none unless each family has one: what follows one another on a path must go one way. */
    List<TrainSocket> trains(Sockets sockets) {
        boolean isWhole = sockets.beside().size() == sockets.families();
        return isWhole ? trains(sockets.beside()) : List.of();
    }

    private List<TrainSocket> trains(List<Channel> channels) {
        return channels.stream()
                .map(channel -> transport.newTrainSocket(channel, options.segmented(), dropped))
                .flatMap(Stream::ofNullable)
                .toList();
    }

    /** Empty unless each worker has a channel in each family, and the kernel chooses among them. */
    List<WorkerSockets> bindWorkers(Sockets sockets, List<UdpPort.Worker> workers) throws UdpPortException {
        if (workers.isEmpty()) {
            return List.of();
        }
        List<WorkerSockets> bound = new ArrayList<>();
        for (UdpPort.Worker worker : workers) {
            List<Channel> channels = bindWorker(sockets, worker);
            bound.add(new WorkerSockets(channels, trains(channels)));
        }
        boolean isWhole = bound.stream().allMatch(worker -> worker.channels().size() == sockets.families());
        if (isWhole && sockets.split(transport, workers.size())) {
            return bound;
        }
        LOG.debug("no sockets for workers");
        WorkerSockets.dismiss(bound, sockets, transport);
        return List.of();
    }

    private List<Channel> bindWorker(Sockets sockets, UdpPort.Worker worker) throws UdpPortException {
        Owner itsOwner = owner(worker.loop(), worker.receiver());
        List<Channel> channels = new ArrayList<>();
        Channel ipv4 = bindInGroup(sockets.ipv4(), INET, itsOwner, true);
        if (ipv4 != null) {
            channels.add(ipv4);
        }
        Channel ipv6 = sockets.ipv6() == null ? null : bindInGroup(sockets.ipv6(), INET6, itsOwner, true);
        if (ipv6 != null) {
            channels.add(ipv6);
        }
        return channels;
    }

    /** One more socket on the port, in the order of the calls; null if there can be none. */
    private @Nullable Channel bindInGroup(
            Channel bound, SocketProtocolFamily family, Owner itsOwner, boolean forTransportData)
            throws UdpPortException {
        DatagramChannel channel;
        try {
            channel = transport.newChannelBeside((DatagramChannel) bound, family, forTransportData);
        } catch (ChannelException e) { // no descriptors left
            LOG.debug("no further socket on the port: {}", e.getMessage());
            return null;
        }
        if (channel == null) {
            return null;
        }
        int receiveBytes = forTransportData ? SOCKET_BUFFER_BYTES : SMALL_BUFFER_BYTES;
        configured(channel, new SourcePaths(), receiveBytes, SOCKET_BUFFER_BYTES, itsOwner);
        Throwable failure = done(itsOwner.loop().register(channel));
        if (failure == null) {
            mark(channel);
            failure = done(channel.bind(bound.localAddress()));
        }
        if (failure == null) {
            return channel;
        }
        LOG.debug("no further socket on the port: {}", failure.getMessage());
        channel.close().awaitUninterruptibly();
        return null;
    }

    private @Nullable Channel bind(SocketProtocolFamily family, int port) throws UdpPortException, PortTakenException {
        DatagramChannel channel;
        try {
            channel = transport.newChannel(family);
        } catch (ChannelException | UnsupportedOperationException e) {
            return failed(family, port, e);
        }
        Throwable failure = done(owner.loop().register(configured(channel, new SourcePaths(), SOCKET_BUFFER_BYTES)));
        if (failure == null) {
            mark(channel);
            failure = done(channel.bind(new InetSocketAddress(wildcard(family), port)));
        }
        if (failure == null) {
            return channel;
        }
        channel.close().awaitUninterruptibly();
        return failed(family, port, failure);
    }

    /** The same port at one address, beside the channel for all addresses; null if that cannot be done now. Loop only. */
    @Nullable
    Channel bindBeside(Sockets sockets, InetAddress address, int number) {
        SocketProtocolFamily family = address instanceof Inet6Address ? INET6 : INET;
        Channel all = sockets.channel(SourcePaths.channel(address));
        if (all == null) {
            return null;
        }
        DatagramChannel channel = transport.newChannel(family);
        try {
            // Only now: while it was bound, another program with the same port had to be noticed.
            transport.sharePort((DatagramChannel) all);
            Throwable failure =
                    done(owner.loop().register(configured(channel, new SourcePaths(number), SOCKET_BUFFER_BYTES)));
            if (failure == null) {
                mark(channel);
                transport.sharePort(channel);
                failure = done(channel.bind(new InetSocketAddress(address, Sockets.port(all))));
            }
            if (failure == null) {
                return channel;
            }
        } catch (ChannelException | UdpPortException e) {
            // As for an address that is not usable yet.
        }
        var unused = channel.close();
        return null;
    }

    /** A port of its own, which the kernel chooses; null if that cannot be done now. Loop only. */
    @Nullable
    Channel bindAuxiliary(InetAddress towards, int number) {
        SocketProtocolFamily family = towards instanceof Inet6Address ? INET6 : INET;
        DatagramChannel channel;
        try {
            channel = transport.newChannel(family);
        } catch (ChannelException | UnsupportedOperationException e) {
            return null; // no such family, or no descriptors left
        }
        try {
            Throwable failure =
                    done(owner.loop().register(configured(channel, new SourcePaths(number), SMALL_BUFFER_BYTES)));
            if (failure == null) {
                mark(channel);
                failure = done(channel.bind(new InetSocketAddress(wildcard(family), 0)));
            }
            if (failure == null) {
                return channel;
            }
        } catch (ChannelException | UdpPortException e) {
            // As for a family that this machine does not have.
        }
        var unused = channel.close();
        return null;
    }

    private DatagramChannel configured(DatagramChannel channel, SourcePaths paths, int bufferBytes) {
        return configured(channel, paths, bufferBytes, bufferBytes, owner);
    }

    private DatagramChannel configured(
            DatagramChannel channel, SourcePaths paths, int receiveBytes, int sendBytes, Owner itsOwner) {
        channel.config()
                .setAllocator(PooledByteBufAllocator.DEFAULT)
                .setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, SEND_QUEUE);
        transport.enlargeBuffers(channel, receiveBytes, sendBytes);
        if (options.filtered()) {
            transport.filter(channel);
        }
        // Also that beside: the kernel may look at either of the two to decide whether to join what comes.
        if (options.segmented() && sendBytes == SOCKET_BUFFER_BYTES) {
            transport.joinReceived(channel);
        }
        MessageBatch batch = itsOwner.batch();
        channel.config().setAutoRead(batch == null);
        Delivery delivery = new Delivery(itsOwner.receiver(), dropped);
        channel.pipeline().addLast(new Inbound(transport, batch, delivery, paths));
        return channel;
    }

    private void mark(DatagramChannel channel) throws UdpPortException {
        if (options.mark() == 0) {
            return;
        }
        try {
            transport.mark(channel, options.mark());
        } catch (ChannelException e) {
            channel.close().awaitUninterruptibly();
            throw new UdpPortException("cannot mark sockets (SO_MARK): run as root or grant CAP_NET_ADMIN", e);
        }
    }

    /** Says why there is no channel; returns null if it is for want of the address family. */
    private @Nullable Channel failed(SocketProtocolFamily family, int port, Throwable failure)
            throws UdpPortException, PortTakenException {
        switch (transport.why(failure)) {
            case PORT_TAKEN -> throw new PortTakenException(failure);
            case NOT_PERMITTED -> throw new UdpPortException("not permitted to use UDP port " + port, failure);
            case NO_SUCH_FAMILY -> {
                return null;
            }
            case OTHER ->
                throw new UdpPortException(
                        "cannot open UDP port " + port + " (" + family + "): " + failure.getMessage(), failure);
        }
        throw new AssertionError();
    }

    private static @Nullable Throwable done(ChannelFuture future) {
        return future.awaitUninterruptibly().cause();
    }

    private static InetAddress wildcard(SocketProtocolFamily family) {
        try {
            return InetAddress.getByAddress(new byte[family == INET ? 4 : 16]);
        } catch (UnknownHostException e) {
            throw new AssertionError("an address has the length of an address", e);
        }
    }
}
