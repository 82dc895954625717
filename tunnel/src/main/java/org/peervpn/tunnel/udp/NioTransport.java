package org.peervpn.tunnel.udp;

import io.netty.channel.Channel;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The JDK's sockets: one for both address families, without marks. */
final class NioTransport implements Transport {

    /** No UDP payload is as long, so that none is ever cut off unnoticed. */
    private static final int BUFFER_BYTES = 65_536;

    private static final int DATAGRAMS_PER_WAKEUP = 16;

    @Override
    public boolean familiesApart() {
        return false;
    }

    @Override
    public boolean canMark() {
        return false;
    }

    @Override
    public DatagramChannel newChannel(SocketProtocolFamily family) {
        DatagramChannel channel = new NioDatagramChannel(family);
        channel.config()
                .setRecvByteBufAllocator(
                        new FixedRecvByteBufAllocator(BUFFER_BYTES).maxMessagesPerRead(DATAGRAMS_PER_WAKEUP));
        return channel;
    }

    @Override
    public void enlargeBuffers(DatagramChannel channel, int receiveBytes, int sendBytes) {
        channel.config().setReceiveBufferSize(receiveBytes).setSendBufferSize(sendBytes);
    }

    @Override
    public void mark(DatagramChannel channel, int mark) {
        throw new UnsupportedOperationException("the JDK cannot mark sockets");
    }

    @Override
    public void filter(DatagramChannel channel) {}

    @Override
    public @Nullable DatagramChannel newChannelBeside(
            DatagramChannel bound, SocketProtocolFamily family, boolean forTransportData) {
        return null;
    }

    @Override
    public boolean split(DatagramChannel bound, int workers) {
        return false;
    }

    @Override
    public void joinReceived(DatagramChannel channel) {}

    @Override
    public @Nullable MessageBatch newMessageBatch() {
        return null;
    }

    @Override
    public boolean read(Channel channel, MessageBatch batch, Delivery delivery, SourcePaths paths) {
        return false;
    }

    @Override
    public @Nullable TrainSocket newTrainSocket(Channel channel, boolean segmented, LongAdder dropped) {
        return null;
    }

    @Override
    public long dropsOfKernel(Channel channel) {
        return 0;
    }

    @Override
    public void sharePort(DatagramChannel channel) {
        throw new UnsupportedOperationException("one socket has to do for all addresses");
    }

    @Override
    public Failure why(Throwable failure) {
        if (failure instanceof BindException) {
            return Failure.PORT_TAKEN;
        }
        if (failure instanceof SocketException) { // wildcard address: only a privileged port is refused so
            return Failure.NOT_PERMITTED;
        }
        return failure instanceof UnsupportedOperationException ? Failure.NO_SUCH_FAMILY : Failure.OTHER;
    }

    @Override
    public InetAddress localAddressTowards(InetSocketAddress remote, int mark) throws IOException {
        try (var channel = java.nio.channels.DatagramChannel.open()) {
            channel.connect(remote);
            return ((InetSocketAddress) channel.getLocalAddress()).getAddress();
        }
    }
}
