package org.peervpn.node.runtime;

import io.netty.channel.EventLoop;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.behavior.NatTest;
import org.peervpn.nat.behavior.ServerFinding;
import org.peervpn.nat.behavior.Stage;
import org.peervpn.node.nattest.NatReports;
import org.peervpn.tunnel.Path;
import org.peervpn.tunnel.udp.UdpPort;

/** Plays a {@link NatTest} of each address family by the node's port and by ports of its own. Of the loop. */
final class NatTester implements AutoCloseable {

    /** What a test tells while it goes on, and at the end. */
    interface Listener {
        void finished(Stage stage);

        /**
         * @param ipv6 null without IPv6
         * @param answering the servers of IPv4 that do
         */
        void done(NatReports.Side ipv4, NatReports.@Nullable Side ipv6, List<InetSocketAddress> answering);
    }

    private final EventLoop loop;
    private final UdpPort main;
    private final AuxiliaryPorts auxiliary;
    private final LongSupplier clock;
    private final Map<InetSocketAddress, String> names;
    private final Listener listener;
    private final long budgetNanos;
    private final NatTest ipv4;
    private final @Nullable NatTest ipv6; // null without IPv6
    private final @Nullable InetAddress sourceIpv4;
    private final @Nullable InetAddress sourceIpv6;
    private final Set<Stage> told = new HashSet<>();
    private boolean ended;
    private @Nullable Future<?> timer;

    /**
     * Begins at once.
     *
     * @param names the servers' addresses, and how the operator has written them
     * @param local the addresses of the machine
     */
    NatTester(
            EventLoop loop,
            UdpPort main,
            int mark,
            LongSupplier clock,
            Map<InetSocketAddress, String> names,
            List<InetAddress> local,
            long budgetMillis,
            Listener listener) {
        this.loop = loop;
        this.main = main;
        this.auxiliary = new AuxiliaryPorts(loop, mark, this::received, this::endTurn);
        this.clock = clock;
        this.names = Map.copyOf(names);
        this.budgetNanos = TimeUnit.MILLISECONDS.toNanos(budgetMillis);
        this.listener = listener;
        List<InetSocketAddress> serversV4 = servers(names, false);
        List<InetSocketAddress> serversV6 = servers(names, true);
        this.sourceIpv4 = source(serversV4);
        this.sourceIpv6 = main.hasIpv6() ? source(serversV6) : null;
        this.ipv4 = test(sourceIpv4, serversV4, local, true);
        this.ipv6 = sourceIpv6 == null ? null : test(sourceIpv6, serversV6, local, false);
        loop.execute(this::onTimeout);
    }

    private static List<InetSocketAddress> servers(Map<InetSocketAddress, String> names, boolean ipv6) {
        return names.keySet().stream()
                .filter(server -> server.getAddress() instanceof Inet6Address == ipv6)
                .toList();
    }

    /** From where a datagram to the servers would leave; null if there is no way. */
    private @Nullable InetAddress source(List<InetSocketAddress> servers) {
        return servers.isEmpty() ? null : main.localAddressTowards(servers.get(0));
    }

    private NatTest test(
            @Nullable InetAddress source,
            List<InetSocketAddress> servers,
            List<InetAddress> local,
            boolean tellsStages) {
        Set<InetAddress> addresses = new HashSet<>(local);
        if (source != null) {
            addresses.add(source);
        }
        List<InetSocketAddress> reachable = source == null ? List.of() : servers;
        return new NatTest(
                new SecureRandom(),
                new NatTest.LocalSide(Set.copyOf(addresses), source),
                reachable,
                new Output(reachable, tellsStages),
                budgetNanos,
                clock.getAsLong());
    }

    /** By the node's port; false if it is not for the test. */
    boolean receive(Path source, ByteBuffer datagram) {
        return received(NatTest.MAIN, source.remote(), datagram);
    }

    private boolean received(int channel, InetSocketAddress source, ByteBuffer datagram) {
        return !ended && tests().anyMatch(test -> test.receiveDatagram(channel, source, datagram, clock.getAsLong()));
    }

    private Stream<NatTest> tests() {
        return Stream.of(ipv4, ipv6).filter(Objects::nonNull);
    }

    private void onTimeout() {
        if (!ended) {
            tests().forEach(test -> test.onTimeout(clock.getAsLong()));
            endTurn();
        }
    }

    /** What was queued leaves, and the timer is set anew. */
    void endTurn() {
        if (ended) {
            return;
        }
        main.flush();
        auxiliary.flush();
        if (tests().allMatch(NatTest::done)) {
            end();
            return;
        }
        if (timer != null) {
            timer.cancel(false);
        }
        long deadline = tests().mapToLong(NatTest::nextDeadlineNanos).min().orElseThrow();
        timer = loop.schedule(this::onTimeout, Math.max(0, deadline - clock.getAsLong()), TimeUnit.NANOSECONDS);
    }

    private void end() {
        NatReports.Side six =
                ipv6 == null ? null : new NatReports.Side(ipv6.findings(), sourceIpv6, main.port(), names);
        NatReports.Side four = new NatReports.Side(ipv4.findings(), sourceIpv4, main.port(), names);
        close();
        listener.done(
                four,
                six,
                ipv4.findings().servers().stream()
                        .filter(server -> server.rttNanos() != null && !server.contradicted())
                        .map(ServerFinding::server)
                        .toList());
    }

    @Override
    public void close() {
        ended = true;
        if (timer != null) {
            timer.cancel(false);
        }
        auxiliary.close();
    }

    /** On a thread of the trial, which may come to an end after the test. */
    private void silenceIs(NatTest test, boolean blocked) {
        try {
            loop.execute(() -> test.silenceIs(blocked));
        } catch (RejectedExecutionException e) {
            // Nobody wants to know any more.
        }
    }

    private void tell(Stage stage) {
        if (told.add(stage)) {
            listener.finished(stage);
        }
    }

    private final class Output implements NatTest.Output {
        private final List<InetSocketAddress> servers;
        private final boolean tellsStages;

        Output(List<InetSocketAddress> servers, boolean tellsStages) {
            this.servers = servers;
            this.tellsStages = tellsStages;
        }

        @Override
        public void send(int channel, InetSocketAddress server, ByteBuffer datagram) {
            UdpPort port = channel == NatTest.MAIN ? main : auxiliary.port(channel);
            Path path = port == null ? null : port.pathTo(server);
            if (port != null && path != null) {
                port.send(path, datagram);
            }
        }

        @Override
        public int localPort(int channel) {
            UdpPort port = channel == NatTest.MAIN ? main : auxiliary.port(channel);
            return port == null ? 0 : port.port();
        }

        @Override
        public void silent() {
            NatTest test = tellsStages ? ipv4 : ipv6;
            if (test != null) {
                TcpTrial.begin(servers, blocked -> silenceIs(test, blocked));
            }
        }

        @Override
        public void finished(Stage stage) {
            if (tellsStages) {
                tell(stage);
            }
        }
    }
}
