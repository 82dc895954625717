package org.peervpn.node;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.MappingWatch;
import org.peervpn.nat.MappingWatch.Mapping;
import org.peervpn.node.DropCount.Reason;
import org.peervpn.node.NodeStatus.State;
import org.peervpn.node.PeerEntry.Origin;
import org.peervpn.node.control.ControlCodec;
import org.peervpn.node.control.Hello;
import org.peervpn.routing.AllowedIps;
import org.peervpn.routing.Cidr;
import org.peervpn.routing.RouterConfig;
import org.peervpn.tunnel.DropReason;
import org.peervpn.tunnel.Lane;
import org.peervpn.tunnel.NoisePublicKey;
import org.peervpn.tunnel.Path;
import org.peervpn.tunnel.Peer;
import org.peervpn.tunnel.PeerConfig;
import org.peervpn.tunnel.PresharedKey;
import org.peervpn.tunnel.Tunnel;
import org.peervpn.tunnel.TunnelConfig;
import org.peervpn.tunnel.TunnelOutput;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node without its machine: joins the tunnel, the watch over the public mapping, admission, hellos and the choice of
 * the exit. Core: called by the loop only; what other threads may read is {@link #allowedIps()} and {@link #drops()}.
 *
 * <p>The way of a datagram: (1) STUN goes to the {@link MappingWatch}, anything else to the {@link Tunnel}, which opens
 * it; (2) a control message is handled here; (3) a packet passes to the TUN if its inner source belongs to the peer that
 * sent it.
 *
 * <p>Callbacks of the tunnel only note what happened, since they must not call back into it. {@link #settle} runs at the
 * end of every door and draws the conclusions; for a mere data packet there are none.
 */
public final class NodeCore {
    private static final Logger LOG = LoggerFactory.getLogger(NodeCore.class);

    static final long PERSISTENT_KEEPALIVE_NANOS = seconds(25);

    /** How long a peer may take to say hello before it counts as one that does not. */
    static final long HELLO_PATIENCE_NANOS = seconds(3);

    static final long REDIAL_NANOS = seconds(1);
    static final long RESOLVE_AGAIN_NANOS = seconds(15);
    static final long HINT_AFTER_NANOS = seconds(15);

    private static final List<Cidr> EVERYTHING = List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0"));
    private static final int MAX_CANDIDATES = 8;

    private final NodeConfig config;
    private final NoisePublicKey publicKey;
    private final OverlayAddresses overlay;
    private final InstantSource wallClock;
    private final NodeOutput output;
    private final DropCount drops = new DropCount();
    private final PeerTable peers;
    private final Hellos hellos;
    private final ExitChoice exitChoice;
    private final Tunnel tunnel;
    private final MappingWatch mappingWatch;
    private final Map<Endpoint, List<InetSocketAddress>> stunServers = new LinkedHashMap<>();
    private final List<NodeEvent> events = new ArrayList<>();

    private volatile AllowedIps<Lane> allowedIps = AllowedIps.<Lane>builder().build();

    private long nowNanos;
    private long startedNanos;
    private long stunResolveNanos = Long.MAX_VALUE;
    private long hintNanos = Long.MAX_VALUE;
    private long giveUpNanos = Long.MAX_VALUE;

    /** The earliest moment that {@link #settle} found in peers and clocks of the node itself. */
    private long ownDeadlineNanos = Long.MAX_VALUE;

    /** Something happened from which {@link #settle} has to draw conclusions. */
    private boolean unsettled;

    private boolean ownersChanged = true;
    private @Nullable Set<Integer> uplinkFamilies;
    private @Nullable PeerEntry exit;
    private boolean exitDecided;
    private @Nullable NodeEvent announcedExit;
    /** A peer that we call has answered once. */
    private boolean everReached;

    private boolean ready;
    private boolean stopping;
    private @Nullable RouterConfig wanted;
    private @Nullable RouterConfig applied;

    public NodeCore(
            NodeConfig config, InstantSource wallClock, SecureRandom random, Runnable wakeup, NodeOutput output) {
        this.config = config;
        this.publicKey = config.privateKey().publicKey();
        this.overlay = OverlayAddresses.of(publicKey, config.overlay());
        this.wallClock = wallClock;
        this.output = output;
        this.peers = new PeerTable(config.overlay(), overlay.ipv4());
        this.hellos = new Hellos(config);
        this.exitChoice = new ExitChoice(config);
        this.tunnel = new Tunnel(new TunnelConfig(config.privateKey(), wallClock, random, wakeup), new FromTunnel());
        this.mappingWatch = new MappingWatch(random, new FromMappingWatch());
    }

    // The doors.

    /** Begins: peers are called, servers are asked. Called once, before all others. */
    public void start(long now) {
        nowNanos = now;
        startedNanos = now;
        config.allow().forEach(key -> know(key, Origin.ALLOW));
        config.connect().forEach(line -> dial(line, Origin.CONNECT));
        if (!config.connect().isEmpty() && !config.waitForPeers()) {
            hintNanos = now + HINT_AFTER_NANOS;
            giveUpNanos = config.connectTimeout().isZero()
                    ? Long.MAX_VALUE
                    : now + config.connectTimeout().toNanos();
        }
        askForStunServers();
        unsettled = true;
        settle();
    }

    /** A datagram from the network. May be overwritten during the call. */
    public void receiveDatagram(Path source, ByteBuffer datagram, long now) {
        nowNanos = now;
        if (MappingWatch.isStun(datagram)) {
            mappingWatch.receiveDatagram(source.remote(), datagram, now);
        } else {
            tunnel.receiveDatagram(source, datagram, now);
        }
        settle();
    }

    /** A packet from this machine that the data path could not send by itself. */
    public void sendPacket(ByteBuffer packet, long now) {
        nowNanos = now;
        Lane lane = allowedIps.lookupDestination(packet);
        if (lane == null) {
            drops.count(Reason.NO_PEER);
            return;
        }
        tunnel.sendPacket(lane.peer(), packet, now);
        settle();
    }

    public void onTimeout(long now) {
        nowNanos = now;
        tunnel.onTimeout(now);
        mappingWatch.onTimeout(now);
        unsettled |= now >= ownDeadlineNanos;
        settle();
    }

    public long nextDeadlineNanos() {
        return Math.min(ownDeadlineNanos, Math.min(tunnel.nextDeadlineNanos(), mappingWatch.nextDeadlineNanos()));
    }

    /** What a name stands for now; empty if that could not be found out. */
    public void resolved(Endpoint endpoint, List<InetAddress> addresses, long now) {
        nowNanos = now;
        List<InetSocketAddress> found = addresses.stream()
                .limit(MAX_CANDIDATES)
                .map(address -> new InetSocketAddress(address, endpoint.port()))
                .toList();
        if (stunServers.containsKey(endpoint) && !found.isEmpty()) {
            stunServers.put(endpoint, found);
            giveStunServers();
        }
        for (PeerEntry entry : peers.entries()) {
            if (endpoint.equals(entry.endpoint) && !found.isEmpty() && !found.equals(entry.candidates)) {
                entry.candidates = found;
                entry.nextDialNanos = now;
            }
        }
        unsettled = true;
        settle();
    }

    /** The address families (4, 6) in which this machine reaches the internet without us. */
    public void uplinks(Set<Integer> families, long now) {
        nowNanos = now;
        if (config.offerExit() && !families.equals(uplinkFamilies)) {
            events.add(new NodeEvent.ExitOffer(families));
        }
        uplinkFamilies = families;
        hellos.offer(config.offerExit() ? families : Set.of(), peers.entries(), now);
        unsettled = true;
        settle();
    }

    /** The machine's addresses or routes have changed: mappings and paths may have, too. */
    public void networkChanged(long now) {
        nowNanos = now;
        askForStunServers();
        mappingWatch.refresh(now);
        for (PeerEntry entry : peers.entries()) {
            if (entry.up && entry.isDialled()) {
                tunnel.sendKeepalive(entry.boundPeer(), now);
            }
        }
        unsettled = true;
        settle();
    }

    /** The machine is now as {@link NodeOutput#route} asked. */
    public void routed(RouterConfig done, long now) {
        nowNanos = now;
        applied = done;
        unsettled = true;
        settle();
    }

    /** Knows the peer, calls it and keeps calling; an {@link IllegalArgumentException} says why not. */
    public PeerLabel add(ConnectLine line, long now) {
        if (line.publicKey().equals(publicKey)) {
            throw new IllegalArgumentException("that is this node's own public key");
        }
        nowNanos = now;
        PeerLabel label = dial(line, Origin.ADD).label();
        unsettled = true;
        settle();
        return label;
    }

    /** Forgets the peer at once, and does not let it in again by the line while this node runs. */
    public PeerLabel remove(String peer, long now) {
        nowNanos = now;
        PeerEntry entry = peers.find(peer);
        forget(entry, "removed");
        peers.ban(entry.key);
        unsettled = true;
        settle();
        return entry.label();
    }

    public void stopping() {
        stopping = true;
    }

    /** Which peer owns an inner address, the exit included. Any thread may read it. */
    public AllowedIps<Lane> allowedIps() {
        return allowedIps;
    }

    /** Any thread may count. */
    public DropCount drops() {
        return drops;
    }

    public OverlayAddresses overlay() {
        return overlay;
    }

    // Peers.

    private PeerEntry know(NoisePublicKey key, Origin origin) {
        PeerEntry entry = peers.get(key);
        if (entry == null) {
            entry = peers.add(key, origin, nowNanos);
        }
        if (entry.peer == null) {
            Peer stranger = tunnel.peer(key);
            entry.peer = stranger != null ? stranger : tunnel.addPeer(new PeerConfig(key, PresharedKey.NONE, 0));
        }
        peers.unban(key);
        peers.admit(entry);
        ownersChanged = true;
        return entry;
    }

    private PeerEntry dial(ConnectLine line, Origin origin) {
        PeerEntry entry = know(line.publicKey(), origin);
        if (!entry.isDialled()) {
            entry.origin = origin;
        }
        entry.boundPeer().persistentKeepaliveNanos(PERSISTENT_KEEPALIVE_NANOS);
        entry.endpoint = line.endpoint();
        entry.triesCandidates = true;
        InetSocketAddress literal = line.endpoint().literal();
        if (literal == null) {
            entry.candidates = List.of();
            entry.nextResolveNanos = nowNanos;
        } else {
            entry.candidates = List.of(literal);
            entry.nextDialNanos = nowNanos;
        }
        return entry;
    }

    private void forget(PeerEntry entry, String why) {
        if (entry.peer != null) {
            tunnel.removePeer(entry.peer);
        }
        peers.remove(entry);
        if (entry.equals(exit)) {
            exit = null;
        }
        if (entry.up) {
            events.add(new NodeEvent.PeerGone(entry.label(), why));
        }
        ownersChanged = true;
    }

    private @Nullable PeerEntry entryOf(Peer peer) {
        PeerEntry entry = peers.get(peer.publicKey());
        if (entry != null && entry.peer == null) {
            entry.peer = peer;
        }
        return entry;
    }

    // STUN servers.

    private void askForStunServers() {
        stunResolveNanos = Long.MAX_VALUE;
        for (Endpoint server : config.stunServers()) {
            InetSocketAddress literal = server.literal();
            if (literal == null) {
                stunServers.putIfAbsent(server, List.of());
                output.resolve(server);
                stunResolveNanos = nowNanos + RESOLVE_AGAIN_NANOS;
            } else {
                stunServers.put(server, List.of(literal));
            }
        }
        giveStunServers();
    }

    private void giveStunServers() {
        if (stunServers.values().stream().noneMatch(List::isEmpty)) {
            stunResolveNanos = Long.MAX_VALUE;
        }
        mappingWatch.servers(stunServers.values().stream().flatMap(List::stream).toList(), nowNanos);
    }

    // Conclusions.

    private void settle() {
        if (!unsettled) {
            return;
        }
        unsettled = false;
        if (nowNanos >= stunResolveNanos) {
            askForStunServers();
        }
        for (PeerEntry entry : List.copyOf(peers.entries())) {
            settle(entry);
        }
        peers.expired(nowNanos).forEach(entry -> forget(entry, "forgotten"));
        chooseExit();
        publishOwners();
        route();
        becomeReady();
        watchConnectTimeout();
        ownDeadlineNanos = ownDeadline();
        // An event may make its receiver ask for the status, so everything is settled before the first leaves.
        List<NodeEvent> due = List.copyOf(events);
        events.clear();
        due.forEach(output::event);
    }

    private void settle(PeerEntry entry) {
        if (entry.nextResolveNanos <= nowNanos && entry.endpoint != null) {
            entry.nextResolveNanos = entry.up ? Long.MAX_VALUE : nowNanos + RESOLVE_AGAIN_NANOS;
            output.resolve(entry.endpoint);
        }
        if (entry.nextDialNanos <= nowNanos) {
            entry.nextDialNanos = Long.MAX_VALUE;
            tunnel.initiate(entry.boundPeer(), nowNanos);
        }
        if (entry.up) {
            greet(entry);
        }
    }

    private void greet(PeerEntry entry) {
        ByteBuffer answer = hellos.answer(entry);
        if (answer != null) {
            tunnel.sendPacket(entry.boundPeer(), answer, nowNanos);
        }
        ByteBuffer hello = hellos.due(entry, nowNanos);
        if (hello != null) {
            tunnel.sendPacket(entry.boundPeer(), hello, nowNanos);
        }
    }

    private void chooseExit() {
        PeerEntry chosen = exitChoice.choose(exit, peers);
        // The exit keeps the families that it last offered while it is away.
        Set<Integer> families = chosen == null ? Set.of() : exitChoice.families(chosen);
        if (chosen != exit) {
            LOG.debug("exit: {} -> {}", exit == null ? "none" : exit.id, chosen == null ? "none" : chosen.id);
        }
        if (chosen != exit || (chosen != null && !families.equals(chosen.exitFamilies))) {
            if (exit != null) {
                exit.exitFamilies = Set.of();
            }
            exit = chosen;
            ownersChanged = true;
            if (chosen != null) {
                chosen.exitFamilies = families;
            }
        }
        exitDecided = exit != null || (everReached && exitChoice.isDecided(peers, nowNanos));
    }

    private void publishOwners() {
        if (!ownersChanged) {
            return;
        }
        ownersChanged = false;
        AllowedIps.Builder<Lane> owners = AllowedIps.builder();
        PeerEntry using = exit;
        if (using != null) {
            for (Cidr route : exitRoutes()) {
                if (using.exitFamilies.contains(route.isIpv4() ? 4 : 6)) {
                    owners.add(route, using.boundPeer().lane());
                }
            }
        }
        for (PeerEntry entry : peers.entries()) {
            if (entry.admitted && entry.peer != null) {
                entry.addresses()
                        .forEach(
                                address -> owners.add(address, entry.boundPeer().lane()));
            }
        }
        allowedIps = owners.build();
    }

    private List<Cidr> exitRoutes() {
        return config.routes().isEmpty() ? EVERYTHING : config.routes();
    }

    private List<Cidr> ownAddresses() {
        return List.of(Cidr.host(overlay.ipv4()), Cidr.host(overlay.ipv6()));
    }

    private void route() {
        // A client leaves the machine alone until the first handshake has succeeded.
        if (!config.waitForPeers() && !everReached) {
            return;
        }
        List<Cidr> prefixes = peers.entries().stream()
                .filter(entry -> entry.admitted)
                .flatMap(entry -> entry.addresses().stream())
                .toList();
        RouterConfig.ExitUse use = exit == null ? null : new RouterConfig.ExitUse(exitRoutes(), config.excludes());
        RouterConfig now = new RouterConfig(config.mtu(), ownAddresses(), prefixes, config.offerExit(), use);
        if (!now.equals(wanted)) {
            wanted = now;
            LOG.debug("routes: {}", now);
            output.route(now);
        }
    }

    private void becomeReady() {
        RouterConfig done = applied;
        if (done == null || stopping) {
            return;
        }
        announceExit(done);
        boolean decided = config.waitForPeers() || exitDecided;
        if (!ready && decided && (exit == null || done.usingExit() != null)) {
            ready = true;
            if (exit == null && !config.waitForPeers()) {
                events.add(new NodeEvent.NoExit());
            }
            events.add(new NodeEvent.Ready());
        }
    }

    private void announceExit(RouterConfig done) {
        PeerEntry using = exit;
        NodeEvent now = using == null || done.usingExit() == null
                ? null
                : new NodeEvent.ExitInUse(using.label(), using.exitFamilies);
        if (now != null && !now.equals(announcedExit)) {
            events.add(now);
        }
        announcedExit = now;
    }

    private void watchConnectTimeout() {
        if (everReached) {
            hintNanos = Long.MAX_VALUE;
            giveUpNanos = Long.MAX_VALUE;
            return;
        }
        Duration tried = Duration.ofNanos(nowNanos - startedNanos);
        if (nowNanos >= hintNanos) {
            hintNanos = Long.MAX_VALUE;
            events.add(new NodeEvent.StillTrying(tried, likelyReasons()));
        }
        if (nowNanos >= giveUpNanos) {
            giveUpNanos = Long.MAX_VALUE;
            events.add(new NodeEvent.Unreachable(tried));
        }
    }

    private List<String> likelyReasons() {
        List<String> reasons = new ArrayList<>();
        for (ConnectLine line : config.connect()) {
            PeerEntry entry = peers.get(line.publicKey());
            if (entry != null && entry.candidates.isEmpty()) {
                reasons.add("The name " + line.endpoint().host() + " cannot be resolved.");
            }
        }
        boolean stunSilent = !config.stunServers().isEmpty() && publicEndpoint() == null && mappingWatch.settled();
        if (stunSilent && !mappingWatch.serversDisagree()) {
            reasons.add("No STUN server answers either: this network may have no internet, or may block UDP.");
        }
        reasons.add("The other node does not run, or its endpoint has changed: ask for a fresh line.");
        String endpoint = publicEndpoint();
        reasons.add("The other node is behind a NAT or firewall that lets nobody in: run there"
                + (endpoint == null
                        ? " peervpn --add with this node's line (peervpn --info)."
                        : ": peervpn --add=" + publicKey + "@" + endpoint));
        reasons.add("The other node does not admit this key (--allow=" + publicKey
                + " there), or the public key in the line is not its own.");
        return reasons;
    }

    private long ownDeadline() {
        long next = Math.min(stunResolveNanos, Math.min(hintNanos, giveUpNanos));
        for (PeerEntry entry : peers.entries()) {
            next = Math.min(next, Math.min(entry.nextDialNanos, entry.nextResolveNanos));
            if (entry.up) {
                next = Math.min(next, entry.nextHelloNanos);
            }
            if (!entry.admitted) {
                next = Math.min(next, entry.createdNanos + PeerTable.GUEST_LIFETIME_NANOS);
            }
            long patienceEnds = entry.upSinceNanos + HELLO_PATIENCE_NANOS;
            if (entry.up && patienceEnds > nowNanos) {
                next = Math.min(next, patienceEnds);
            }
        }
        return next;
    }

    // Status.

    /** The endpoint to announce; null while unknown. */
    public @Nullable String publicEndpoint() {
        Endpoint announced = config.announcedEndpoint();
        if (announced != null) {
            return announced.toString();
        }
        Mapping mapping = publicMapping();
        return mapping == null ? null : Endpoint.text(mapping.endpoint());
    }

    /** True if the operator said so or two STUN servers agree. */
    public boolean publicEndpointConfirmed() {
        Mapping mapping = publicMapping();
        return config.announcedEndpoint() != null || (mapping != null && mapping.confirmed());
    }

    private @Nullable Mapping publicMapping() {
        Mapping ipv4 = mappingWatch.ipv4();
        return ipv4 != null ? ipv4 : mappingWatch.ipv6();
    }

    /** True once every STUN server has answered or has had its time. */
    public boolean publicEndpointSettled() {
        return config.announcedEndpoint() != null || config.stunServers().isEmpty() || mappingWatch.settled();
    }

    /** True if STUN servers see different endpoints, so that none can be announced. */
    public boolean serversDisagree() {
        return mappingWatch.serversDisagree();
    }

    public NodeStatus status(String interfaceName, int port, Map<String, Long> edgeDrops, long now) {
        nowNanos = now;
        Map<String, Long> counts = drops.counts();
        counts.putAll(edgeDrops);
        counts.put("stun", mappingWatch.droppedDatagrams());
        counts.values().removeIf(count -> count == 0);
        PeerEntry using = exit;
        return new NodeStatus(
                state(),
                PeerId.of(publicKey).text(),
                publicKey.toString(),
                interfaceName,
                ownAddresses().stream().map(StatusView::address).toList(),
                port,
                publicEndpoint(),
                null,
                new NodeStatus.Exit(
                        StatusView.families(hellos.offeredFamilies()), using == null ? null : using.id.text()),
                peers.entries().stream()
                        .map(entry -> StatusView.of(entry, nowNanos))
                        .toList(),
                counts);
    }

    private State state() {
        if (stopping) {
            return State.STOPPING;
        }
        if (config.waitForPeers() && config.connect().isEmpty()) {
            return ready ? State.CONNECTED : State.STARTING;
        }
        if (peers.entries().stream().anyMatch(entry -> entry.up && entry.isDialled())) {
            boolean exitAway = exit != null && !exit.up;
            return exitAway ? State.RECONNECTING : ready ? State.CONNECTED : State.STARTING;
        }
        return everReached ? State.RECONNECTING : State.CONNECTING;
    }

    /** What the tunnel tells. */
    private final class FromTunnel implements TunnelOutput {

        @Override
        public void toPeer(Peer peer, ByteBuffer datagram) {
            PeerEntry entry = entryOf(peer);
            if (entry == null) {
                return;
            }
            Path path = peer.lane().path();
            boolean isInitiation = datagram.get(datagram.position()) == 1;
            if (path != null) {
                output.send(path, datagram.duplicate());
            }
            // A path that has been silent may be gone: what the operator said is tried beside it.
            if (path == null || (isInitiation && entry.triesCandidates)) {
                sendToCandidates(entry, path, datagram);
            }
            if (isInitiation) {
                entry.triesCandidates = true;
            }
        }

        private void sendToCandidates(PeerEntry entry, @Nullable Path path, ByteBuffer datagram) {
            boolean sent = path != null;
            for (InetSocketAddress candidate : entry.candidates) {
                Path other = output.pathTo(candidate);
                if (other != null && !other.equals(path)) {
                    output.send(other, datagram.duplicate());
                    sent = true;
                }
            }
            if (!sent) {
                drops.count(Reason.NO_PATH);
            }
        }

        @Override
        public void replyTo(Path source, ByteBuffer datagram) {
            output.send(source, datagram);
        }

        @Override
        public void received(Peer peer, ByteBuffer payload) {
            PeerEntry entry = peers.get(peer.publicKey());
            if (entry == null || !entry.admitted) {
                drops.count(Reason.NOT_ADMITTED);
            } else if (ControlCodec.isControl(payload)) {
                receiveControl(entry, payload);
            } else if (!IpPacket.trim(payload)) {
                drops.count(Reason.BAD_PACKET);
            } else if (allowedIps.lookupSource(payload) != peer.lane()) {
                drops.count(Reason.FOREIGN_SOURCE);
            } else {
                output.toTun(payload);
            }
        }

        private void receiveControl(PeerEntry entry, ByteBuffer payload) {
            if (ControlCodec.type(payload) != ControlCodec.HELLO) {
                return; // of a later version
            }
            Hello before = entry.hello;
            if (hellos.hear(entry, payload, nowNanos)) {
                if (entry.hello != null && !entry.hello.saysTheSameAs(before) && entry.mayTell(nowNanos)) {
                    events.add(new NodeEvent.PeerNamed(entry.label(), entry.hello.exitFamilies()));
                }
                unsettled = true;
            } else {
                drops.count(Reason.BAD_CONTROL_MESSAGE);
            }
        }

        @Override
        public @Nullable PeerConfig unknownPeer(NoisePublicKey key, Path source) {
            if (config.admission() != Admission.LINE || peers.isBanned(key)) {
                return null;
            }
            if (!peers.hasRoomForStranger()) {
                drops.count(Reason.TOO_MANY_PEERS);
                return null;
            }
            peers.add(key, Origin.LINE, nowNanos);
            unsettled = true;
            return new PeerConfig(key, PresharedKey.NONE, 0);
        }

        @Override
        public void authenticatedFrom(Peer peer, Path source) {
            PeerEntry entry = entryOf(peer);
            Path old = peer.lane().path();
            peer.lane().path(source);
            if (entry == null) {
                return;
            }
            LOG.debug("path to {}: {} -> {}", entry.id, old, source);
            entry.pathSince = wallClock.instant();
            entry.pathWhy = "the peer's last authenticated datagram came from there";
            if (entry.up && old != null && entry.mayTell(nowNanos)) {
                events.add(new NodeEvent.PathChanged(
                        entry.label(), Endpoint.text(old.remote()), Endpoint.text(source.remote())));
                unsettled = true;
            }
        }

        @Override
        public void connected(Peer peer, boolean initiator) {
            PeerEntry entry = entryOf(peer);
            if (entry == null) {
                return;
            }
            LOG.debug("handshake with {} completed as {}", entry.id, initiator ? "initiator" : "responder");
            entry.triesCandidates = false;
            if (!entry.admitted) {
                peers.admit(entry); // by the line: it has proved that it knows our key and lives where it says
                ownersChanged = true;
            }
            if (!entry.up) {
                comeUp(entry);
            }
            unsettled = true;
        }

        private void comeUp(PeerEntry entry) {
            entry.up = true;
            entry.wasUp = true;
            entry.upSinceNanos = nowNanos;
            everReached |= entry.isDialled();
            hellos.begin(entry, nowNanos);
            Path path = entry.boundPeer().lane().path();
            events.add(new NodeEvent.PeerConnected(
                    entry.label(),
                    path == null ? "" : Endpoint.text(path.remote()),
                    entry.addresses().stream().map(StatusView::address).toList()));
        }

        @Override
        public void gaveUp(Peer peer) {
            LOG.debug("no answer to the handshakes with {}", PeerId.of(peer.publicKey()));
            redial(peer);
        }

        @Override
        public void disconnected(Peer peer) {
            PeerEntry entry = entryOf(peer);
            if (entry != null && entry.up) {
                entry.up = false;
                entry.downSinceNanos = nowNanos;
                events.add(new NodeEvent.PeerGone(entry.label(), "no answer for 3 minutes"));
            }
            redial(peer);
        }

        private void redial(Peer peer) {
            PeerEntry entry = entryOf(peer);
            if (entry != null && entry.isDialled()) {
                entry.nextDialNanos = nowNanos + REDIAL_NANOS;
                entry.nextResolveNanos = nowNanos;
            }
            unsettled = true;
        }

        @Override
        public void dropped(DropReason reason) {
            drops.count(reason);
        }
    }

    /** What the watch over the public mapping tells. */
    private final class FromMappingWatch implements MappingWatch.Output {

        @Override
        public void toServer(InetSocketAddress server, ByteBuffer datagram) {
            Path path = output.pathTo(server);
            if (path != null) {
                output.send(path, datagram);
            }
        }

        @Override
        public void mappingChanged(@Nullable Mapping old, @Nullable Mapping current) {
            events.add(new NodeEvent.PublicEndpoint(
                    old == null ? null : Endpoint.text(old.endpoint()),
                    current == null ? null : Endpoint.text(current.endpoint()),
                    current != null && current.confirmed()));
            unsettled = true;
        }
    }

    private static long seconds(long seconds) {
        return seconds * 1_000_000_000L;
    }
}
