package org.peervpn.tunnel.udp;

import io.netty.channel.Channel;
import io.netty.channel.socket.DatagramChannel;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The bound channels of a port, all on the same port number.
 *
 * @param ipv6 null if the machine has no IPv6; the same as {@code ipv4} where one socket serves both
 * @param beside those that only receive
 */
record Sockets(Channel ipv4, @Nullable Channel ipv6, List<Channel> beside) {

    Sockets(Channel ipv4, @Nullable Channel ipv6) {
        this(ipv4, ipv6, List.of());
    }

    /** And with channels on the same port that only receive. */
    Sockets with(@Nullable Channel... others) {
        return new Sockets(
                ipv4, ipv6, Stream.of(others).flatMap(Stream::ofNullable).toList());
    }

    static int port(Channel channel) {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /** null if there is none of this number. */
    @Nullable
    Channel channel(int number) {
        return switch (number) {
            case SourcePaths.IPV4_CHANNEL -> ipv4;
            case SourcePaths.IPV6_CHANNEL -> ipv6;
            default -> null;
        };
    }

    /** How many sockets there are for all addresses of a family. */
    int families() {
        return ipv6 == null ? 1 : 2;
    }

    /** Each socket once. */
    Stream<Channel> opened() {
        return Stream.concat(Stream.of(ipv4, ipv6).flatMap(Stream::ofNullable), beside.stream())
                .filter(Channel::isOpen)
                .distinct();
    }

    void flush() {
        ipv4.flush();
        if (ipv6 != null) {
            ipv6.flush();
        }
    }

    /** Lets the kernel choose who of so many workers, or of none, receives transport data; false if it does not. */
    boolean split(Transport transport, int workers) {
        return transport.split((DatagramChannel) ipv4, workers)
                && (ipv6 == null || transport.split((DatagramChannel) ipv6, workers));
    }

    /** On the loop they may close a moment later. */
    void close() {
        close(ipv4);
        if (ipv6 != null) {
            close(ipv6);
        }
        beside.forEach(Sockets::close);
    }

    static void close(Channel channel) {
        var closed = channel.close();
        if (!channel.eventLoop().inEventLoop()) {
            closed.awaitUninterruptibly();
        }
    }
}
