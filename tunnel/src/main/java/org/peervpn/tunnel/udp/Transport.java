package org.peervpn.tunnel.udp;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** How sockets are made: by Netty's native code on Linux, by the JDK elsewhere. */
interface Transport {

    /** Why a socket could not be made or bound. */
    enum Failure {
        PORT_TAKEN,
        NOT_PERMITTED,
        /** The machine does not have the address family. */
        NO_SUCH_FAMILY,
        OTHER
    }

    /** The one that fits the loop. */
    static Transport of(EventLoop loop) {
        boolean epoll = loop instanceof IoEventLoop ioLoop && ioLoop.isIoType(EpollIoHandler.class);
        return epoll ? new EpollTransport() : new NioTransport();
    }

    /** False if an IPv6 socket serves IPv4 too, and cannot be kept from it. */
    boolean familiesApart();

    boolean canMark();

    /** A channel that is not yet registered; it never truncates a datagram. */
    DatagramChannel newChannel(SocketProtocolFamily family);

    /** Gives the socket larger buffers, as far as the kernel allows. */
    void enlargeBuffers(DatagramChannel channel, int receiveBytes, int sendBytes);

    /** Sets SO_MARK, so that routing rules can tell the node's datagrams from all others. */
    void mark(DatagramChannel channel, int mark);

    /** Lets other sockets of this user have the same port, at other addresses. */
    void sharePort(DatagramChannel channel);

    /** Lets the kernel drop what can be neither WireGuard nor STUN; does nothing where it cannot. */
    void filter(DatagramChannel channel);

    /**
     * A channel on the port of another that is bound: for transport data, or for all else, of which it reads little at a
     * time. null where that cannot be.
     */
    @Nullable
    DatagramChannel newChannelBeside(DatagramChannel bound, SocketProtocolFamily family, boolean forTransportData);

    /**
     * Lets the kernel choose between a channel, the one beside it, and those of so many workers, which were bound in this
     * order; false if it does not.
     */
    boolean split(DatagramChannel bound, int workers);

    /** Lets the kernel join datagrams of one sender before it hands them over (UDP_GRO); does nothing where it cannot. */
    void joinReceived(DatagramChannel channel);

    /** Room to {@link #read} by, for all channels of a loop; null where that cannot be. */
    @Nullable
    MessageBatch newMessageBatch();

    /** Reads a bound channel, which does not read by itself, until it is closed. On its loop; false if that cannot be. */
    boolean read(Channel channel, MessageBatch batch, Delivery delivery, SourcePaths paths);

    /** By which another thread can send from the open channel, by which then nobody else sends; null where that cannot be. */
    @Nullable
    TrainSocket newTrainSocket(Channel channel, boolean segmented, LongAdder dropped);

    /** How many datagrams the kernel has dropped at the open socket; 0 where it does not tell. */
    long dropsOfKernel(Channel channel);

    Failure why(Throwable failure);

    /** Asks the kernel's routing, as a socket with this mark; sends nothing. */
    InetAddress localAddressTowards(InetSocketAddress remote, int mark) throws IOException;
}
