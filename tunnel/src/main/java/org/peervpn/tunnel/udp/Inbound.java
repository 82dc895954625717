package org.peervpn.tunnel.udp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.io.IOException;
import java.nio.ByteBuffer;
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
            receiver.received(paths.of(datagram.sender()), lent(datagram.content()));
        } finally {
            datagram.release();
        }
    }

    /** In a view of the train that it came with, which is used for all of them: one of its own would be two objects. */
    private static ByteBuffer lent(ByteBuf datagram) {
        ByteBuf train = datagram.unwrap();
        if (train == null || !train.hasMemoryAddress()) {
            return datagram.nioBuffer();
        }
        int start = (int) (datagram.memoryAddress() - train.memoryAddress()) + datagram.readerIndex();
        return train.internalNioBuffer(start, datagram.readableBytes());
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
