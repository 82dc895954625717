package org.peervpn.node.runtime;

import io.netty.channel.EventLoop;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.behavior.Stage;
import org.peervpn.nat.portmap.PortMapping;
import org.peervpn.node.Endpoint;
import org.peervpn.node.nattest.Doubts;
import org.peervpn.node.nattest.NatReport;
import org.peervpn.node.nattest.NatReports;
import org.peervpn.node.nattest.NatTestProgress;
import org.peervpn.node.nattest.NatTestRequest;
import org.peervpn.tunnel.Path;
import org.peervpn.tunnel.udp.UdpPort;

/**
 * {@code --nattest} on a node's port: resolves the names of the servers, then tests; what the router says is added. Of the
 * loop.
 */
final class NatTrial {
    /** Names that are not resolved by then are left out, if there are others. */
    private static final long NAMES_PATIENCE_MILLIS = 700;

    private static final long NAMES_LONG_PATIENCE_MILLIS = 1_400;

    private final EventLoop loop;
    private final UdpPort port;
    private final int mark;
    private final LongSupplier clock;
    private final Resolver resolver;
    private final NatTestProgress progress;
    private final NatTestRequest request;
    private final Map<InetSocketAddress, String> names = new LinkedHashMap<>();
    private final CompletableFuture<NatReport> report = new CompletableFuture<>();
    private List<InetAddress> local = List.of();
    private CompletableFuture<PortMapping.@Nullable Findings> router = CompletableFuture.completedFuture(null);
    private int unresolved;
    private @Nullable NatTester tester; // null while names are resolved

    NatTrial(
            EventLoop loop,
            UdpPort port,
            int mark,
            LongSupplier clock,
            Resolver resolver,
            NatTestRequest request,
            NatTestProgress progress) {
        this.request = request;
        this.loop = loop;
        this.port = port;
        this.mark = mark;
        this.clock = clock;
        this.resolver = resolver;
        this.progress = progress;
    }

    CompletableFuture<NatReport> report() {
        return report;
    }

    /**
     * @param addresses of the machine
     * @param findings what the router can do, on the loop; with null if it is not asked
     */
    void begin(List<InetAddress> addresses, CompletableFuture<PortMapping.@Nullable Findings> findings) {
        router = findings;
        List<Endpoint> servers = request.servers();
        local = addresses;
        unresolved = servers.size();
        servers.forEach(server -> resolver.resolve(server.host(), found -> resolved(server, found)));
        var unused = loop.schedule(() -> testWith(1), NAMES_PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        unused = loop.schedule(() -> testWith(0), NAMES_LONG_PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** The first of each family: several of one name are one operator's. */
    private void resolved(Endpoint server, List<InetAddress> found) {
        for (boolean ipv6 : new boolean[] {false, true}) {
            found.stream()
                    .filter(address -> address instanceof Inet6Address == ipv6)
                    .findFirst()
                    .ifPresent(address ->
                            names.putIfAbsent(new InetSocketAddress(address, server.port()), server.toString()));
        }
        unresolved--;
        if (unresolved == 0) {
            testWith(0);
        }
    }

    /** Begins if so many servers are known and it has not been done yet. */
    private void testWith(int leastServers) {
        if (tester != null || report.isDone() || names.size() < leastServers) {
            return;
        }
        tester = new NatTester(loop, port, mark, clock, names, local, request.budgetMillis(), new NatTester.Listener() {
            @Override
            public void finished(Stage stage) {
                progress.finished(stage);
            }

            @Override
            public void done(NatReports.Side ipv4, NatReports.@Nullable Side ipv6, List<InetSocketAddress> answering) {
                var unused = router.thenAccept(findings -> conclude(NatReports.of(ipv4, ipv6, findings), answering));
            }
        });
    }

    private void conclude(NatReport result, List<InetSocketAddress> answering) {
        if (request.lifetime()) {
            measureLifetime(result, answering);
        } else {
            report.complete(result);
        }
    }

    private void measureLifetime(NatReport result, List<InetSocketAddress> servers) {
        var unused = new LifetimeTester(loop, mark, clock, servers, progress::lifetime)
                .finished()
                .thenAccept(test -> report.complete(result.withLifetime(test.aliveSeconds(), Doubts.ofLifetime(test))));
    }

    /** False if the datagram is not for the test. */
    boolean receive(Path source, ByteBuffer datagram) {
        return tester != null && tester.receive(source, datagram);
    }

    void endTurn() {
        if (tester != null) {
            tester.endTurn();
        }
    }
}
