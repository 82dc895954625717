package org.peervpn.node.runtime;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.portmap.PortMapping;

/**
 * One request to the router by TCP, and what comes back: at most so many bytes, and within a few seconds. Follows
 * nothing and understands nothing. On the loop.
 */
final class GatewayExchange extends SimpleChannelInboundHandler<ByteBuf> {
    private static final int TIMEOUT_MILLIS = 3_000;

    private final EventLoop loop;
    private final boolean epoll;
    private final int mark;
    private final Consumer<@Nullable ByteBuffer> listener;
    private final ByteBuf received = Unpooled.buffer();
    private boolean over;

    /** @param listener hears once: what came, or null for nothing that is of use */
    GatewayExchange(EventLoop loop, boolean epoll, int mark, Consumer<@Nullable ByteBuffer> listener) {
        this.loop = loop;
        this.epoll = epoll;
        this.mark = mark;
        this.listener = listener;
    }

    void begin(InetAddress local, InetSocketAddress server, ByteBuffer request) {
        ByteBuf copy = Unpooled.copiedBuffer(request);
        ChannelFuture connected = new Bootstrap()
                .group(loop)
                .channelFactory(this::newChannel)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, TIMEOUT_MILLIS)
                .handler(this)
                .connect(server, new InetSocketAddress(local, 0));
        connected.addListener(done -> {
            if (done.isSuccess()) {
                var unused = connected.channel().writeAndFlush(copy);
            } else {
                copy.release();
                end(null);
            }
        });
        var timer = loop.schedule(
                () -> {
                    var unused = connected.channel().close();
                    end(null);
                },
                TIMEOUT_MILLIS,
                TimeUnit.MILLISECONDS);
        connected.channel().closeFuture().addListener(closed -> timer.cancel(false));
    }

    private SocketChannel newChannel() {
        if (!epoll) {
            return new NioSocketChannel();
        }
        EpollSocketChannel channel = new EpollSocketChannel();
        if (mark != 0) {
            channel.config().setOption(GatewayLink.SO_MARK, mark);
        }
        return channel;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
        if (over) {
            return;
        }
        if (received.readableBytes() + bytes.readableBytes() > PortMapping.MAX_ANSWER_BYTES) {
            end(null);
            var unused = context.close();
            return;
        }
        received.writeBytes(bytes);
        if (PortMapping.isComplete(received.nioBuffer())) {
            end(received.nioBuffer());
            var unused = context.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        end(received.nioBuffer());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        var unused = context.close(); // reset: what came before may be enough
    }

    private void end(@Nullable ByteBuffer answer) {
        if (!over) {
            over = true;
            listener.accept(answer);
        }
    }
}
