package org.peervpn.node;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.MappingWatch;
import org.peervpn.node.DropCount.Reason;
import org.peervpn.node.NodeStatus.State;
import org.peervpn.node.Remembered.RememberedPeer;
import org.peervpn.node.control.AdmissionNotice;
import org.peervpn.node.control.ControlCodec;
import org.peervpn.node.control.Hello;
import org.peervpn.routing.AllowedIps;
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

    static final long RESOLVE_AGAIN_NANOS = seconds(15);
    static final long RESOLVE_RARELY_NANOS = seconds(60);

    private static final int MAX_CANDIDATES = 8;

    /** Between the first calls to remembered peers. */
    private static final long CALL_INTERVAL_NANOS = 10_000_000L;

    /** A stranger that has been away for longer is not called, but may call us. */
    private static final Duration CALL_SEEN_WITHIN = Duration.ofDays(7);

    /** Longer ago makes no difference. */
    private static final Duration LONG_AWAY = Duration.ofDays(365);

    private final NodeConfig config;
    private final NoisePublicKey publicKey;
    private final OverlayAddresses overlay;
    private final InstantSource wallClock;
    private final SecureRandom random;
    private final NodeOutput output;
    private final DropCount drops = new DropCount();
    private final PeerTable peers;
    private final Memory memory;
    private final Doorkeeper doorkeeper;
    private final Applicant applicant;
    private final Hellos hellos;
    private final Routes routes;
    private final PublicEndpoint publicEndpoint;
    private final ConnectPatience patience;
    private final Tunnel tunnel;
    private final List<NodeEvent> events = new ArrayList<>();

    /** Limits what strangers together can make us tell people. */
    private final Allowance guestLines = new Allowance(10, seconds(10));

    /** Whoever knows our key can make lines in a debug log. */
    private final Allowance strangersInLog = new Allowance(10, seconds(1));

    /** Whom the operator wants to be called, and whom to be admitted. */
    private List<ConnectLine> connect;

    private List<NoisePublicKey> allow;

    private long nowNanos;
    /** The earliest moment that {@link #settle} found in peers and clocks of the node itself. */
    private long ownDeadlineNanos = Long.MAX_VALUE;

    /** Something happened from which {@link #settle} has to draw conclusions. */
    private boolean unsettled;

    private @Nullable Set<Integer> uplinkFamilies;
    /** A peer that we call has answered once. */
    private boolean everReached;

    /** STOPPING or FAILED; null while the node is not being ended. */
    private @Nullable State ending;

    public NodeCore(
            NodeConfig config, InstantSource wallClock, SecureRandom random, Runnable wakeup, NodeOutput output) {
        this.config = config;
        this.publicKey = config.privateKey().publicKey();
        this.overlay = OverlayAddresses.of(publicKey, config.overlay());
        this.connect = config.connect();
        this.allow = config.allow();
        this.wallClock = wallClock;
        this.random = random;
        this.output = output;
        this.peers = new PeerTable(config.overlay(), overlay.ipv4());
        this.memory = new Memory(peers, config.remembered(), wallClock);
        this.doorkeeper = new Doorkeeper(config, peers);
        this.applicant = new Applicant(config, output);
        this.hellos = new Hellos(config);
        this.routes = new Routes(config, peers, overlay, output);
        this.publicEndpoint = new PublicEndpoint(config, random, output, this::publicEndpointChanged);
        this.patience = new ConnectPatience(config, peers, publicEndpoint);
        this.tunnel = new Tunnel(new TunnelConfig(config.privateKey(), wallClock, random, wakeup), new FromTunnel());
    }

    // The doors.

    /** Begins: peers are called, servers are asked. Called once, before all others. */
    public void start(long now) {
        nowNanos = now;
        config.remembered().removed().forEach(peers::ban);
        config.remembered().peers().forEach(this::recall);
        config.allow().forEach(key -> know(key, Origin.ALLOW));
        config.connect().forEach(line -> dial(line, Origin.CONNECT));
        callRemembered();
        if (config.passcode() != null && config.admission() == Admission.PASSCODE) {
            output.derive(publicKey);
        }
        patience.begin(now);
        publicEndpoint.ask(now);
        unsettled = true;
        settle();
    }

    /** A datagram from the network. May be overwritten during the call. */
    public void receiveDatagram(Path source, ByteBuffer datagram, long now) {
        nowNanos = now;
        if (MappingWatch.isStun(datagram)) {
            publicEndpoint.receiveDatagram(source.remote(), datagram, now);
        } else {
            tunnel.receiveDatagram(source, datagram, now);
        }
        settle();
    }

    /** A packet from this machine that the data path could not send by itself. */
    public void sendPacket(ByteBuffer packet, long now) {
        nowNanos = now;
        Lane lane = routes.allowedIps().lookupDestination(packet);
        if (lane == null) {
            drops.count(Reason.NO_PEER);
            return;
        }
        tunnel.sendPacket(lane.peer(), packet, now);
        settle();
    }

    /** For tests: a payload of their own making, to every peer that is connected. */
    void sendControl(ByteBuffer payload, long now) {
        nowNanos = now;
        for (PeerEntry entry : peers.entries()) {
            if (entry.up) {
                tunnel.sendPacket(entry.boundPeer(), payload.duplicate(), now);
            }
        }
        settle();
    }

    public void onTimeout(long now) {
        nowNanos = now;
        tunnel.onTimeout(now);
        publicEndpoint.onTimeout(now);
        unsettled |= now >= ownDeadlineNanos;
        settle();
    }

    public long nextDeadlineNanos() {
        return Math.min(ownDeadlineNanos, Math.min(tunnel.nextDeadlineNanos(), publicEndpoint.nextDeadlineNanos()));
    }

    /** What a name stands for now; empty if that could not be found out. */
    public void resolved(Endpoint endpoint, List<InetAddress> addresses, long now) {
        nowNanos = now;
        List<InetSocketAddress> found = addresses.stream()
                .limit(MAX_CANDIDATES)
                .map(address -> new InetSocketAddress(address, endpoint.port()))
                .toList();
        publicEndpoint.resolved(endpoint, found, now);
        for (PeerEntry entry : peers.entries()) {
            if (endpoint.equals(entry.endpoint) && !found.isEmpty() && !found.equals(entry.candidates)) {
                boolean isElsewhere = !entry.candidates.containsAll(found); // not only in another order
                entry.candidates = found;
                if (isElsewhere) {
                    LOG.debug("{} is at {} now, as its name says", entry.id, found);
                    callAnew(entry);
                }
            }
        }
        unsettled = true;
        settle();
    }

    /** The passcode is ready for this verifier. */
    public void derived(NoisePublicKey verifier, PasscodeKey key, long now) {
        nowNanos = now;
        PeerEntry entry = peers.get(verifier);
        if (verifier.equals(publicKey)) {
            doorkeeper.ownKey(key, now);
        } else if (entry != null) {
            applicant.derived(entry, key);
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
        publicEndpoint.networkChanged(now);
        for (PeerEntry entry : peers.entries()) {
            if (entry.up) { // also one that called us: it sends to where we were
                leaveFromAnyAddress(entry.boundPeer().lane());
                tunnel.sendKeepalive(entry.boundPeer(), now);
            } else if (entry.isDialled()) {
                callAnew(entry);
            }
        }
        unsettled = true;
        settle();
    }

    /** The address that the peer has sent to may not lead to it any more. */
    private void leaveFromAnyAddress(Lane lane) {
        Path old = lane.path();
        Path path = old == null ? null : output.pathTo(old.remote());
        if (path != null) {
            lane.path(path);
        }
    }

    /** The machine is now as {@link NodeOutput#route} asked. */
    public void routed(RouterConfig done, long now) {
        nowNanos = now;
        routes.applied(done);
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

    /**
     * Lets in the guest of this Peer ID, or whoever has this public key, now and in later runs; an {@link
     * IllegalArgumentException} says why not.
     */
    public PeerLabel admit(String peer, long now) {
        nowNanos = now;
        PeerEntry known = peers.lookup(peer);
        if (known == null && !PeerEntry.isKey(peer)) {
            throw new IllegalArgumentException(
                    "no guest is called " + peer + "; a public key can be admitted before it comes");
        }
        NoisePublicKey key = known != null ? known.key : NoisePublicKey.parse(peer);
        if (key.equals(publicKey)) {
            throw new IllegalArgumentException("that is this node's own public key");
        }
        PeerEntry entry = know(key, Origin.ADMIT);
        if (!entry.up && entry.boundPeer().isConnected(now)) {
            comeUp(entry);
        }
        unsettled = true;
        settle();
        return entry.label();
    }

    /** Forgets the peer at once, and does not let it in again, now or in later runs, until it is named anew. */
    public PeerLabel remove(String peer, long now) {
        nowNanos = now;
        PeerEntry entry = peers.find(peer);
        forget(entry, "removed");
        peers.ban(entry.key);
        memory.forget(entry.key);
        memory.changed(now);
        unsettled = true;
        settle();
        return entry.label();
    }

    /**
     * The operator wants other peers to be called and admitted than before. Who is new is known; who is named no more is
     * forgotten, unless it came by {@link #add} or by the line. Who was removed meanwhile comes back only if it is new.
     */
    public void reload(List<ConnectLine> newConnect, List<NoisePublicKey> newAllow, long now) {
        nowNanos = now;
        Set<NoisePublicKey> called =
                newConnect.stream().map(ConnectLine::publicKey).collect(Collectors.toSet());
        for (PeerEntry entry : List.copyOf(peers.entries())) {
            if (entry.origin == Origin.CONNECT && !called.contains(entry.key)) {
                hangUp(entry);
            }
            if (entry.origin == Origin.ALLOW && !newAllow.contains(entry.key)) {
                forget(entry, "no longer in the configuration");
            }
        }
        newAllow.stream().filter(key -> !allow.contains(key)).forEach(key -> know(key, Origin.ALLOW));
        newConnect.stream().filter(line -> !connect.contains(line)).forEach(line -> dial(line, Origin.CONNECT));
        connect = List.copyOf(newConnect);
        allow = List.copyOf(newAllow);
        routes.connect(connect);
        unsettled = true;
        settle();
    }

    /** From now on nothing is told any more. */
    public void stopping(boolean failed) {
        if (ending == null) {
            ending = failed ? State.FAILED : State.STOPPING;
        }
    }

    /** Which peer owns an inner address, the exit included. Any thread may read it. */
    public AllowedIps<Lane> allowedIps() {
        return routes.allowedIps();
    }

    /** Any thread may count. */
    public DropCount drops() {
        return drops;
    }

    public OverlayAddresses overlay() {
        return overlay;
    }

    /** What is to be known in the next run. */
    public Remembered remembered() {
        return memory.snapshot();
    }

    // Peers.

    /** A peer of an earlier run. */
    private void recall(RememberedPeer known) {
        boolean isOurs = !known.key().equals(publicKey) && !peers.isBanned(known.key());
        if (!isOurs || !known.origin().outlives(config.admission())) {
            return;
        }
        PeerEntry entry = known.calls() == null
                ? know(known.key(), known.origin())
                : dial(new ConnectLine(known.key(), known.calls()), known.origin());
        entry.name = known.name();
        if (entry.origin.isStranger() && known.lastEndpoint() != null) {
            InetSocketAddress last = known.lastEndpoint().literal();
            entry.source = last == null ? null : Source.of(last.getAddress());
        }
        entry.lastSeen = known.lastSeen();
        if (known.lastSeen() != null) {
            Duration away = Duration.between(known.lastSeen(), wallClock.instant());
            // By the uptime alone it may have been away since before this node started: such a moment is negative. What
            // is written down may be any time, and further away than nanoseconds can count.
            entry.downSinceNanos = nowNanos - (away.compareTo(LONG_AWAY) > 0 ? LONG_AWAY : atLeastZero(away)).toNanos();
        }
    }

    private static Duration atLeastZero(Duration away) {
        return away.isNegative() ? Duration.ZERO : away;
    }

    /** Whoever was connected before may be waiting for us: it is called where it was last, the latest one first. */
    private void callRemembered() {
        Instant longAgo = wallClock.instant().minus(CALL_SEEN_WITHIN);
        long callNanos = nowNanos;
        for (PeerEntry entry : latestFirst()) {
            RememberedPeer known = memory.of(entry.key);
            if (known == null || known.lastEndpoint() == null) {
                continue;
            }
            entry.lastEndpoint = known.lastEndpoint();
            boolean recent = known.lastSeen() != null && known.lastSeen().isAfter(longAgo);
            if (recent || !entry.origin.isStranger()) {
                entry.calls.beginAnew(nowNanos);
                entry.nextDialNanos = Math.min(entry.nextDialNanos, callNanos);
                callNanos += CALL_INTERVAL_NANOS;
            }
        }
    }

    private List<PeerEntry> latestFirst() {
        return peers.entries().stream()
                .sorted(Comparator.comparing(
                        (PeerEntry entry) -> {
                            RememberedPeer known = memory.of(entry.key);
                            return known == null || known.lastSeen() == null ? Instant.EPOCH : known.lastSeen();
                        },
                        Comparator.reverseOrder()))
                .toList();
    }

    private PeerEntry know(NoisePublicKey key, Origin origin) {
        // The tunnel first: if it has no room, nothing is left behind here.
        Peer known = tunnel.peer(key);
        Peer peer = known != null ? known : tunnel.addPeer(new PeerConfig(key, PresharedKey.NONE, 0));
        PeerEntry entry = peers.get(key);
        if (entry == null) {
            entry = peers.add(key, origin, nowNanos);
        } else if (entry.origin.isStranger()) {
            entry.origin = origin;
        }
        entry.peer = peer;
        peers.unban(key);
        peers.admit(entry);
        routes.ownersChanged();
        memory.changed(nowNanos);
        return entry;
    }

    private PeerEntry dial(ConnectLine line, Origin origin) {
        PeerEntry entry = know(line.publicKey(), origin);
        if (!entry.isDialled()) {
            entry.origin = origin;
        }
        if (entry.up) {
            entry.boundPeer().persistentKeepaliveNanos(PERSISTENT_KEEPALIVE_NANOS);
        }
        entry.endpoint = line.endpoint();
        entry.triesCandidates = true;
        entry.unanswered = 0;
        InetSocketAddress literal = line.endpoint().literal();
        entry.candidates = literal == null ? List.of() : List.of(literal);
        callAnew(entry);
        return entry;
    }

    private void callAnew(PeerEntry entry) {
        entry.calls.beginAnew(nowNanos);
        if (entry.candidates.isEmpty()) {
            entry.nextResolveNanos = nowNanos;
        } else {
            entry.nextDialNanos = nowNanos;
        }
    }

    /** It may still come by itself. */
    private void hangUp(PeerEntry entry) {
        entry.origin = Origin.ALLOW;
        entry.endpoint = null;
        entry.candidates = List.of();
        entry.nextDialNanos = Long.MAX_VALUE;
        entry.nextResolveNanos = Long.MAX_VALUE;
        entry.boundPeer().persistentKeepaliveNanos(0);
    }

    private void forget(PeerEntry entry, String why) {
        // An initiation that was refused after all has left a peer in the tunnel of which we never heard again.
        Peer bound = entry.peer != null ? entry.peer : tunnel.peer(entry.key);
        if (bound != null) {
            tunnel.removePeer(bound);
        }
        peers.remove(entry);
        routes.forget(entry);
        if (entry.admitted) {
            memory.changed(nowNanos);
        }
        if (entry.up) {
            events.add(new NodeEvent.PeerGone(entry.label(), why));
        }
    }

    private @Nullable PeerEntry entryOf(Peer peer) {
        PeerEntry entry = peers.get(peer.publicKey());
        if (entry != null && entry.peer == null) {
            entry.peer = peer;
        }
        return entry;
    }

    private void comeUp(PeerEntry entry) {
        entry.up = true;
        entry.wasUp = true;
        entry.upSinceNanos = nowNanos;
        if (entry.isDialled()) {
            everReached = true;
            entry.boundPeer().persistentKeepaliveNanos(PERSISTENT_KEEPALIVE_NANOS);
        }
        hellos.begin(entry, nowNanos);
        memory.changed(nowNanos);
        events.add(new NodeEvent.PeerConnected(
                entry.label(),
                endpointOf(entry),
                entry.addresses().stream().map(StatusView::address).toList()));
    }

    private static String endpointOf(PeerEntry entry) {
        Path path = entry.boundPeer().lane().path();
        return path == null ? "" : Endpoint.text(path.remote());
    }

    // Conclusions.

    private void settle() {
        if (!unsettled) {
            return;
        }
        while (unsettled) {
            unsettled = false;
            List.copyOf(peers.entries()).forEach(this::settle);
            peers.expired(nowNanos).forEach(entry -> forget(entry, "forgotten"));
        }
        routes.update(everReached, nowNanos, this::tell);
        if (everReached) {
            patience.end();
        }
        patience.onTimeout(nowNanos, this::tell);
        if (!routes.isReady()) {
            patience.refused(applicant, this::tell);
        }
        Remembered due = memory.due(nowNanos);
        if (due != null) {
            output.remember(due);
        }
        ownDeadlineNanos = ownDeadline();
        // An event may make its receiver ask for the status, so everything is settled before the first leaves.
        List<NodeEvent> happened = List.copyOf(events);
        events.clear();
        happened.forEach(output::event);
    }

    private void tell(NodeEvent event) {
        // To a node that is being put back, nothing happens any more.
        if (ending == null) {
            events.add(event);
        }
    }

    private void settle(PeerEntry entry) {
        if (entry.nextResolveNanos <= nowNanos && entry.endpoint != null) {
            long pause = entry.calls.isQuick(nowNanos) ? RESOLVE_AGAIN_NANOS : RESOLVE_RARELY_NANOS;
            entry.nextResolveNanos = entry.up ? Long.MAX_VALUE : nowNanos + pause;
            entry.lastResolveNanos = nowNanos;
            output.resolve(entry.endpoint);
        }
        if (entry.nextDialNanos <= nowNanos) {
            entry.nextDialNanos = Long.MAX_VALUE;
            call(entry);
        }
        if (entry.up) {
            greet(entry);
        } else if (entry.isGuest() && entry.confirmed) {
            sendIfAny(entry, doorkeeper.due(entry, nowNanos));
        }
    }

    private void sendIfAny(PeerEntry entry, @Nullable ByteBuffer message) {
        if (message != null) {
            tunnel.sendPacket(entry.boundPeer(), message, nowNanos);
        }
    }

    private void call(PeerEntry entry) {
        if (entry.calls.isQuick(nowNanos)) {
            tunnel.initiate(entry.boundPeer(), nowNanos);
        } else {
            tunnel.initiateOnce(entry.boundPeer(), nowNanos);
        }
    }

    private void greet(PeerEntry entry) {
        sendIfAny(entry, hellos.answer(entry));
        sendIfAny(entry, hellos.due(entry, nowNanos));
        sendIfAny(entry, applicant.proof(entry));
    }

    private long ownDeadline() {
        long next = Math.min(patience.nextDeadlineNanos(), routes.nextDeadlineNanos(nowNanos));
        next = Math.min(next, memory.nextDeadlineNanos());
        for (PeerEntry entry : peers.entries()) {
            next = Math.min(next, Math.min(entry.nextDialNanos, entry.nextResolveNanos));
            if (entry.up) {
                next = Math.min(next, entry.nextHelloNanos);
            }
            if (entry.isGuest()) {
                next = Math.min(next, Math.min(entry.nextNoticeNanos, PeerTable.guestUntilNanos(entry)));
            }
        }
        return next;
    }

    // Status.

    /** The endpoint to announce; null while unknown. */
    public @Nullable String publicEndpoint() {
        return publicEndpoint.text();
    }

    /** True if the operator said so or two STUN servers agree. */
    public boolean publicEndpointConfirmed() {
        return publicEndpoint.isConfirmed();
    }

    /** True once every STUN server has answered or has had its time. */
    public boolean publicEndpointSettled() {
        return publicEndpoint.isSettled();
    }

    /** True if STUN servers see different endpoints, so that none can be announced. */
    public boolean serversDisagree() {
        return publicEndpoint.serversDisagree();
    }

    private void publicEndpointChanged(NodeEvent.PublicEndpoint event) {
        events.add(event);
        unsettled = true;
    }

    public NodeStatus status(String interfaceName, int port, Map<String, Long> edgeDrops, long now) {
        nowNanos = now;
        Map<String, Long> counts = drops.counts();
        counts.putAll(edgeDrops);
        counts.put("stun", publicEndpoint.droppedDatagrams());
        counts.values().removeIf(count -> count == 0);
        PeerEntry using = routes.exit();
        return new NodeStatus(
                state(),
                PeerId.of(publicKey).text(),
                publicKey.toString(),
                interfaceName,
                routes.ownAddresses().stream().map(StatusView::address).toList(),
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
        if (ending != null) {
            return ending;
        }
        if (config.waitForPeers() && !routes.isReady()) {
            return State.STARTING;
        }
        if (config.waitForPeers() && connect.isEmpty()) {
            return State.CONNECTED;
        }
        if (peers.entries().stream().noneMatch(entry -> entry.up && entry.isDialled() && entry.refusal == null)) {
            // A peer that has answered but does not let us in has not been reached.
            return everReached && routes.isReady() ? State.RECONNECTING : State.CONNECTING;
        }
        PeerEntry exit = routes.exit();
        boolean exitAway = exit != null && !exit.up;
        return exitAway ? State.RECONNECTING : routes.isReady() ? State.CONNECTED : State.CONNECTING;
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
                if (path != null) {
                    resolveAgain(entry);
                }
            }
            if (isInitiation) {
                LOG.debug("handshake with {}: initiation by {}, to {}", entry.id, path, entry.places());
                entry.triesCandidates = true;
                entry.unanswered++;
            }
        }

        /** The name may stand for another address by now. */
        private void resolveAgain(PeerEntry entry) {
            boolean isName = entry.endpoint != null && entry.endpoint.literal() == null;
            if (isName && nowNanos - entry.lastResolveNanos >= RESOLVE_AGAIN_NANOS) {
                entry.nextResolveNanos = nowNanos;
                unsettled = true;
            }
        }

        private void sendToCandidates(PeerEntry entry, @Nullable Path path, ByteBuffer datagram) {
            boolean sent = path != null;
            for (InetSocketAddress candidate : entry.places()) {
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
            if (entry == null) {
                drops.count(Reason.NOT_ADMITTED);
            } else if (!entry.admitted) {
                receiveFromGuest(entry, payload);
            } else if (ControlCodec.isControl(payload)) {
                receiveControl(entry, payload);
            } else if (!IpPacket.trim(payload)) {
                drops.count(Reason.BAD_PACKET);
            } else if (routes.allowedIps().lookupSource(payload) != peer.lane() || routes.isFromUs(payload)) {
                drops.count(Reason.FOREIGN_SOURCE);
            } else {
                output.toTun(payload);
            }
        }

        /** Of a guest, only the proof of the passcode is heard. */
        private void receiveFromGuest(PeerEntry guest, ByteBuffer payload) {
            boolean isProof =
                    ControlCodec.isControl(payload) && ControlCodec.type(payload) == ControlCodec.PASSCODE_PROOF;
            if (!isProof || !guest.mayHear(nowNanos)) {
                drops.count(Reason.NOT_ADMITTED);
                return;
            }
            switch (doorkeeper.hearProof(guest, payload, nowNanos)) {
                case ADMITTED -> letIn(guest);
                case REFUSED -> drops.count(Reason.WRONG_PASSCODE);
                case NOT_ASKED -> drops.count(Reason.NOT_ADMITTED);
                case MALFORMED -> drops.count(Reason.BAD_CONTROL_MESSAGE);
            }
            unsettled = true;
        }

        private void receiveControl(PeerEntry entry, ByteBuffer payload) {
            if (!entry.mayHear(nowNanos)) {
                drops.count(Reason.TOO_MANY_CONTROL_MESSAGES);
                return;
            }
            switch (ControlCodec.type(payload)) {
                case ControlCodec.HELLO -> receiveHello(entry, payload);
                case ControlCodec.ADMISSION_NOTICE -> receiveNotice(entry, payload);
                default -> {} // of a later version
            }
        }

        private void receiveNotice(PeerEntry entry, ByteBuffer payload) {
            AdmissionNotice notice = ControlCodec.decodeNotice(payload);
            if (notice == null) {
                drops.count(Reason.BAD_CONTROL_MESSAGE);
            } else if (entry.isDialled()) {
                NodeEvent.NotLetIn news = applicant.hear(entry, notice);
                if (news != null && entry.mayTell(nowNanos)) {
                    events.add(news);
                }
                unsettled = true;
            }
        }

        private void receiveHello(PeerEntry entry, ByteBuffer payload) {
            Hello before = entry.hello;
            if (hellos.hear(entry, payload, nowNanos)) {
                if (entry.refusal != null) {
                    entry.refusal = null; // it has let us in; what we said before, it has not heard
                    hellos.begin(entry, nowNanos);
                }
                if (entry.hello != null && !entry.hello.saysTheSameAs(before) && entry.mayTell(nowNanos)) {
                    events.add(new NodeEvent.PeerNamed(entry.label(), entry.hello.exitFamilies()));
                    memory.changed(nowNanos);
                }
                unsettled = true;
            } else {
                drops.count(Reason.BAD_CONTROL_MESSAGE);
            }
        }

        @Override
        public @Nullable PeerConfig unknownPeer(NoisePublicKey key, Path source) {
            if (!doorkeeper.mayKnock(key)) {
                debugOfStranger("handshake: {} at {} is not admitted", key, source);
                return null;
            }
            if (!peers.hasRoomForStranger(source.remote().getAddress())) {
                drops.count(Reason.TOO_MANY_PEERS);
                return null;
            }
            peers.add(key, Origin.LINE, nowNanos).source =
                    Source.of(source.remote().getAddress());
            unsettled = true;
            debugOfStranger("handshake: {} at {} is a guest until its first message", key, source);
            return new PeerConfig(key, PresharedKey.NONE, 0);
        }

        private void debugOfStranger(String what, NoisePublicKey key, Path source) {
            if (LOG.isDebugEnabled() && strangersInLog.take(nowNanos)) {
                LOG.debug(what, PeerId.of(key), source);
            }
        }

        @Override
        public void authenticatedFrom(Peer peer, Path source) {
            PeerEntry entry = entryOf(peer);
            Path old = peer.lane().path();
            peer.lane().path(source);
            if (entry == null) {
                return;
            }
            LOG.debug("path to {}: {} -> {}, from where its last authenticated datagram came", entry.id, old, source);
            entry.calls.beginAnew(nowNanos);
            entry.pathSince = wallClock.instant();
            entry.pathWhy = "the peer's last authenticated datagram came from there";
            if (entry.admitted) {
                memory.changed(nowNanos);
            }
            boolean elsewhere = old != null && !old.remote().equals(source.remote());
            if (entry.up && old != null && elsewhere && entry.mayTell(nowNanos)) {
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
            entry.unanswered = 0;
            if (entry.admitted) {
                if (!entry.up) {
                    comeUp(entry);
                }
            } else {
                arrived(entry);
            }
            unsettled = true;
        }

        private void arrived(PeerEntry guest) {
            boolean isNew = !guest.confirmed;
            if (doorkeeper.arrived(guest, nowNanos)) {
                letIn(guest);
            } else if (isNew && config.admission() == Admission.ASK && guestLines.take(nowNanos)) {
                events.add(new NodeEvent.GuestAsks(guest.label(), guest.key.toString(), endpointOf(guest)));
            }
        }

        private void letIn(PeerEntry guest) {
            peers.admit(guest);
            routes.ownersChanged();
            routes.publishOwners(); // the packet that has just proved it may follow within this call
            comeUp(guest);
        }

        @Override
        public void gaveUp(Peer peer) {
            PeerEntry entry = entryOf(peer);
            LOG.debug("no answer to the handshakes with {}", PeerId.of(peer.publicKey()));
            if (entry != null && entry.isDialled()) {
                callLater(entry);
            }
        }

        @Override
        public void disconnected(Peer peer) {
            PeerEntry entry = entryOf(peer);
            if (entry != null && entry.up) {
                LOG.debug("connection with {} lost: no handshake for so long", entry.id);
                entry.up = false;
                entry.downSinceNanos = nowNanos;
                entry.lastSeen = wallClock.instant();
                memory.changed(nowNanos);
                events.add(new NodeEvent.PeerGone(entry.label(), "no answer for 3 minutes"));
                unsettled = true;
            }
            if (entry != null && entry.isDialled()) {
                entry.calls.beginAnew(nowNanos);
                callLater(entry);
            }
        }

        private void callLater(PeerEntry entry) {
            if (entry.up) {
                entry.calls.beginAnew(nowNanos);
            } else {
                // It would call, too, and every 25 s.
                entry.boundPeer().persistentKeepaliveNanos(0);
            }
            entry.nextDialNanos = entry.calls.nextCallNanos(nowNanos, random);
            entry.nextResolveNanos = Math.min(entry.nextResolveNanos, entry.nextDialNanos);
            LOG.debug("{} is called again in {} s", entry.id, (entry.nextDialNanos - nowNanos) / seconds(1));
            unsettled = true;
        }

        @Override
        public void dropped(DropReason reason) {
            drops.count(reason);
        }
    }

    static long seconds(long seconds) {
        return seconds * 1_000_000_000L;
    }
}
