package org.peervpn.tunnel.udp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The last handler of a channel: sees to it that its datagrams are delivered, by Netty if nobody else reads them. */
final class Inbound extends ChannelInboundHandlerAdapter {
    private final Transport transport;
    private final @Nullable MessageBatch batch;
    private final Delivery delivery;
    private final SourcePaths paths;

    /** @param batch to read by in place of Netty, which does not read by itself then; null if Netty is to read */
    Inbound(Transport transport, @Nullable MessageBatch batch, Delivery delivery, SourcePaths paths) {
        this.transport = transport;
        this.batch = batch;
        this.delivery = delivery;
        this.paths = paths;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (batch != null && !transport.read(context.channel(), batch, delivery, paths)) {
            context.channel().config().setAutoRead(true);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        DatagramPacket datagram = (DatagramPacket) message;
        try {
            delivery.deliver(paths.of(datagram.sender()), lent(datagram.content()));
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
        delivery.batchEnded();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        delivery.failed(cause);
    }
}
