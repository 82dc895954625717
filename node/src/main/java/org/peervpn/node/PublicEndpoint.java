package org.peervpn.node;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Candidate;
import org.peervpn.nat.MappingWatch;
import org.peervpn.nat.MappingWatch.Mapping;
import org.peervpn.nat.NatSummary;
import org.peervpn.nat.RefreshInterval;
import org.peervpn.nat.portmap.PortMapped;
import org.peervpn.node.NodeStatus.PortMappingStatus;
import org.peervpn.routing.Cidr;
import org.peervpn.tunnel.Path;

/**
 * The endpoint that others are told: what the operator says, or what the STUN servers see. Finds the servers by their
 * names and gives them to the {@link MappingWatch}. Owned by the loop.
 */
final class PublicEndpoint {

    /** Hears what the watch found. */
    interface Listener {
        void changed(NodeEvent event);
    }

    /** Between a provider's NAT and its customers: RFC 6598. */
    private static final Cidr CARRIERS = Cidr.parse("100.64.0.0/10");

    private static final long MAX_RESOLVE_PAUSE_NANOS = NodeCore.seconds(600);

    private final NodeConfig config;
    private final NodeOutput output;
    private final Listener listener;
    private final MappingWatch watch;
    private final Map<Endpoint, List<InetSocketAddress>> servers = new LinkedHashMap<>();
    private @Nullable PortMapped portMapped; // what the router says; null while no port is open
    private long portMappings; // as often as that has changed
    private boolean portMappingToldUsable;
    private @Nullable String announced; // as told last
    private @Nullable Long lifetimeNanos; // of an idle mapping, as measured
    private long longestRefreshNanos = Long.MAX_VALUE;
    private long keepaliveNanos = RefreshInterval.USUAL_NANOS;
    private long refreshNanos = RefreshInterval.USUAL_NANOS;
    private long nextResolveNanos = Long.MAX_VALUE;
    private long resolvePauseNanos = Calls.RESOLVE_AGAIN_NANOS;

    PublicEndpoint(NodeConfig config, SecureRandom random, NodeOutput output, Listener listener) {
        this.config = config;
        this.output = output;
        this.listener = listener;
        this.watch = new MappingWatch(random, new FromWatch());
    }

    /** Looks up the servers' names and begins to ask them. */
    void ask(long nowNanos) {
        servers.clear();
        resolvePauseNanos = Calls.RESOLVE_AGAIN_NANOS;
        for (Endpoint server : config.stunServers()) {
            InetSocketAddress literal = server.literal();
            if (literal == null) {
                servers.put(server, List.of());
            } else {
                servers.put(server, List.of(literal));
            }
        }
        resolveUnknown(nowNanos);
        giveServers(nowNanos);
    }

    private void resolveUnknown(long nowNanos) {
        List<Endpoint> unknown = servers.keySet().stream()
                .filter(server -> servers.getOrDefault(server, List.of()).isEmpty())
                .toList();
        nextResolveNanos = unknown.isEmpty() ? Long.MAX_VALUE : nowNanos + resolvePauseNanos;
        resolvePauseNanos = Math.min(2 * resolvePauseNanos, MAX_RESOLVE_PAUSE_NANOS);
        unknown.forEach(output::resolve);
    }

    /** What a name stands for; it need not be a server's. */
    void resolved(Endpoint name, List<InetSocketAddress> addresses, long nowNanos) {
        if (servers.containsKey(name) && !addresses.isEmpty() && !addresses.equals(servers.get(name))) {
            servers.put(name, addresses);
            giveServers(nowNanos);
        }
    }

    private void giveServers(long nowNanos) {
        watch.servers(servers.values().stream().flatMap(List::stream).toList(), nowNanos);
    }

    /** False if it answers no question of ours. */
    boolean receiveDatagram(InetSocketAddress source, ByteBuffer datagram, long nowNanos) {
        return watch.receiveDatagram(source, datagram, nowNanos);
    }

    /** True if something may have been concluded from silence. */
    boolean onTimeout(long nowNanos) {
        long before = watch.changes();
        watch.onTimeout(nowNanos);
        if (nowNanos >= nextResolveNanos) {
            resolveUnknown(nowNanos);
        }
        return watch.changes() != before;
    }

    long nextDeadlineNanos() {
        return Math.min(nextResolveNanos, watch.nextDeadlineNanos());
    }

    /** The network has changed: nothing of what was learnt has to be true any more. */
    void networkChanged(long nowNanos) {
        ask(nowNanos);
        watch.refresh(nowNanos);
    }

    /** Null while unknown. */
    @Nullable
    String text() {
        Endpoint announced = config.announcedEndpoint();
        if (announced != null) {
            return announced.toString();
        }
        PortMapped opened = usablePortMapping();
        Mapping mapping = mapping();
        return opened != null
                ? Endpoint.text(opened.endpoint())
                : mapping == null ? null : Endpoint.text(mapping.endpoint());
    }

    /** What STUN servers see, whatever is announced; null while unknown. */
    @Nullable
    String observed() {
        Mapping mapping = mapping();
        return mapping == null ? null : Endpoint.text(mapping.endpoint());
    }

    /** The mapping is to be looked at so often, whatever the NAT is like. */
    void refreshAtLeastEvery(long nanos, long nowNanos) {
        longestRefreshNanos = nanos;
        refresh(nowNanos);
    }

    /** For so long an idle mapping lives, as a test has shown. */
    void lifetime(long nanos) {
        lifetimeNanos = nanos;
    }

    /** What is known of our NAT: mappings are kept alive accordingly. */
    void keepAlive(NatSummary nat, long nowNanos) {
        keepaliveNanos = RefreshInterval.nanos(nat, lifetimeNanos);
        refresh(nowNanos);
    }

    private void refresh(long nowNanos) {
        long wanted = Math.min(keepaliveNanos, longestRefreshNanos);
        if (wanted != refreshNanos) {
            refreshNanos = wanted;
            watch.refreshInterval(wanted, nowNanos);
        }
    }

    /** How often a mapping has to be used to stay alive. */
    long keepaliveNanos() {
        return keepaliveNanos;
    }

    /** True if the operator said so or two STUN servers agree. */
    boolean isConfirmed() {
        Mapping mapping = mapping();
        return config.announcedEndpoint() != null || (mapping != null && mapping.confirmed());
    }

    /** The router has opened our port, or does so no more. */
    void portMapped(@Nullable PortMapped current) {
        PortMapped old = portMapped;
        portMapped = current;
        portMappings++;
        boolean same = old == null
                ? current == null
                : current != null && current.endpoint().equals(old.endpoint());
        if (!same) {
            tellPortMapping();
            announce();
        }
    }

    private void tellPortMapping() {
        PortMapped current = portMapped;
        portMappingToldUsable = usablePortMapping() != null;
        listener.changed(new NodeEvent.PortMapping(
                current == null ? null : Endpoint.text(current.endpoint()),
                current == null ? null : current.protocol().text(),
                portMappingToldUsable));
    }

    private void announce() {
        String now = text();
        if (config.announcedEndpoint() == null && !Objects.equals(now, announced)) {
            listener.changed(new NodeEvent.PublicEndpoint(announced, now, isConfirmed()));
            announced = now;
        }
    }

    /** Null while no port is open. */
    @Nullable
    PortMappingStatus portMapping(long nowNanos) {
        PortMapped current = portMapped;
        return current == null
                ? null
                : new PortMappingStatus(
                        current.protocol().name(),
                        Endpoint.text(current.endpoint()),
                        current.expiresNanos() == Long.MAX_VALUE
                                ? null
                                : Math.max(0, (current.expiresNanos() - nowNanos) / NodeCore.seconds(1)),
                        usablePortMapping() != null);
    }

    /** What STUN servers see must be the same address: else the router's is not the internet's. */
    private @Nullable PortMapped usablePortMapping() {
        PortMapped current = portMapped;
        Mapping seen = watch.ipv4();
        boolean agreed = current != null
                && (seen == null
                        || seen.endpoint()
                                .getAddress()
                                .equals(current.endpoint().getAddress()));
        return agreed ? current : null;
    }

    /** The port that the router has opened, unless it is of no use. */
    Optional<Candidate> portMappedCandidate() {
        return Optional.ofNullable(usablePortMapping()).map(PortMapped::candidate);
    }

    /** Where STUN servers see this node: the endpoints of both families, and of a hard NAT the latest one. */
    List<InetSocketAddress> seen() {
        Endpoint announced = config.announcedEndpoint();
        InetSocketAddress literal = announced == null ? null : announced.literal();
        Mapping ipv4 = watch.ipv4();
        Mapping ipv6 = watch.ipv6();
        return Stream.of(
                        literal,
                        ipv4 == null ? watch.lastSeen() : ipv4.endpoint(),
                        ipv6 == null ? null : ipv6.endpoint())
                .flatMap(Stream::ofNullable)
                .distinct()
                .toList();
    }

    /** What is known of the NAT for IPv4. */
    NatSummary nat(int localPort, Collection<InetAddress> local) {
        NatSummary nat = watch.summary(localPort, local);
        boolean isCarriers = Boolean.TRUE.equals(nat.translated())
                && (portMappingIsFutile() || local.stream().anyMatch(CARRIERS::contains));
        return isCarriers ? nat.behindCarrier() : nat;
    }

    /** Grows with whatever may change what is said here of candidates and of the NAT. */
    long changes() {
        return watch.changes() + portMappings;
    }

    private boolean portMappingIsFutile() {
        return portMapped != null && usablePortMapping() == null;
    }

    /** What STUN servers see in one family; null while unknown. */
    @Nullable
    Mapping mapping(boolean ipv6) {
        return ipv6 ? watch.ipv6() : watch.ipv4();
    }

    private @Nullable Mapping mapping() {
        Mapping ipv4 = watch.ipv4();
        return ipv4 != null ? ipv4 : watch.ipv6();
    }

    /** True once every STUN server has answered or has had its time. */
    boolean isSettled() {
        return config.announcedEndpoint() != null || config.stunServers().isEmpty() || watch.settled();
    }

    /** True if STUN servers see different endpoints, so that none can be announced. */
    boolean serversDisagree() {
        return watch.serversDisagree();
    }

    boolean serversDisagree(boolean ipv6) {
        return watch.serversDisagree(ipv6);
    }

    /** True if there are servers and none has answered. */
    boolean serversAreSilent() {
        return !config.stunServers().isEmpty() && watch.settled() && mapping() == null && !serversDisagree();
    }

    long droppedDatagrams() {
        return watch.droppedDatagrams();
    }

    private final class FromWatch implements MappingWatch.Output {

        @Override
        public void toServer(InetSocketAddress server, ByteBuffer datagram) {
            Path path = output.pathTo(server);
            if (path != null) {
                output.send(path, datagram);
            }
        }

        @Override
        public void mappingChanged(@Nullable Mapping old, @Nullable Mapping current) {
            if (portMapped != null) {
                if (portMappingToldUsable != (usablePortMapping() != null)) {
                    tellPortMapping();
                }
                announce();
                return;
            }
            listener.changed(new NodeEvent.PublicEndpoint(
                    old == null ? null : Endpoint.text(old.endpoint()),
                    current == null ? null : Endpoint.text(current.endpoint()),
                    current != null && current.confirmed()));
            announced = text();
        }
    }
}
