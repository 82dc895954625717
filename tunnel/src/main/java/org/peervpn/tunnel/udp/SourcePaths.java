package org.peervpn.tunnel.udp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.Path;

/** Turns the source address of a datagram into a {@link Path}. Remembers the last one: datagrams come in trains. */
final class SourcePaths {
    static final int IPV4_CHANNEL = 0;
    static final int IPV6_CHANNEL = 1;
    private static final int ANY_ADDRESS = -1;

    private final int number; // of the channel; ANY_ADDRESS for that of the source's family
    private @Nullable InetSocketAddress lastSource;
    private @Nullable Path lastPath;

    SourcePaths() {
        this(ANY_ADDRESS);
    }

    /** Of a channel that is bound to one address. */
    SourcePaths(int number) {
        this.number = number;
    }

    Path of(InetSocketAddress source) {
        Path path = lastPath;
        if (path == null || lastSource == null || !same(lastSource, source)) {
            path = new Path(number == ANY_ADDRESS ? channel(source.getAddress()) : number, plain(source));
            lastSource = source;
            lastPath = path;
        }
        return path;
    }

    static int channel(InetAddress address) {
        return address instanceof Inet6Address ? IPV6_CHANNEL : IPV4_CHANNEL;
    }

    /** Without the scope that the kernel gives to every IPv6 source; only a link-local address needs one. */
    static InetAddress plain(InetAddress address) {
        if (!(address instanceof Inet6Address) || address.isLinkLocalAddress()) {
            return address;
        }
        try {
            return InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException e) {
            throw new AssertionError("an address has the length of an address", e);
        }
    }

    private static InetSocketAddress plain(InetSocketAddress source) {
        return new InetSocketAddress(plain(source.getAddress()), source.getPort());
    }

    private static boolean same(InetSocketAddress a, InetSocketAddress b) {
        return a.equals(b) && scope(a) == scope(b); // equals leaves the scope out
    }

    private static int scope(InetSocketAddress address) {
        return address.getAddress() instanceof Inet6Address ipv6 ? ipv6.getScopeId() : 0;
    }
}
