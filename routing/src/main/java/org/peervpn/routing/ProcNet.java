package org.peervpn.routing;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.peervpn.routing.MachineFacts.ForeignRoute;
import org.peervpn.routing.Sessions.Connection;

/** The texts of /proc/net. Core: pure functions; lines that are not as the kernel writes them are passed over. */
final class ProcNet {

    // include/uapi/linux/route.h and ipv6_route.h
    private static final int RTF_UP = 0x0001;
    private static final int RTF_GATEWAY = 0x0002;
    private static final int RTF_REJECT = 0x0200;
    private static final int RTF_ANYCAST = 0x0010_0000;
    private static final int RTF_LOCAL = 0x8000_0000;

    // include/net/tcp_states.h
    private static final int TCP_ESTABLISHED = 1;
    private static final int TCP_LISTEN = 10;

    private static final int IPV4_DIGITS = 8;
    private static final int PORT_DIGITS = 4;

    private ProcNet() {}

    /** @param gateway null if the destination is directly reachable */
    record KernelRoute(String device, Cidr prefix, @Nullable InetAddress gateway, long metric) {
        ForeignRoute foreign() {
            return new ForeignRoute(device, prefix);
        }
    }

    /** A line of tcp, tcp6, udp or udp6. */
    record Socket(Connection connection, int state) {}

    /** {@code route}: the main table of IPv4. */
    static List<KernelRoute> routesIpv4(String text) {
        return parsed(text, 8, fields -> {
            int flags = HexFormat.fromHexDigits(fields[3]);
            if (fields[1].length() != IPV4_DIGITS || (flags & RTF_UP) == 0 || (flags & RTF_REJECT) != 0) {
                return Optional.empty();
            }
            int length = Integer.bitCount(HexFormat.fromHexDigits(fields[7]));
            Cidr prefix = Cidr.network(address(fields[1]), length);
            InetAddress gateway = (flags & RTF_GATEWAY) != 0 ? address(fields[2]) : null;
            // Unsigned, but printed as if it were not.
            long metric = Integer.toUnsignedLong(Integer.parseInt(fields[6]));
            return Optional.of(new KernelRoute(fields[0], prefix, gateway, metric));
        });
    }

    /** {@code ipv6_route}: all tables of IPv6; without local addresses and multicast. */
    static List<KernelRoute> routesIpv6(String text) {
        return parsed(text, 10, fields -> {
            int flags = HexFormat.fromHexDigits(fields[8]);
            InetAddress address = inetAddress(HexFormat.of().parseHex(fields[0]));
            boolean usable = (flags & RTF_UP) != 0 && (flags & (RTF_REJECT | RTF_LOCAL | RTF_ANYCAST)) == 0;
            if (!usable || isIpv4(address) || address.isMulticastAddress()) {
                return Optional.empty();
            }
            Cidr prefix = Cidr.network(address, HexFormat.fromHexDigits(fields[1]));
            InetAddress gateway =
                    (flags & RTF_GATEWAY) != 0 ? inetAddress(HexFormat.of().parseHex(fields[4])) : null;
            return Optional.of(new KernelRoute(fields[9], prefix, gateway, HexFormat.fromHexDigitsToLong(fields[5])));
        });
    }

    /** {@code tcp}, {@code tcp6}, {@code udp}, {@code udp6}; IPv4 in IPv6 clothes comes out as IPv4. */
    static List<Socket> sockets(String text) {
        return parsed(text, 4, fields -> {
            Endpoint local = Endpoint.parse(fields[1]);
            Endpoint remote = Endpoint.parse(fields[2]);
            Connection connection = new Connection(local.address(), local.port(), remote.address(), remote.port());
            return Optional.of(new Socket(connection, HexFormat.fromHexDigits(fields[3])));
        });
    }

    private record Endpoint(InetAddress address, int port) {
        static Endpoint parse(String text) {
            int colon = text.indexOf(':');
            if (colon < 0 || text.length() - colon - 1 != PORT_DIGITS) {
                throw new IllegalArgumentException(text);
            }
            return new Endpoint(
                    ProcNet.address(text.substring(0, colon)), HexFormat.fromHexDigits(text.substring(colon + 1)));
        }
    }

    /** What came in from outside, and which ports clients use. */
    static Sessions sessions(List<Socket> tcp, List<Socket> udp, int firstClientPort, int lastClientPort) {
        Set<Integer> listening = new HashSet<>();
        tcp.stream()
                .filter(socket -> socket.state() == TCP_LISTEN)
                .forEach(socket -> listening.add(socket.connection().localPort()));
        List<Connection> inbound = tcp.stream()
                .filter(socket -> socket.state() == TCP_ESTABLISHED)
                .map(Socket::connection)
                .filter(connection -> listening.contains(connection.localPort()))
                .filter(connection -> !connection.local().isLoopbackAddress())
                .filter(connection -> isIpv4(connection.local()) == isIpv4(connection.remote()))
                .distinct()
                .limit(Sessions.MAX_CONNECTIONS)
                .toList();
        List<Integer> clientPorts = udp.stream()
                .map(socket -> socket.connection().localPort())
                .filter(port -> port >= firstClientPort && port <= lastClientPort)
                .distinct()
                .sorted()
                .toList();
        return new Sessions(inbound, clientPorts);
    }

    private static boolean isIpv4(InetAddress address) {
        return address instanceof Inet4Address;
    }

    private static <T> List<T> parsed(String text, int minFields, Function<String[], Optional<T>> parser) {
        return text.lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(fields -> fields.length >= minFields)
                .flatMap(fields -> {
                    try {
                        return parser.apply(fields).stream();
                    } catch (IllegalArgumentException e) {
                        return Stream.empty(); // the heading
                    }
                })
                .toList();
    }

    /** The kernel prints words of 32 bits as numbers of this machine. */
    private static InetAddress address(String hex) {
        ByteBuffer words = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
        ByteBuffer bytes = ByteBuffer.allocate(words.capacity()).order(ByteOrder.nativeOrder());
        while (words.remaining() >= Integer.BYTES) {
            bytes.putInt(words.getInt());
        }
        return inetAddress(bytes.array());
    }

    static InetAddress inetAddress(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an address has 4 or 16 bytes", e);
        }
    }
}
