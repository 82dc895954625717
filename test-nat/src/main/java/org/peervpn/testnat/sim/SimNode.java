package org.peervpn.testnat.sim;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Candidate;
import org.peervpn.nat.NatSummary;
import org.peervpn.node.Admission;
import org.peervpn.node.ConnectLine;
import org.peervpn.node.Endpoint;
import org.peervpn.node.LocalNetwork;
import org.peervpn.node.NodeConfig;
import org.peervpn.node.NodeCore;
import org.peervpn.node.NodeEvent;
import org.peervpn.node.NodeOutput;
import org.peervpn.node.OverlayAddresses;
import org.peervpn.node.PeerId;
import org.peervpn.node.PresharedKeys;
import org.peervpn.node.Remembered;
import org.peervpn.node.SteadyClock;
import org.peervpn.node.invitation.Invitation;
import org.peervpn.routing.Cidr;
import org.peervpn.routing.RouterConfig;
import org.peervpn.tunnel.NoisePrivateKey;
import org.peervpn.tunnel.NoisePublicKey;
import org.peervpn.tunnel.Path;
import org.peervpn.tunnel.crypto.X25519;

/** A whole node core on a host: what {@code Engine} and {@code Node} are to it on a real machine. */
final class SimNode implements NodeOutput {
    static final int PORT = 51_820;

    private static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");
    private static final long LOOP_TURN_NANOS = 1_000;
    private static final int MTU = 1420;
    private static final int IPV4_PREFIX = 24;
    private static final int IPV6_PREFIX = 64;
    private static final Duration FOR_EVER = Duration.ZERO;

    static {
        X25519.loadConscrypt(); // of many handshakes
    }

    private final SimHost host;
    private final SimNetwork network;
    private final Witness witness;
    private final NoisePrivateKey key;
    private final PeerId id;
    private final OverlayAddresses overlay;
    private final SeededRandom random;
    private final List<Endpoint> stunServers;
    private final Map<NoisePublicKey, ConnectLine> lines = new LinkedHashMap<>();
    private final Set<PeerId> up = new LinkedHashSet<>();
    private final Set<InetSocketAddress> told = new LinkedHashSet<>();
    private final Duration clockError;

    private final Set<Site> places = new LinkedHashSet<>();

    private Site site;
    private List<InetAddress> knownAddresses = List.of();
    private Remembered remembered = Remembered.NOTHING;
    private Instant lastTold = Instant.EPOCH;
    private @Nullable NodeCore core; // null while it does not run
    private long bootNanos;
    private long wakeNanos = Long.MAX_VALUE;
    private @Nullable RouterConfig toBeRouted;

    /** Sees what nodes do. */
    interface Witness {
        void sent(SimNode node, InetSocketAddress remote, byte[] bytes);

        void received(SimNode node, InetSocketAddress remote);

        void toTun(SimNode node, ByteBuffer packet);

        void woken(SimNode node);

        /** After each call of the core. */
        void settled(SimNode node);
    }

    SimNode(String name, Site site, Duration clockError, Witness witness, SimNetwork network) {
        this.site = site;
        places.add(site);
        this.network = network;
        this.witness = witness;
        this.clockError = clockError;
        host = site.host(name);
        random = new SeededRandom(network.random().nextLong());
        key = NoisePrivateKey.generate(random);
        id = PeerId.of(key.publicKey());
        overlay = OverlayAddresses.of(key.publicKey(), OverlayAddresses.DEFAULT_IPV4_PREFIX);
        stunServers = network.stunServers().stream()
                .map(server -> Endpoint.of(server.endpoint()))
                .toList();
        network.stunServers().forEach(server -> {
            told.add(server.endpoint());
            told.add(new InetSocketAddress(server.otherAddress(), StunServer.PORT));
        });
    }

    // Life.

    void start() {
        bootNanos = network.timeline().nowNanos();
        host.open(true, PORT);
        host.open(false, PORT);
        host.receiver(this::received);
        network.trace().say(name(), "starts");
        SteadyClock clock = new SteadyClock(this::wallClock, lastTold, moment -> lastTold = moment);
        core = new NodeCore(config(), clock, random, () -> {}, this);
        call(node -> node.local(networks(), PORT, now()));
        call(node -> node.start(now()));
        call(node -> node.uplinks(Set.of(4), now()));
    }

    void stop() {
        network.trace().say(name(), "stops");
        NodeCore running = core;
        if (running != null) {
            remembered = running.remembered();
        }
        core = null;
        wakeNanos = Long.MAX_VALUE;
        host.receiver(null);
        host.closeAll();
        up.clear();
    }

    boolean isRunning() {
        return core != null;
    }

    /** The host is in another place now; the node notices it as soon as a real one does. */
    void moveTo(Site other) {
        network.trace().say(name(), "moves to " + other.name());
        site = other;
        places.add(other);
        other.welcome(host);
        network.timeline().after(Duration.ofMillis(200), () -> {
            call(node -> node.local(networks(), PORT, now()));
            call(node -> node.networkChanged(now()));
        });
    }

    private NodeConfig config() {
        return new NodeConfig(
                key,
                name(),
                "1",
                false,
                true,
                List.copyOf(lines.values()),
                List.of(),
                Admission.KNOWN,
                null,
                PresharedKeys.NONE,
                remembered,
                false,
                List.of(),
                List.of(),
                List.of(),
                OverlayAddresses.DEFAULT_IPV4_PREFIX,
                MTU,
                stunServers,
                null,
                FOR_EVER,
                true,
                false);
    }

    private List<LocalNetwork> networks() {
        knownAddresses = host.addresses();
        return knownAddresses.stream()
                .map(address -> new LocalNetwork(
                        address, Cidr.network(address, address instanceof Inet4Address ? IPV4_PREFIX : IPV6_PREFIX)))
                .toList();
    }

    private Instant wallClock() {
        return EPOCH.plusNanos(network.timeline().nowNanos()).plus(clockError);
    }

    private long now() {
        return network.timeline().nowNanos() - bootNanos + 1;
    }

    /** Every call of the core goes through here. */
    private void call(Consumer<NodeCore> door) {
        NodeCore running = core;
        if (running == null) {
            return;
        }
        door.accept(running);
        witness.settled(this);
        plan(running);
    }

    private void plan(NodeCore running) {
        RouterConfig wanted = toBeRouted;
        if (wanted != null) {
            toBeRouted = null;
            network.timeline().after(LOOP_TURN_NANOS, () -> call(node -> node.routed(wanted, now())));
        }
        long deadline = running.nextDeadlineNanos();
        if (deadline == Long.MAX_VALUE) {
            wakeNanos = Long.MAX_VALUE;
            return;
        }
        long delay = Math.max(LOOP_TURN_NANOS, deadline - now());
        long moment = network.timeline().nowNanos() + delay;
        if (moment != wakeNanos) {
            wakeNanos = moment;
            network.timeline().after(delay, () -> wake(moment));
        }
    }

    private void wake(long moment) {
        if (moment == wakeNanos) {
            wakeNanos = Long.MAX_VALUE;
            witness.woken(this);
            call(node -> node.onTimeout(now()));
        }
    }

    // What people and programs do.

    void add(ConnectLine line) {
        lines.put(line.publicKey(), line);
        InetSocketAddress literal = line.endpoint().literal();
        if (literal != null) {
            told.add(literal);
        }
        network.trace().say(name(), "is told", line.endpoint());
        call(node -> node.add(line, now()));
    }

    void sendPacket(byte[] packet) {
        call(node -> node.sendPacket(ByteBuffer.wrap(packet), now()));
    }

    // What can be seen.

    String name() {
        return host.name();
    }

    SimHost host() {
        return host;
    }

    Site site() {
        return site;
    }

    NoisePublicKey publicKey() {
        return key.publicKey();
    }

    OverlayAddresses overlay() {
        return overlay;
    }

    /** null while it does not run. */
    @Nullable
    NodeCore core() {
        return core;
    }

    long coreNanos() {
        return now();
    }

    boolean isUp(SimNode peer) {
        return up.contains(peer.id);
    }

    /** Whether it has, or once had, this address, on its host or before its routers. */
    boolean everSeenAt(InetAddress address) {
        for (Site place : places) {
            if (place.owned(address)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it has been told that this is an address of its host. */
    boolean knowsToHave(InetAddress address) {
        return knownAddresses.contains(address);
    }

    /** Whether it has ever been elsewhere. */
    boolean hasMoved() {
        return places.size() > 1;
    }

    Duration clockError() {
        return clockError;
    }

    /** null if it was not told of the peer. */
    @Nullable
    ConnectLine lineOf(SimNode peer) {
        return lines.get(peer.publicKey());
    }

    /** Whether the operator named this endpoint. */
    boolean wasTold(InetSocketAddress endpoint) {
        return told.contains(endpoint);
    }

    @Nullable
    InetSocketAddress mainEndpoint(boolean ipv4) {
        InetAddress address = host.address(ipv4);
        return address == null ? null : new InetSocketAddress(address, PORT);
    }

    /** As its operator would tell it: what STUN says, else the best guess. */
    Endpoint announced() {
        NodeCore running = core;
        String found = running == null ? null : running.publicEndpoint();
        if (found != null) {
            return Endpoint.parse(found);
        }
        InetSocketAddress internal = Objects.requireNonNull(mainEndpoint(true));
        return Endpoint.of(new InetSocketAddress(site.seenAddress(internal), PORT));
    }

    /** What it tells people about itself as a code; null while it knows too little. */
    @Nullable
    Invitation invitation() {
        NodeCore running = core;
        if (running == null || running.reach().candidates().isEmpty()) {
            return null;
        }
        List<Candidate> candidates = running.reach().candidates().stream()
                .limit(Invitation.MAX_CANDIDATES)
                .toList();
        Instant created = wallClock();
        return new Invitation(
                publicKey(),
                name(),
                created,
                created.plus(Invitation.VALIDITY),
                Admission.KNOWN,
                candidates,
                running.reach().nat(),
                NatSummary.UNKNOWN,
                null,
                null);
    }

    // The edge.

    private void received(int channel, Datagram datagram) {
        witness.received(this, datagram.source());
        ByteBuffer copy = ByteBuffer.wrap(datagram.bytes().clone());
        call(node -> node.receiveDatagram(new Path(channel, datagram.source()), copy, now()));
    }

    @Override
    public void send(Path path, ByteBuffer datagram) {
        byte[] bytes = new byte[datagram.remaining()];
        datagram.duplicate().get(bytes);
        witness.sent(this, path.remote(), bytes);
        host.send(path.channel(), path.remote(), bytes);
    }

    @Override
    public @Nullable Path pathTo(InetSocketAddress remote) {
        boolean ipv4 = remote.getAddress() instanceof Inet4Address;
        return host.address(ipv4) == null ? null : new Path(ipv4 ? 0 : 1, remote);
    }

    @Override
    public int openChannel(InetAddress towards) {
        return host.openEphemeral(towards instanceof Inet4Address);
    }

    @Override
    public void closeChannel(int channel) {
        host.close(channel);
    }

    @Override
    public void beacon(ByteBuffer datagram) {}

    @Override
    public void toTun(ByteBuffer packet) {
        witness.toTun(this, packet);
    }

    /** There are no names here. */
    @Override
    public void resolve(Endpoint endpoint) {
        network.timeline().after(LOOP_TURN_NANOS, () -> call(node -> node.resolved(endpoint, List.of(), now())));
    }

    @Override
    public void derive(NoisePublicKey verifier) {
        throw new IllegalStateException("no passcode here");
    }

    @Override
    public void remember(Remembered latest) {
        remembered = latest;
    }

    @Override
    public void route(RouterConfig wanted) {
        toBeRouted = wanted;
    }

    @Override
    public void event(NodeEvent event) {
        network.trace().say(name(), "*", event);
        if (event instanceof NodeEvent.PeerConnected connected) {
            up.add(connected.peer().id());
        } else if (event instanceof NodeEvent.PeerGone gone) {
            up.remove(gone.peer().id());
        }
    }

    @Override
    public String toString() {
        return name();
    }
}
