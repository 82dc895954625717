package org.peervpn.tunnel.udp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.Path;

/** Turns the source address of a datagram into a {@link Path}. Remembers the last one: datagrams come in trains. */
final class SourcePaths {
    static final int IPV4_CHANNEL = 0;
    static final int IPV6_CHANNEL = 1;
    private static final int ANY_ADDRESS = -1;

    /** Of a sockaddr_in6, the longest, and what makes it up to words. */
    static final int NAME_BYTES = 32;

    private static final int AF_INET6 = 10;

    private final int number; // of the channel; ANY_ADDRESS for that of the source's family
    private @Nullable InetSocketAddress lastSource;
    private @Nullable Path lastPath;

    private final long[] lastName = new long[NAME_BYTES / Long.BYTES];
    private @Nullable Path lastNamedPath;

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

    /** The same, of a sockaddr_in or sockaddr_in6 with zeros up to {@link #NAME_BYTES}; makes no object for the last one. */
    Path of(ByteBuffer names, int at) {
        Path path = lastNamedPath;
        if (path == null || !isLast(names, at)) {
            path = of(socketAddress(names, at));
            for (int i = 0; i < lastName.length; i++) {
                lastName[i] = names.getLong(at + i * Long.BYTES);
            }
            lastNamedPath = path;
        }
        return path;
    }

    private boolean isLast(ByteBuffer names, int at) {
        for (int i = 0; i < lastName.length; i++) {
            if (names.getLong(at + i * Long.BYTES) != lastName[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * <pre>
     * 0: family, native order | 2: port, big-endian | 4: IPv4 address
     *                                               | 4: flow | 8: IPv6 address | 24: scope, native order
     * </pre>
     */
    private static InetSocketAddress socketAddress(ByteBuffer names, int at) {
        boolean isIpv6 = names.getShort(at) == AF_INET6;
        int port = ((names.get(at + 2) & 0xff) << Byte.SIZE) + (names.get(at + 3) & 0xff);
        byte[] address = new byte[isIpv6 ? 16 : 4];
        names.get(at + (isIpv6 ? 8 : 4), address);
        try {
            return new InetSocketAddress(
                    isIpv6
                            ? Inet6Address.getByAddress(null, address, names.getInt(at + 24))
                            : InetAddress.getByAddress(address),
                    port);
        } catch (UnknownHostException e) {
            throw new AssertionError("an address has the length of an address", e);
        }
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
