package org.peervpn.tunnel.udp;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last handler of a channel: lends each datagram (Netty has taken apart what the kernel joined) to the receiver and counts what went wrong. */
final class Inbound extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Inbound.class);

    private final UdpPort.Receiver receiver;
    private final LongAdder dropped;
    private final SourcePaths paths;
    private boolean mistakeLogged; // ours, which a stranger's datagrams may bring to light again and again

    Inbound(UdpPort.Receiver receiver, LongAdder dropped, SourcePaths paths) {
        this.paths = paths;
        this.receiver = receiver;
        this.dropped = dropped;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        DatagramPacket datagram = (DatagramPacket) message;
        try {
            receiver.received(paths.of(datagram.sender()), datagram.content().nioBuffer());
        } finally {
            datagram.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        receiver.batchEnded();
    }

    /** A datagram that the kernel did not take (too long, no route, forbidden), or an error told to the socket. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        dropped.increment();
        if (!(cause instanceof IOException) && !mistakeLogged) {
            mistakeLogged = true;
            LOG.error("a datagram was not handled; others like it will be dropped without a word", cause);
        }
    }
}
