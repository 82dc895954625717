package org.peervpn.node;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.MappingWatch;
import org.peervpn.node.DropCount.Reason;
import org.peervpn.node.NodeStatus.State;
import org.peervpn.node.PeerEntry.Origin;
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

    static final long REDIAL_NANOS = seconds(1);
    static final long RESOLVE_AGAIN_NANOS = seconds(15);

    private static final int MAX_CANDIDATES = 8;

    private final NodeConfig config;
    private final NoisePublicKey publicKey;
    private final OverlayAddresses overlay;
    private final InstantSource wallClock;
    private final NodeOutput output;
    private final DropCount drops = new DropCount();
    private final PeerTable peers;
    private final Hellos hellos;
    private final Routes routes;
    private final PublicEndpoint publicEndpoint;
    private final ConnectPatience patience;
    private final Tunnel tunnel;
    private final List<NodeEvent> events = new ArrayList<>();

    private long nowNanos;
    /** The earliest moment that {@link #settle} found in peers and clocks of the node itself. */
    private long ownDeadlineNanos = Long.MAX_VALUE;

    /** Something happened from which {@link #settle} has to draw conclusions. */
    private boolean unsettled;

    private @Nullable Set<Integer> uplinkFamilies;
    /** A peer that we call has answered once. */
    private boolean everReached;

    private boolean stopping;

    public NodeCore(
            NodeConfig config, InstantSource wallClock, SecureRandom random, Runnable wakeup, NodeOutput output) {
        this.config = config;
        this.publicKey = config.privateKey().publicKey();
        this.overlay = OverlayAddresses.of(publicKey, config.overlay());
        this.wallClock = wallClock;
        this.output = output;
        this.peers = new PeerTable(config.overlay(), overlay.ipv4());
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
        config.allow().forEach(key -> know(key, Origin.ALLOW));
        config.connect().forEach(line -> dial(line, Origin.CONNECT));
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
        publicEndpoint.networkChanged(now);
        for (PeerEntry entry : peers.entries()) {
            if (entry.up) { // also one that called us: it sends to where we were
                leaveFromAnyAddress(entry.boundPeer().lane());
                tunnel.sendKeepalive(entry.boundPeer(), now);
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
        return routes.allowedIps();
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
        // The tunnel first: if it has no room, nothing is left behind here.
        Peer known = tunnel.peer(key);
        Peer peer = known != null ? known : tunnel.addPeer(new PeerConfig(key, PresharedKey.NONE, 0));
        PeerEntry entry = peers.get(key);
        if (entry == null) {
            entry = peers.add(key, origin, nowNanos);
        } else if (entry.origin == Origin.LINE) {
            entry.origin = origin;
        }
        entry.peer = peer;
        peers.unban(key);
        peers.admit(entry);
        routes.ownersChanged();
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
        // An initiation that was refused after all has left a peer in the tunnel of which we never heard again.
        Peer bound = entry.peer != null ? entry.peer : tunnel.peer(entry.key);
        if (bound != null) {
            tunnel.removePeer(bound);
        }
        peers.remove(entry);
        routes.forget(entry);
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
        ownDeadlineNanos = ownDeadline();
        // An event may make its receiver ask for the status, so everything is settled before the first leaves.
        List<NodeEvent> due = List.copyOf(events);
        events.clear();
        due.forEach(output::event);
    }

    private void tell(NodeEvent event) {
        // To a node that is being put back, nothing happens any more.
        if (!stopping) {
            events.add(event);
        }
    }

    private void settle(PeerEntry entry) {
        if (entry.nextResolveNanos <= nowNanos && entry.endpoint != null) {
            entry.nextResolveNanos = entry.up ? Long.MAX_VALUE : nowNanos + RESOLVE_AGAIN_NANOS;
            entry.lastResolveNanos = nowNanos;
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

    private long ownDeadline() {
        long next = Math.min(patience.nextDeadlineNanos(), routes.nextDeadlineNanos(nowNanos));
        for (PeerEntry entry : peers.entries()) {
            next = Math.min(next, Math.min(entry.nextDialNanos, entry.nextResolveNanos));
            if (entry.up) {
                next = Math.min(next, entry.nextHelloNanos);
            }
            if (!entry.admitted && entry.origin == Origin.LINE) {
                next = Math.min(next, entry.createdNanos + PeerTable.GUEST_LIFETIME_NANOS);
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
        if (stopping) {
            return State.STOPPING;
        }
        if (config.waitForPeers() && config.connect().isEmpty()) {
            return routes.isReady() ? State.CONNECTED : State.STARTING;
        }
        if (peers.entries().stream().anyMatch(entry -> entry.up && entry.isDialled())) {
            PeerEntry exit = routes.exit();
            boolean exitAway = exit != null && !exit.up;
            return exitAway ? State.RECONNECTING : routes.isReady() ? State.CONNECTED : State.STARTING;
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
                if (path != null) {
                    resolveAgain(entry);
                }
            }
            if (isInitiation) {
                entry.triesCandidates = true;
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
            } else if (routes.allowedIps().lookupSource(payload) != peer.lane()) {
                drops.count(Reason.FOREIGN_SOURCE);
            } else {
                output.toTun(payload);
            }
        }

        private void receiveControl(PeerEntry entry, ByteBuffer payload) {
            if (ControlCodec.type(payload) != ControlCodec.HELLO) {
                return; // of a later version
            }
            if (!entry.mayHear(nowNanos)) {
                drops.count(Reason.TOO_MANY_CONTROL_MESSAGES);
                return;
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
            if (!peers.hasRoomForStranger(source.remote().getAddress())) {
                drops.count(Reason.TOO_MANY_PEERS);
                return null;
            }
            peers.add(key, Origin.LINE, nowNanos).source =
                    Source.of(source.remote().getAddress());
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
            if (!entry.admitted) {
                peers.admit(entry); // by the line: it has proved that it knows our key and lives where it says
                routes.ownersChanged();
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

    static long seconds(long seconds) {
        return seconds * 1_000_000_000L;
    }
}
