package org.peervpn.node.runtime;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.portmap.Gateway;
import org.peervpn.nat.portmap.PortMapped;
import org.peervpn.nat.portmap.PortMapping;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets towards the default router that a {@link PortMapping} needs, and its timer. They bear the node's mark and
 * are bound to the address that this machine has there, so that no tunnel carries what they say. Everything happens on
 * the loop; the public methods may be called by any thread.
 */
final class GatewayLink {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayLink.class);
    static final IntegerUnixChannelOption SO_MARK = new IntegerUnixChannelOption("SO_MARK", 1, 36);

    /** Who has not answered by then mostly does not at all; there is no other way to know that a router is silent. */
    static final long FINDINGS_PATIENCE_MILLIS = 2_000;

    /** Who has answered may need this for the rest. */
    private static final long EXCHANGE_PATIENCE_MILLIS = 3_000;

    private final EventLoop loop;
    private final boolean epoll;
    private final int mark;
    private final LongSupplier nowNanos;
    private final PortMapping mapping;
    private final CompletableFuture<Void> released = new CompletableFuture<>();
    private final List<Asker> askers = new ArrayList<>();

    private @Nullable Gateway gateway; // towards which the channel is bound
    private @Nullable Channel channel; // null without a gateway
    private @Nullable Future<?> timer;

    /** Who waits for the findings, until when at least if nothing comes, and until when at most. */
    private record Asker(
            CompletableFuture<PortMapping.@Nullable Findings> findings, long patienceNanos, long endNanos) {}

    /**
     * @param port to be opened
     * @param wanted false to find out only what the router could do
     * @param listener hears on the loop of each change
     */
    GatewayLink(
            EventLoop loop,
            boolean epoll,
            int mark,
            int port,
            boolean wanted,
            LongSupplier nowNanos,
            Consumer<@Nullable PortMapped> listener) {
        this.loop = loop;
        this.epoll = epoll;
        this.mark = mark;
        this.nowNanos = nowNanos;
        this.mapping = new PortMapping(port, wanted, new SecureRandom(), new ToRouter(listener));
    }

    /** The router to ask from now on; null for none. */
    void gateway(@Nullable Gateway current) {
        loop.execute(() -> {
            if (current == null || (Objects.equals(current, gateway) && channel != null)) {
                turn(() -> mapping.gateway(current, nowNanos.getAsLong()));
                return;
            }
            closeChannel();
            gateway = current;
            bind(current);
        });
    }

    /** The router may have changed something. */
    void check() {
        loop.execute(() -> turn(() -> mapping.check(nowNanos.getAsLong())));
    }

    /**
     * What has been found out once the router has answered in all protocols or has had its time; 5 s at most. Null if
     * there is no router to ask. Completes on the loop.
     */
    CompletableFuture<PortMapping.@Nullable Findings> findings() {
        CompletableFuture<PortMapping.@Nullable Findings> findings = new CompletableFuture<>();
        loop.execute(() -> {
            long patience = nowNanos.getAsLong() + TimeUnit.MILLISECONDS.toNanos(FINDINGS_PATIENCE_MILLIS);
            long end = patience + TimeUnit.MILLISECONDS.toNanos(EXCHANGE_PATIENCE_MILLIS);
            askers.add(new Asker(findings, patience, end));
            tellAskers();
            var unused = loop.schedule(this::tellAskers, FINDINGS_PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            unused = loop.schedule(
                    this::tellAskers, FINDINGS_PATIENCE_MILLIS + EXCHANGE_PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        });
        return findings;
    }

    private void tellAskers() {
        boolean binding = gateway != null && channel == null;
        boolean known = !binding && !mapping.isSeeking();
        long now = nowNanos.getAsLong();
        List<Asker> told = askers.stream()
                .filter(asker ->
                        known || now >= asker.endNanos || (now >= asker.patienceNanos && !mapping.isExchanging()))
                .toList();
        askers.removeAll(told);
        told.forEach(asker -> asker.findings.complete(mapping.findings()));
    }

    /** Takes the mapping back; completes when that is done. */
    CompletableFuture<Void> release() {
        loop.execute(() -> turn(() -> mapping.release(nowNanos.getAsLong())));
        return released;
    }

    private void bind(Gateway current) {
        ChannelFuture bound = new Bootstrap()
                .group(loop)
                .channelFactory(this::newChannel)
                .handler(new Receiver())
                .bind(current.localAddress(), 0);
        bound.addListener(done -> {
            if (!current.equals(gateway)) {
                var unused = bound.channel().close();
            } else if (done.isSuccess()) {
                channel = bound.channel();
                turn(() -> mapping.gateway(current, nowNanos.getAsLong()));
            } else {
                LOG.debug("no socket towards the router: {}", String.valueOf(done.cause()));
                gateway = null;
                tellAskers();
            }
        });
    }

    private DatagramChannel newChannel() {
        if (!epoll) {
            return new NioDatagramChannel();
        }
        EpollDatagramChannel datagramChannel = new EpollDatagramChannel();
        if (mark != 0) {
            datagramChannel.config().setOption(SO_MARK, mark);
        }
        return datagramChannel;
    }

    private void closeChannel() {
        if (channel != null) {
            var unused = channel.close();
            channel = null;
        }
    }

    /** Does something with the mapping, and sets the timer anew. */
    private void turn(Runnable door) {
        door.run();
        tellAskers();
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
        if (mapping.isReleased()) {
            closeChannel();
            released.complete(null);
            return;
        }
        long deadline = mapping.nextDeadlineNanos();
        if (deadline != Long.MAX_VALUE) {
            timer = loop.schedule(
                    () -> turn(() -> mapping.onTimeout(nowNanos.getAsLong())),
                    Math.max(0, deadline - nowNanos.getAsLong()),
                    TimeUnit.NANOSECONDS);
        }
    }

    private final class Receiver extends SimpleChannelInboundHandler<DatagramPacket> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            if (context.channel() == channel) {
                ByteBuffer datagram = packet.content().nioBuffer();
                turn(() -> mapping.receiveDatagram(packet.sender(), datagram, nowNanos.getAsLong()));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            LOG.debug("socket towards the router: {}", cause.toString());
        }
    }

    private final class ToRouter implements PortMapping.Output {
        private final Consumer<@Nullable PortMapped> listener;

        private ToRouter(Consumer<@Nullable PortMapped> listener) {
            this.listener = listener;
        }

        @Override
        public void send(InetSocketAddress destination, ByteBuffer datagram) {
            Channel open = channel;
            if (open != null) {
                // What does not leave is sent again.
                var unused = open.writeAndFlush(new DatagramPacket(Unpooled.copiedBuffer(datagram), destination));
            }
        }

        @Override
        public void exchange(long id, InetSocketAddress server, ByteBuffer request) {
            Gateway current = gateway;
            Inet4Address local = current == null ? null : current.localAddress();
            if (local == null) {
                loop.execute(() -> answered(id, null));
                return;
            }
            new GatewayExchange(loop, epoll, mark, answer -> answered(id, answer)).begin(local, server, request);
        }

        private void answered(long id, @Nullable ByteBuffer answer) {
            turn(() -> mapping.answered(id, answer, nowNanos.getAsLong()));
        }

        @Override
        public void changed(@Nullable PortMapped current) {
            listener.accept(current);
        }
    }
}
