package org.peervpn.tunnel.udp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Linux: recvmmsg and sendmmsg, one socket for each address family, marks. */
final class EpollTransport implements Transport {
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SO_MARK = 36;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;
    private static final ChannelOption<Integer> MARK = new IntegerUnixChannelOption("SO_MARK", SOL_SOCKET, SO_MARK);
    private static final ChannelOption<Integer> V6ONLY =
            new IntegerUnixChannelOption("IPV6_V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY);

    private static final ChannelOption<Integer> SEND_BUFFER_FORCE =
            new IntegerUnixChannelOption("SO_SNDBUFFORCE", SOL_SOCKET, SO_SNDBUFFORCE);
    private static final ChannelOption<Integer> RECEIVE_BUFFER_FORCE =
            new IntegerUnixChannelOption("SO_RCVBUFFORCE", SOL_SOCKET, SO_RCVBUFFORCE);

    private static final int EPERM = 1;
    private static final int EACCES = 13;
    private static final int EAFNOSUPPORT = 97;
    private static final int EADDRINUSE = 98;
    private static final int EADDRNOTAVAIL = 99;

    /** No UDP payload is as long, so that none is ever cut off unnoticed. The pages that no datagram fills cost nothing. */
    private static final int SLOT_BYTES = 65_536;

    private static final int DATAGRAMS_PER_READ = 16;
    private static final int DATAGRAMS_PER_WAKEUP = 64;

    /** Of what is not transport data: while both kinds wait, transport data is served first. */
    private static final int OTHERS_PER_WAKEUP = 16;

    @Override
    public boolean familiesApart() {
        return true;
    }

    @Override
    public boolean canMark() {
        return true;
    }

    @Override
    public DatagramChannel newChannel(SocketProtocolFamily family) {
        return newChannel(family, DATAGRAMS_PER_WAKEUP);
    }

    /** A socket may join one that was bound before it allowed that; so a taken port is still found to be taken. */
    @Override
    public DatagramChannel newChannelBeside(
            DatagramChannel bound, SocketProtocolFamily family, boolean forTransportData) {
        bound.config().setOption(EpollChannelOption.SO_REUSEPORT, true);
        DatagramChannel beside = newChannel(family, forTransportData ? DATAGRAMS_PER_WAKEUP : OTHERS_PER_WAKEUP);
        beside.config().setOption(EpollChannelOption.SO_REUSEPORT, true);
        return beside;
    }

    @Override
    public boolean split(DatagramChannel bound, int workers) {
        return SocketFilter.split(((EpollDatagramChannel) bound).fd().intValue(), workers);
    }

    private static DatagramChannel newChannel(SocketProtocolFamily family, int datagramsPerWakeup) {
        DatagramChannel channel = new EpollDatagramChannel(family);
        if (family == SocketProtocolFamily.INET6) {
            channel.config().setOption(V6ONLY, 1);
        }
        channel.config().setOption(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, SLOT_BYTES);
        channel.config()
                .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(SLOT_BYTES * DATAGRAMS_PER_READ)
                        .maxMessagesPerRead(datagramsPerWakeup));
        return channel;
    }

    @Override
    public void enlargeBuffers(DatagramChannel channel, int receiveBytes, int sendBytes) {
        try {
            channel.config().setOption(RECEIVE_BUFFER_FORCE, receiveBytes);
            channel.config().setOption(SEND_BUFFER_FORCE, sendBytes);
        } catch (ChannelException e) { // only an administrator may exceed rmem_max and wmem_max
            channel.config().setReceiveBufferSize(receiveBytes).setSendBufferSize(sendBytes);
        }
    }

    @Override
    public void mark(DatagramChannel channel, int mark) {
        channel.config().setOption(MARK, mark);
    }

    /** Not SO_REUSEADDR, which would let every user of this machine have our port. */
    @Override
    public void sharePort(DatagramChannel channel) {
        channel.config().setOption(EpollChannelOption.SO_REUSEPORT, true);
    }

    @Override
    public void filter(DatagramChannel channel) {
        SocketFilter.attach(((EpollDatagramChannel) channel).fd().intValue());
    }

    @Override
    public void joinReceived(DatagramChannel channel) {
        try {
            channel.config().setOption(EpollChannelOption.UDP_GRO, true);
            // Netty is told by recvmsg, but not by recvmmsg, of what parts the kernel has joined.
            MaxMessagesRecvByteBufAllocator before =
                    (MaxMessagesRecvByteBufAllocator) channel.config().getRecvByteBufAllocator();
            channel.config()
                    .setRecvByteBufAllocator(
                            new FixedRecvByteBufAllocator(SLOT_BYTES).maxMessagesPerRead(before.maxMessagesPerRead()));
        } catch (ChannelException e) {
            // Linux before 5.0.
        }
    }

    @Override
    public @Nullable MessageBatch newMessageBatch() {
        return MessageBatch.create();
    }

    @Override
    public boolean read(Channel channel, MessageBatch batch, Delivery delivery, SourcePaths paths) {
        MaxMessagesRecvByteBufAllocator limit = channel.config().getRecvByteBufAllocator();
        return DatagramReader.start((EpollDatagramChannel) channel, batch, delivery, paths, limit.maxMessagesPerRead());
    }

    @Override
    public TrainSocket newTrainSocket(Channel channel, boolean segmented, LongAdder dropped) {
        return new TrainSocket((Socket) ((EpollDatagramChannel) channel).fd(), segmented, dropped);
    }

    @Override
    public long dropsOfKernel(Channel channel) {
        return SocketFilter.drops(((EpollDatagramChannel) channel).fd().intValue());
    }

    @Override
    public Failure why(Throwable failure) {
        return switch (errno(failure)) {
            case EADDRINUSE -> Failure.PORT_TAKEN;
            case EPERM, EACCES -> Failure.NOT_PERMITTED;
            case EAFNOSUPPORT, EADDRNOTAVAIL -> Failure.NO_SUCH_FAMILY;
            default -> Failure.OTHER;
        };
    }

    @Override
    public InetAddress localAddressTowards(InetSocketAddress remote, int mark) throws IOException {
        Socket socket = Socket.newSocketDgram();
        try {
            if (mark != 0) {
                socket.setIntOpt(SOL_SOCKET, SO_MARK, mark);
            }
            socket.connect(remote);
            return socket.localAddress().getAddress();
        } finally {
            socket.close();
        }
    }

    private static int errno(Throwable failure) {
        for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof NativeIoException nativeException) {
                return -nativeException.expectedErr();
            }
        }
        return 0;
    }
}
