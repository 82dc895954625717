package org.peervpn.node;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.MappingWatch;
import org.peervpn.nat.NatName;
import org.peervpn.nat.Reach;
import org.peervpn.nat.portmap.PortMapped;
import org.peervpn.node.DropCount.Reason;
import org.peervpn.node.NodeStatus.State;
import org.peervpn.node.Remembered.OpenInvitation;
import org.peervpn.node.control.ControlCodec;
import org.peervpn.node.control.Hello;
import org.peervpn.node.invitation.Invitation;
import org.peervpn.node.invitation.OneTimeSecret;
import org.peervpn.routing.AllowedIps;
import org.peervpn.routing.RouterConfig;
import org.peervpn.tunnel.DropReason;
import org.peervpn.tunnel.Lane;
import org.peervpn.tunnel.NoisePublicKey;
import org.peervpn.tunnel.Path;
import org.peervpn.tunnel.Peer;
import org.peervpn.tunnel.PeerConfig;
import org.peervpn.tunnel.TransportReceiver;
import org.peervpn.tunnel.Tunnel;
import org.peervpn.tunnel.TunnelConfig;
import org.peervpn.tunnel.TunnelOutput;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node without its machine: joins the tunnel, the watch over the public mapping, admission, hellos and the choice of
 * the exit. Core: called by the loop only; what other threads may use is {@link #allowedIps()}, {@link #drops()}, {@link
 * #newReceiver} and {@link #passes}.
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

    /** How long a peer may take to say hello before it counts as one that does not. */
    static final long HELLO_PATIENCE_NANOS = seconds(3);

    /** How long the operator is not bothered with a guest that may have an invitation to prove. */
    static final long INVITED_PATIENCE_NANOS = seconds(2);

    private static final int MAX_CANDIDATES = 8;

    private final NodeConfig config;
    private final NoisePublicKey publicKey;
    private final PeerId id;
    private final OverlayAddresses overlay;
    private final InstantSource wallClock;
    private final NodeOutput output;
    private final DropCount drops = new DropCount();
    private final PeerTable peers;
    private final Invitations invitations;
    private final Memory memory;
    private final Doorkeeper doorkeeper;
    private final Applicant applicant;
    private final Hellos hellos;
    private final Routes routes;
    private final PublicEndpoint publicEndpoint;
    private final ConnectPatience patience;
    private final FromTunnel fromTunnel = new FromTunnel();
    private final Tunnel tunnel;
    private final Turn turn = new Turn();
    private final Roster roster;
    private final Calls calls;
    private final Conversation conversation;
    private final Paths paths;
    private final Lan lan;

    /** Limits what strangers together can make us tell people. */
    private final Allowance guestLines = new Allowance(10, seconds(10));

    /** Whoever knows our key can make lines in a debug log. */
    private final Allowance strangersInLog = new Allowance(10, seconds(1));

    /** Whom the operator wants to be called, and whom to be admitted. */
    private List<ConnectLine> connect;

    private List<NoisePublicKey> allow;

    /** The earliest moment that {@link #settle} found in peers and clocks of the node itself. */
    private long ownDeadlineNanos = Long.MAX_VALUE;

    private boolean started;
    private @Nullable Set<Integer> uplinkFamilies;
    /** STOPPING or FAILED; null while the node is not being ended. */
    private @Nullable State ending;

    public NodeCore(
            NodeConfig config, InstantSource wallClock, SecureRandom random, Runnable wakeup, NodeOutput output) {
        this.config = config;
        this.publicKey = config.privateKey().publicKey();
        this.id = PeerId.of(publicKey);
        this.overlay = OverlayAddresses.of(publicKey, config.overlay());
        this.connect = config.connect();
        this.allow = config.allow();
        this.wallClock = wallClock;
        this.output = output;
        this.peers = new PeerTable(config.overlay(), overlay.ipv4());
        this.invitations = new Invitations(publicKey);
        this.memory = new Memory(peers, invitations, config.remembered(), wallClock);
        this.doorkeeper = new Doorkeeper(config, peers, invitations);
        this.applicant = new Applicant(config, output);
        this.hellos = new Hellos(config);
        this.routes = new Routes(config, peers, overlay, output);
        this.publicEndpoint = new PublicEndpoint(config, random, output, this::publicEndpointChanged);
        this.patience = new ConnectPatience(config, peers, publicEndpoint);
        this.tunnel = new Tunnel(new TunnelConfig(config.privateKey(), wallClock, random, wakeup), fromTunnel);
        this.paths = new Paths(config, turn, tunnel, output, peers, publicEndpoint, wallClock, random);
        this.lan = new Lan(config.lanBeacon(), turn, output, drops, peers, paths, random);
        this.roster = new Roster(config, turn, tunnel, peers, routes, memory, hellos, paths, wallClock);
        this.calls = new Calls(turn, tunnel, output, drops, random, paths, wallClock);
        this.conversation = new Conversation(turn, tunnel, drops, roster, memory, hellos, doorkeeper, applicant, paths);
    }

    // The doors.

    /** Begins: peers are called, servers are asked. Called once, before all others. */
    public void start(long now) {
        turn.begin(now);
        started = true;
        roster.recall(calls);
        config.remembered().invitations().forEach(this::invite);
        config.allow().forEach(key -> roster.know(key, Origin.ALLOW));
        config.connect().forEach(line -> dial(line, Origin.CONNECT));
        roster.callRemembered();
        if (config.passcode() != null && config.admission() == Admission.PASSCODE) {
            output.derive(publicKey);
        }
        patience.begin(now);
        publicEndpoint.ask(now);
        lan.changed();
        turn.unsettle();
        settle();
    }

    /** A datagram from the network. May be changed during the call, its position and limit, too. */
    public void receiveDatagram(Path source, ByteBuffer datagram, long now) {
        turn.begin(now);
        if (MappingWatch.isStun(datagram)) {
            boolean isAnswer =
                    !paths.receive(source, datagram) && publicEndpoint.receiveDatagram(source.remote(), datagram, now);
            if (isAnswer) {
                turn.unsettle();
            }
        } else {
            tunnel.receiveDatagram(source, datagram, now);
        }
        settle();
    }

    /** A datagram that came from the local network to the group of the beacons. */
    public void receiveBeacon(InetSocketAddress source, ByteBuffer datagram, long now) {
        turn.begin(now);
        lan.receive(source, datagram);
        settle();
    }

    /** A payload that another thread has opened, and that is not {@linkplain #passes let through} there. */
    public void receivePayload(Lane lane, ByteBuffer payload, long now) {
        turn.begin(now);
        // First what that thread has found out along with it: a keypair is confirmed, and the guest has arrived.
        tunnel.onTimeout(now);
        Peer peer = lane.peer();
        if (peer.equals(tunnel.peer(peer.publicKey()))) {
            fromTunnel.received(peer, payload);
        } else {
            drops.count(Reason.NOT_ADMITTED); // removed meanwhile
        }
        settle();
    }

    /** A packet from this machine that the data path could not send by itself. */
    public void sendPacket(ByteBuffer packet, long now) {
        turn.begin(now);
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
        turn.begin(now);
        for (PeerEntry entry : peers.entries()) {
            if (entry.up) {
                tunnel.sendPacket(entry.boundPeer(), payload.duplicate(), now);
            }
        }
        settle();
    }

    public void onTimeout(long now) {
        turn.begin(now);
        tunnel.onTimeout(now);
        boolean knowsMore = publicEndpoint.onTimeout(now);
        paths.onTimeout();
        if (knowsMore || now >= ownDeadlineNanos) {
            turn.unsettle();
        }
        settle();
    }

    public long nextDeadlineNanos() {
        long next = Math.min(ownDeadlineNanos, paths.nextDeadlineNanos());
        return Math.min(next, Math.min(tunnel.nextDeadlineNanos(), publicEndpoint.nextDeadlineNanos()));
    }

    /** What a name stands for now; empty if that could not be found out. */
    public void resolved(Endpoint endpoint, List<InetAddress> addresses, long now) {
        turn.begin(now);
        List<InetSocketAddress> found = addresses.stream()
                .limit(MAX_CANDIDATES)
                .map(address -> new InetSocketAddress(address, endpoint.port()))
                .toList();
        publicEndpoint.resolved(endpoint, found, now);
        peers.entries().forEach(entry -> calls.resolved(entry, endpoint, found));
        turn.unsettle();
        settle();
    }

    /** The passcode is ready for this verifier. */
    public void derived(NoisePublicKey verifier, PasscodeKey key, long now) {
        turn.begin(now);
        PeerEntry entry = peers.get(verifier);
        if (verifier.equals(publicKey)) {
            doorkeeper.ownKey(key, now);
        } else if (entry != null) {
            applicant.derived(entry, key);
        }
        turn.unsettle();
        settle();
    }

    /** The address families (4, 6) in which this machine reaches the internet without us. */
    public void uplinks(Set<Integer> families, long now) {
        turn.begin(now);
        if (config.offerExit() && !families.equals(uplinkFamilies)) {
            turn.tell(new NodeEvent.ExitOffer(families));
        }
        uplinkFamilies = families;
        hellos.offer(config.offerExit() ? families : Set.of(), peers.entries(), now);
        turn.unsettle();
        settle();
    }

    /** The machine's addresses or routes have changed: mappings and paths may have, too. */
    public void networkChanged(long now) {
        turn.begin(now);
        publicEndpoint.networkChanged(now);
        lan.changed();
        peers.entries().forEach(calls::networkChanged);
        turn.unsettle();
        settle();
    }

    /** The machine's own addresses and the port are these. May be called before {@link #start}. */
    public void local(List<LocalNetwork> networks, int port, long now) {
        turn.begin(now);
        boolean isNew = paths.local(networks, port);
        if (started && isNew) {
            lan.changed();
        }
        if (started) {
            turn.unsettle();
            settle();
        }
    }

    /** Where this node can be reached, as far as it knows. */
    public Reach reach() {
        return paths.ours();
    }

    /** The machine is now as {@link NodeOutput#route} asked. */
    public void routed(RouterConfig done, long now) {
        turn.begin(now);
        routes.applied(done);
        turn.unsettle();
        settle();
    }

    /** Knows the peer, calls it and keeps calling; an {@link IllegalArgumentException} says why not. */
    public PeerLabel add(ConnectLine line, long now) {
        if (line.publicKey().equals(publicKey)) {
            throw new IllegalArgumentException("that is this node's own public key");
        }
        turn.begin(now);
        PeerLabel label = dial(line, Origin.ADD).label();
        turn.unsettle();
        settle();
        return label;
    }

    /**
     * Lets in the guest of this Peer ID, or whoever has this public key, now and in later runs; an {@link
     * IllegalArgumentException} says why not.
     */
    public PeerLabel admit(String peer, long now) {
        turn.begin(now);
        PeerEntry known = peers.lookup(peer);
        if (known == null && !PeerEntry.isKey(peer)) {
            throw new IllegalArgumentException(
                    "no guest is called " + peer + "; a public key can be admitted before it comes");
        }
        NoisePublicKey key = known != null ? known.key : NoisePublicKey.parse(peer);
        if (key.equals(publicKey)) {
            throw new IllegalArgumentException("that is this node's own public key");
        }
        PeerEntry entry = roster.know(key, Origin.ADMIT);
        if (!entry.up && entry.boundPeer().isConnected(now)) {
            roster.comeUp(entry);
        }
        turn.unsettle();
        settle();
        return entry.label();
    }

    /**
     * From now on whoever proves this secret first is let in, once, within {@link Invitation#VALIDITY}; an {@link
     * IllegalArgumentException} says why not.
     *
     * @param name whom it is meant for; empty if that is not said
     */
    public void invite(OneTimeSecret secret, String name, long now) {
        if (config.admission() == Admission.LINE) {
            throw new IllegalArgumentException("whoever holds this node's line comes in without an invitation"
                    + " (--admission=line): pass on the code of --info, or start the node with --admission=ask");
        }
        turn.begin(now);
        invite(new OpenInvitation(secret, name, wallClock.instant().plus(Invitation.VALIDITY)));
        turn.unsettle();
        settle();
    }

    private void invite(OpenInvitation invitation) {
        Duration left = Duration.between(wallClock.instant(), invitation.until());
        invitations.add(invitation, left, turn.now());
    }

    /**
     * Withdraws the invitations that were meant for this name, or that of this code. If it is neither, forgets the peer at
     * once, and does not let it in again, now or in later runs, until it is named anew. Returns what was removed; an {@link
     * IllegalArgumentException} says why nothing was.
     */
    public String remove(String peer, long now) {
        turn.begin(now);
        String removed;
        if (invitations.withdraw(peer, now)) {
            removed = "the invitation for " + Endpoint.printable(peer);
        } else if (peer.length() > Hello.MAX_NAME_LENGTH && Invitation.isCode(peer)) {
            withdraw(Invitation.parse(peer));
            removed = "the invitation of this code";
        } else {
            PeerEntry entry = peers.find(peer);
            roster.ban(entry);
            removed = entry.label().toString();
        }
        turn.unsettle();
        settle();
        return removed;
    }

    private void withdraw(Invitation code) {
        if (!code.publicKey().equals(publicKey)) {
            throw new IllegalArgumentException(
                    "this code was made by " + code.label() + "; only there it can be withdrawn");
        }
        if (code.secret() == null) {
            throw new IllegalArgumentException("this code lets in nobody by itself, so there is nothing to withdraw");
        }
        if (!invitations.withdraw(code.secret(), turn.now())) {
            code.checkTime(wallClock.instant());
            throw new IllegalArgumentException(
                    "the invitation of this code is not open: it was used or withdrawn already; look at --status");
        }
    }

    /**
     * The operator wants other peers to be called and admitted than before. Who is new is known; who is named no more is
     * forgotten, unless it came by {@link #add} or by the line. Who was removed meanwhile comes back only if it is new.
     * Preshared keys that have changed hold from the next handshake on.
     */
    public void reload(
            List<ConnectLine> newConnect, List<NoisePublicKey> newAllow, PresharedKeys presharedKeys, long now) {
        turn.begin(now);
        roster.presharedKeys(presharedKeys);
        Set<NoisePublicKey> called =
                newConnect.stream().map(ConnectLine::publicKey).collect(Collectors.toSet());
        for (PeerEntry entry : List.copyOf(peers.entries())) {
            if (entry.origin == Origin.CONNECT && !called.contains(entry.key)) {
                calls.hangUp(entry);
            }
            if (entry.origin == Origin.ALLOW && !newAllow.contains(entry.key)) {
                roster.forget(entry, "no longer in the configuration");
            }
        }
        newAllow.stream().filter(key -> !allow.contains(key)).forEach(key -> roster.know(key, Origin.ALLOW));
        newConnect.stream().filter(line -> !connect.contains(line)).forEach(line -> dial(line, Origin.CONNECT));
        connect = List.copyOf(newConnect);
        allow = List.copyOf(newAllow);
        routes.connect(connect);
        turn.unsettle();
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

    /** Any thread: for one other than the loop, to receive transport data. */
    public TransportReceiver newReceiver(TransportReceiver.Output receiverOutput) {
        return tunnel.newReceiver(receiverOutput);
    }

    /** Any thread: whether the payload is a packet for the TUN, to which it is then trimmed. The loop must have all else. */
    public boolean passes(Lane lane, ByteBuffer payload) {
        return !ControlCodec.isControl(payload) && IpPacket.trim(payload) && routes.isFrom(lane, payload);
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

    private PeerEntry dial(ConnectLine line, Origin origin) {
        PeerEntry entry = roster.know(line.publicKey(), origin);
        calls.dial(entry, line, origin);
        return entry;
    }

    // Conclusions.

    private void settle() {
        if (!turn.isUnsettled()) {
            return;
        }
        long now = turn.now();
        paths.settle();
        lan.settle();
        while (turn.isUnsettled()) {
            turn.settled();
            List.copyOf(peers.entries()).forEach(entry -> {
                calls.settle(entry);
                askOperator(entry);
                conversation.settle(entry);
                paths.settle(entry);
            });
            peers.expired(now).forEach(entry -> roster.forget(entry, "forgotten"));
        }
        routes.update(roster.everReached(), now, this::tell);
        if (roster.everReached()) {
            patience.end();
        }
        patience.onTimeout(now, this::tell);
        if (!routes.isReady()) {
            patience.refused(applicant, this::tell);
        }
        Remembered due = memory.due(now);
        if (due != null) {
            output.remember(due);
        }
        ownDeadlineNanos = ownDeadline();
        // An event may make its receiver ask for the status, so everything is settled before the first leaves.
        turn.takeEvents().forEach(output::event);
    }

    private void askOperator(PeerEntry guest) {
        if (!guest.isGuest() || turn.now() < guest.askNanos) {
            return;
        }
        guest.askNanos = Long.MAX_VALUE;
        if (guestLines.take(turn.now())) {
            turn.tell(new NodeEvent.GuestAsks(guest.label(), guest.key.toString(), guest.endpointText()));
        }
    }

    private void tell(NodeEvent event) {
        // To a node that is being put back, nothing happens any more.
        if (ending == null) {
            turn.tell(event);
        }
    }

    private long ownDeadline() {
        long next = Math.min(patience.nextDeadlineNanos(), routes.nextDeadlineNanos(turn.now()));
        next = Math.min(next, Math.min(memory.nextDeadlineNanos(), lan.nextDeadlineNanos()));
        for (PeerEntry entry : peers.entries()) {
            next = Math.min(next, Math.min(Calls.nextDeadlineNanos(entry), Conversation.nextDeadlineNanos(entry)));
            next = Math.min(next, Paths.nextDeadlineNanos(entry));
            next = Math.min(next, entry.isGuest() ? entry.askNanos : Long.MAX_VALUE);
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

    /** What {@link org.peervpn.nat.portmap.PortMapping} says: the router has opened our port, or does so no more. */
    public void portMapped(@Nullable PortMapped current, long now) {
        turn.begin(now);
        publicEndpoint.portMapped(current);
        turn.unsettle();
        settle();
    }

    /** What STUN servers see, whatever is announced; null while unknown. */
    public @Nullable String observedEndpoint() {
        return publicEndpoint.observed();
    }

    /** The NAT's mapping is refreshed so often, or as often as {@link org.peervpn.nat.RefreshInterval} asks if that is more. */
    public void refreshAtLeastEvery(long nanos, long now) {
        publicEndpoint.refreshAtLeastEvery(nanos, now);
    }

    /** For so long an idle mapping of our NAT lives, as a test has shown. */
    public void mappingLifetime(long nanos, long now) {
        turn.begin(now);
        publicEndpoint.lifetime(nanos);
        turn.unsettle();
        settle();
    }

    /** What STUN servers see in one address family; null while unknown, or while they disagree. */
    public MappingWatch.@Nullable Mapping publicMapping(boolean ipv6) {
        return publicEndpoint.mapping(ipv6);
    }

    /** True if STUN servers see different endpoints in this family. */
    public boolean serversDisagree(boolean ipv6) {
        return publicEndpoint.serversDisagree(ipv6);
    }

    private void publicEndpointChanged(NodeEvent event) {
        turn.tell(event);
        turn.unsettle();
    }

    public NodeStatus status(String interfaceName, int port, Map<String, Long> edgeDrops, long now) {
        turn.begin(now);
        Map<String, Long> counts = drops.counts();
        counts.putAll(edgeDrops);
        counts.put("stun", publicEndpoint.droppedDatagrams() + paths.droppedDatagrams());
        counts.values().removeIf(count -> count == 0);
        PeerEntry using = routes.exit();
        return new NodeStatus(
                state(),
                id.text(),
                publicKey.toString(),
                interfaceName,
                routes.ownAddresses().stream().map(StatusView::address).toList(),
                port,
                publicEndpoint(),
                natName(),
                publicEndpoint.portMapping(turn.now()),
                new NodeStatus.Exit(
                        StatusView.families(hellos.offeredFamilies()), using == null ? null : using.id.text()),
                invitations.count(now),
                peers.entries().stream()
                        .map(entry -> StatusView.of(entry, turn.now()))
                        .toList(),
                counts);
    }

    /** As far as plain answers of STUN servers tell; null while unknown. */
    private @Nullable String natName() {
        NatName name = paths.ours().nat().name();
        return name == NatName.UNKNOWN ? null : name.name();
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
            return roster.everReached() && routes.isReady() ? State.RECONNECTING : State.CONNECTING;
        }
        PeerEntry exit = routes.exit();
        boolean exitAway = exit != null && !exit.up;
        return exitAway ? State.RECONNECTING : routes.isReady() ? State.CONNECTED : State.CONNECTING;
    }

    /** What the tunnel tells. */
    private final class FromTunnel implements TunnelOutput {

        @Override
        public void toPeer(Peer peer, ByteBuffer datagram) {
            PeerEntry entry = roster.of(peer);
            if (entry == null) {
                return;
            }
            calls.send(entry, datagram);
        }

        @Override
        public void replyTo(Path source, ByteBuffer datagram) {
            output.send(source, datagram);
        }

        @Override
        public void received(Peer peer, ByteBuffer payload) {
            if (passes(peer.lane(), payload)) {
                output.toTun(payload);
                return;
            }
            PeerEntry entry = peers.get(peer.publicKey());
            if (entry == null) {
                drops.count(Reason.NOT_ADMITTED);
            } else if (!entry.admitted) {
                conversation.receiveFromGuest(entry, payload);
            } else if (ControlCodec.isControl(payload)) {
                conversation.receive(entry, payload);
            } else if (!IpPacket.trim(payload)) {
                drops.count(Reason.BAD_PACKET);
            } else {
                drops.count(Reason.FOREIGN_SOURCE);
            }
        }

        @Override
        public @Nullable PeerConfig unknownPeer(NoisePublicKey key, Path source) {
            if (!doorkeeper.mayKnock(key, turn.now())) {
                debugOfStranger("handshake: {} at {} is not admitted", key, source);
                return null;
            }
            if (!peers.hasRoomForStranger(source.remote().getAddress())) {
                drops.count(Reason.TOO_MANY_PEERS);
                return null;
            }
            peers.add(key, Origin.LINE, turn.now()).source =
                    Source.of(source.remote().getAddress());
            turn.unsettle();
            debugOfStranger("handshake: {} at {} is a guest until its first message", key, source);
            return roster.inTunnel(key);
        }

        private void debugOfStranger(String what, NoisePublicKey key, Path source) {
            if (LOG.isDebugEnabled() && strangersInLog.take(turn.now())) {
                LOG.debug(what, PeerId.of(key), source);
            }
        }

        @Override
        public void authenticatedFrom(Peer peer, Path source) {
            PeerEntry entry = roster.of(peer);
            Path old = peer.lane().path();
            peer.lane().path(source);
            if (entry == null) {
                return;
            }
            LOG.debug("path to {}: {} -> {}, from where its last authenticated datagram came", entry.id, old, source);
            entry.calls.beginAnew(turn.now());
            entry.pathSince = wallClock.instant();
            if (entry.up) {
                paths.connected(entry);
                paths.settledOn(entry);
            }
            entry.pathWhy = paths.why(entry, source);
            if (entry.admitted) {
                memory.changed(turn.now());
            }
            boolean elsewhere = old != null && !old.remote().equals(source.remote());
            if (entry.up && old != null && elsewhere && entry.mayTell(turn.now())) {
                turn.tell(new NodeEvent.PathChanged(
                        entry.label(), Endpoint.text(old.remote()), Endpoint.text(source.remote())));
                turn.unsettle();
            }
        }

        @Override
        public void connected(Peer peer, boolean initiator) {
            PeerEntry entry = roster.of(peer);
            if (entry == null) {
                return;
            }
            LOG.debug("handshake with {} completed as {}", entry.id, initiator ? "initiator" : "responder");
            calls.answered(entry);
            paths.connected(entry);
            Path path = peer.lane().path();
            if (path != null) {
                entry.reachedAt(path.remote());
            }
            if (entry.admitted) {
                if (!entry.up) {
                    roster.comeUp(entry);
                }
            } else {
                arrived(entry);
            }
            turn.unsettle();
        }

        private void arrived(PeerEntry guest) {
            boolean isNew = !guest.confirmed;
            if (doorkeeper.arrived(guest, turn.now())) {
                roster.letIn(guest);
            } else if (isNew && config.admission() == Admission.ASK) {
                guest.askNanos = turn.now() + (doorkeeper.expectsInvited(turn.now()) ? INVITED_PATIENCE_NANOS : 0);
            }
        }

        @Override
        public void gaveUp(Peer peer) {
            PeerEntry entry = roster.of(peer);
            LOG.debug("no answer to the handshakes with {}", PeerId.of(peer.publicKey()));
            if (entry != null && entry.isDialled()) {
                calls.callLater(entry);
            }
        }

        @Override
        public void disconnected(Peer peer) {
            PeerEntry entry = roster.of(peer);
            if (entry != null && entry.up) {
                LOG.debug("connection with {} lost: no handshake for so long", entry.id);
                roster.goDown(entry);
                turn.unsettle();
            }
            if (entry != null && entry.isDialled()) {
                entry.calls.beginAnew(turn.now());
                calls.callLater(entry);
            }
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
