package org.peervpn.node.runtime;

import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.resolver.HostsFileEntriesProvider;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resolves names on marked sockets of its own, so that the answer does not have to come through the tunnel that it is
 * needed for. Called on the loop.
 */
final class Resolver {
    private static final Logger LOG = LoggerFactory.getLogger(Resolver.class);
    private static final long TIMEOUT_MILLIS = 5_000;
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

    /** Where systemd-resolved keeps the servers behind its stub, whose own sockets bear no mark of ours. */
    private static final Path BEHIND_STUB = Path.of("/run/systemd/resolve/resolv.conf");

    private static final String STUB = "127.0.0.53";

    private static final IntegerUnixChannelOption SO_MARK = new IntegerUnixChannelOption("SO_MARK", 1, 36);

    private final EventLoop loop;
    private final boolean epoll;
    private final int mark;

    Resolver(EventLoop loop, boolean epoll, int mark) {
        this.loop = loop;
        this.epoll = epoll;
        this.mark = mark;
    }

    /** Calls back on the loop, with an empty list if the name could not be resolved in time. */
    void resolve(String name, Consumer<List<InetAddress>> callback) {
        List<InetAddress> inHosts = inHostsFile(name);
        if (!inHosts.isEmpty()) {
            loop.execute(() -> callback.accept(inHosts));
            return;
        }
        DnsNameResolver resolver;
        try {
            resolver = newResolver();
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug("there is no name server to ask for {}: {}", name, e.toString());
            loop.execute(() -> callback.accept(List.of()));
            return;
        }
        Future<List<InetAddress>> future = resolver.resolveAll(name);
        future.addListener(done -> {
            resolver.close();
            if (!future.isSuccess()) {
                LOG.debug("{} cannot be resolved: {}", name, String.valueOf(future.cause()));
            }
            callback.accept(future.isSuccess() ? future.getNow() : List.of());
        });
    }

    /** A new one each time: the servers in resolv.conf change with the network. */
    private DnsNameResolver newResolver() throws IOException {
        return new DnsNameResolverBuilder(loop)
                .datagramChannelFactory(this::newChannel)
                .nameServerProvider(nameServers())
                .resolvedAddressTypes(ResolvedAddressTypes.IPV4_PREFERRED)
                .queryTimeoutMillis(TIMEOUT_MILLIS)
                .build();
    }

    /** Both families of a name in /etc/hosts, read anew: Netty's own resolver reads it once and asks for one family first. */
    private static List<InetAddress> inHostsFile(String name) {
        return addressesOf(name, HostsFileEntriesProvider.parser().parseSilently());
    }

    static List<InetAddress> addressesOf(String name, HostsFileEntriesProvider hosts) {
        String key = name.toLowerCase(Locale.ROOT);
        return Stream.of(hosts.ipv4Entries(), hosts.ipv6Entries())
                .flatMap(entries -> entries.getOrDefault(key, List.of()).stream())
                .toList();
    }

    private DatagramChannel newChannel() {
        if (!epoll) {
            return new NioDatagramChannel();
        }
        EpollDatagramChannel channel = new EpollDatagramChannel();
        if (mark != 0) {
            channel.config().setOption(SO_MARK, mark);
        }
        return channel;
    }

    /** The servers that the machine is configured to ask, the stub's own in its place; may be empty. */
    static List<InetSocketAddress> upstream() throws IOException {
        List<InetSocketAddress> servers = nameServers(RESOLV_CONF);
        if (servers.stream().anyMatch(server -> STUB.equals(server.getHostString())) && Files.isReadable(BEHIND_STUB)) {
            return nameServers(BEHIND_STUB);
        }
        return servers;
    }

    private static DnsServerAddressStreamProvider nameServers() throws IOException {
        List<InetSocketAddress> servers = upstream();
        if (servers.isEmpty()) {
            throw new IOException("no name server in " + RESOLV_CONF);
        }
        return new SequentialDnsServerAddressStreamProvider(servers);
    }

    /** In an encoding in which no byte is wrong: comments may be in any. */
    private static List<InetSocketAddress> nameServers(Path file) throws IOException {
        return ResolvConf.nameServers(Files.readString(file, StandardCharsets.ISO_8859_1));
    }
}
