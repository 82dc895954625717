package org.peervpn.node.runtime;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.peervpn.node.Endpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries beacons to the local networks and back, by sockets that are bound to the interface there: nothing leaves by a
 * tunnel or comes from one. On the loop.
 */
final class LanLink {
    private static final Logger LOG = LoggerFactory.getLogger(LanLink.class);

    /** An address of this machine in a local network. */
    record Spot(String device, InetAddress address) {
        boolean isIpv6() {
            return address instanceof Inet6Address;
        }
    }

    /** Of the beacons only: the node's own port may be any. */
    static final int PORT = 51899;

    /** Site-local by RFC 2365, but sent with a TTL of 1. */
    private static final InetAddress GROUP_IPV4 = address("239.255.112.118");

    /** Transient and link-local, RFC 4291. */
    private static final InetAddress GROUP_IPV6 = address("ff12::7065:6572");

    private static final int MAX_SPOTS = 16;

    private static final int NAME_LENGTH = 16; // IFNAMSIZ
    private static final ChannelOption<ByteBuffer> BIND_TO_DEVICE =
            new RawUnixChannelOption("SO_BINDTODEVICE", 1, 25, NAME_LENGTH);

    private final EventLoop loop;
    private final int mark;
    private final BiConsumer<InetSocketAddress, ByteBuffer> receiver;
    private final Map<Spot, List<ChannelFuture>> channels = new HashMap<>();
    private List<Spot> wanted = List.of();

    LanLink(EventLoop loop, int mark, BiConsumer<InetSocketAddress, ByteBuffer> receiver) {
        this.loop = loop;
        this.mark = mark;
        this.receiver = receiver;
    }

    /** The machine is in these networks now. */
    void become(List<Spot> spots) {
        wanted = spots.stream().limit(MAX_SPOTS).toList();
        for (Spot gone : List.copyOf(channels.keySet())) {
            if (!wanted.contains(gone)) {
                close(gone);
            }
        }
        reopen();
    }

    /** An address may not have been usable yet when it was tried. */
    private void reopen() {
        for (Spot spot : wanted) {
            List<ChannelFuture> opened = channels.get(spot);
            if (opened != null && opened.stream().anyMatch(bound -> bound.isDone() && !bound.isSuccess())) {
                close(spot);
            }
            channels.computeIfAbsent(spot, this::open);
        }
    }

    private void close(Spot spot) {
        List<ChannelFuture> old = channels.remove(spot);
        if (old != null) {
            for (ChannelFuture bound : old) {
                var unused = bound.channel().close();
            }
        }
    }

    /** One socket to send, from this address, and one that belongs to the group. */
    private List<ChannelFuture> open(Spot spot) {
        List<ChannelFuture> opened = new ArrayList<>();
        opened.add(bind(spot, new InetSocketAddress(spot.address(), 0), new Deaf()));
        ChannelFuture listening = bind(spot, new InetSocketAddress(group(spot), PORT), new Listener());
        listening.addListener(done -> {
            if (done.isSuccess()) {
                join(spot, (EpollDatagramChannel) listening.channel());
            }
        });
        opened.add(listening);
        return opened;
    }

    private ChannelFuture bind(Spot spot, InetSocketAddress local, ChannelInboundHandlerAdapter handler) {
        ChannelFuture bound = new Bootstrap()
                .group(loop)
                .channelFactory(() -> newChannel(spot))
                .handler(handler)
                .bind(local);
        bound.addListener(done -> {
            if (!done.isSuccess()) {
                LOG.debug("no beacons at {} on {}: {}", local, spot.device(), String.valueOf(done.cause()));
            }
        });
        return bound;
    }

    private EpollDatagramChannel newChannel(Spot spot) {
        EpollDatagramChannel channel =
                new EpollDatagramChannel(spot.isIpv6() ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET);
        channel.config().setReuseAddress(true); // for several nodes on one machine
        byte[] name = spot.device().getBytes(StandardCharsets.UTF_8);
        channel.config()
                .setOption(
                        BIND_TO_DEVICE,
                        ByteBuffer.allocate(NAME_LENGTH).put(name).rewind());
        if (mark != 0) {
            channel.config().setOption(GatewayLink.SO_MARK, mark);
        }
        return channel;
    }

    private static void join(Spot spot, EpollDatagramChannel channel) {
        try {
            NetworkInterface device = NetworkInterface.getByName(spot.device());
            if (device != null) {
                channel.joinGroup(group(spot), device, null).addListener(done -> {
                    if (!done.isSuccess()) {
                        LOG.debug("no beacons on {}: {}", spot.device(), String.valueOf(done.cause()));
                    }
                });
            }
        } catch (SocketException e) {
            LOG.debug("no beacons on {}: {}", spot.device(), e.getMessage());
        }
    }

    /** To all networks. */
    void send(ByteBuffer beacon) {
        reopen();
        channels.forEach((spot, opened) -> {
            InetSocketAddress to = new InetSocketAddress(group(spot), PORT);
            var unused = opened.get(0)
                    .channel()
                    .writeAndFlush(new DatagramPacket(Unpooled.copiedBuffer(beacon.duplicate()), to));
        });
    }

    private static InetAddress group(Spot spot) {
        return spot.isIpv6() ? GROUP_IPV6 : GROUP_IPV4;
    }

    private static InetAddress address(String literal) {
        InetSocketAddress parsed = new Endpoint(literal, PORT).literal();
        if (parsed == null) {
            throw new IllegalStateException(literal);
        }
        return parsed.getAddress();
    }

    private final class Listener extends SimpleChannelInboundHandler<DatagramPacket> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            InetSocketAddress source = packet.sender();
            receiver.accept(
                    new InetSocketAddress(LocalAddresses.plain(source.getAddress()), source.getPort()),
                    packet.content().nioBuffer());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            LOG.debug("beacons: {}", String.valueOf(cause));
        }
    }

    /** Nobody has reason to answer. */
    private static final class Deaf extends SimpleChannelInboundHandler<DatagramPacket> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {}

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            LOG.debug("beacons: {}", String.valueOf(cause));
        }
    }
}
