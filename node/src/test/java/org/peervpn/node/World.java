package org.peervpn.node;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Candidate;
import org.peervpn.nat.CandidateType;
import org.peervpn.nat.NatSummary;
import org.peervpn.node.control.ControlCodec;
import org.peervpn.node.control.Hello;
import org.peervpn.node.invitation.Invitation;
import org.peervpn.node.invitation.OneTimeSecret;
import org.peervpn.routing.Cidr;
import org.peervpn.routing.RouterConfig;
import org.peervpn.tunnel.DropReason;
import org.peervpn.tunnel.Lane;
import org.peervpn.tunnel.NoisePrivateKey;
import org.peervpn.tunnel.NoisePublicKey;
import org.peervpn.tunnel.Path;
import org.peervpn.tunnel.TransportReceiver;

/** Whole node cores on a network without delay, in one thread and virtual time. */
final class World {
    static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");

    private final boolean besideLoop;
    private final Map<InetSocketAddress, SimNode> nodes = new LinkedHashMap<>();
    private final Map<InetSocketAddress, InetSocketAddress> seenBy = new HashMap<>();
    private int questions;
    private final Deque<Datagram> wire = new ArrayDeque<>();
    private long nowNanos = 1;
    private Predicate<Datagram> lost = datagram -> false;
    private int nextAddress = 1;

    /** They are slow to make. */
    private final Map<List<Object>, PasscodeKey> passcodeKeys = new HashMap<>();

    World() {
        this(false);
    }

    private World(boolean besideLoop) {
        this.besideLoop = besideLoop;
    }

    /** In which nodes receive transport data as workers do, and not by the loop. */
    static World besideLoop() {
        return new World(true);
    }

    record Datagram(InetSocketAddress from, InetSocketAddress to, ByteBuffer bytes) {
        /** Transport data with content, not a keepalive. */
        boolean isContent() {
            return bytes.get(0) == 4 && bytes.limit() > 32;
        }
    }

    /** All nodes are in one local network. */
    private record Beacon(InetSocketAddress from, SimNode to, ByteBuffer bytes) {}

    private final Deque<Beacon> air = new ArrayDeque<>();

    /** Datagrams for which this is true do not arrive. */
    void lose(Predicate<Datagram> datagrams) {
        lost = datagrams;
    }

    long nowNanos() {
        return nowNanos;
    }

    SimNode add(UnaryOperator<Config> change) {
        Config config = change.apply(new Config());
        InetSocketAddress address = new InetSocketAddress(address("11.22.33." + nextAddress++), 51820);
        return add(config, address);
    }

    /** One of several nodes that share an address. */
    SimNode addBehind(String address, int index, UnaryOperator<Config> change) {
        return add(change.apply(new Config()), new InetSocketAddress(address(address), 20_000 + index));
    }

    /** The same node, started anew: it remembers nothing but its key. */
    SimNode restart(SimNode old, UnaryOperator<Config> change) {
        Config config = new Config();
        config.key = old.config.key;
        return add(change.apply(config), old.address);
    }

    /** A node that sleeps does nothing, and what is sent to it is lost. */
    void suspend(SimNode node, boolean asleep) {
        node.asleep = asleep;
    }

    /** A STUN server that sees whoever asks at this address. */
    Endpoint stunServer(String address, String seen) {
        Endpoint server = Endpoint.parse(address);
        seenBy.put(literal(server), literal(Endpoint.parse(seen)));
        return server;
    }

    private static InetSocketAddress literal(Endpoint endpoint) {
        InetSocketAddress literal = endpoint.literal();
        if (literal == null) {
            throw new IllegalArgumentException(endpoint.toString());
        }
        return literal;
    }

    /** RFC 8489, sections 5 and 14.2. */
    private static ByteBuffer answer(ByteBuffer request, InetSocketAddress seen) {
        int cookie = request.getInt(4);
        ByteBuffer answer = ByteBuffer.allocate(32);
        answer.putShort((short) 0x0101).putShort((short) 12).putInt(cookie);
        answer.put(request.slice(8, 12));
        answer.putShort((short) 0x0020).putShort((short) 8).putShort((short) 1);
        answer.putShort((short) (seen.getPort() ^ (cookie >>> 16)));
        answer.putInt(ByteBuffer.wrap(seen.getAddress().getAddress()).getInt() ^ cookie);
        return answer.flip();
    }

    /** How often STUN servers have been asked. */
    int questions() {
        return questions;
    }

    /** The node has another address from now on. */
    void move(SimNode node, String address) {
        nodes.remove(node.address);
        node.address = new InetSocketAddress(address(address), node.address.getPort());
        nodes.put(node.address, node);
    }

    private SimNode add(Config config, InetSocketAddress address) {
        SimNode node = new SimNode(config, address);
        nodes.put(address, node);
        return node;
    }

    void run(Duration time) {
        long end = nowNanos + time.toNanos();
        for (; ; ) {
            deliver();
            long next = nodes.values().stream()
                    .mapToLong(node -> node.isAwake() ? node.core.nextDeadlineNanos() : Long.MAX_VALUE)
                    .min()
                    .orElse(Long.MAX_VALUE);
            if (next > end) {
                break;
            }
            nowNanos = Math.max(nowNanos + 1, next);
            nodes.values().stream().filter(SimNode::isAwake).forEach(node -> node.core.onTimeout(nowNanos));
        }
        nowNanos = end;
    }

    private void deliver() {
        do {
            carry();
            carryBeacons();
            nodes.values().forEach(SimNode::answerDerived);
        } while (!wire.isEmpty() || !air.isEmpty());
    }

    private void carryBeacons() {
        for (Beacon beacon = air.poll(); beacon != null; beacon = air.poll()) {
            if (beacon.to().isAwake()) {
                beacon.to().core.receiveBeacon(beacon.from(), beacon.bytes(), nowNanos);
            }
        }
    }

    private void carry() {
        for (Datagram datagram = wire.poll(); datagram != null; datagram = wire.poll()) {
            InetSocketAddress seen = seenBy.get(datagram.to());
            if (seen != null) {
                questions++;
                wire.add(new Datagram(datagram.to(), datagram.from(), answer(datagram.bytes(), seen)));
            }
            SimNode receiver = nodes.get(datagram.to());
            if (receiver != null && receiver.isAwake() && !lost.test(datagram)) {
                receiver.receive(new Path(0, datagram.from()), datagram.bytes());
            }
        }
    }

    static InetAddress address(String literal) {
        InetSocketAddress parsed = new Endpoint(literal, 1).literal();
        if (parsed == null) {
            throw new IllegalArgumentException(literal);
        }
        return parsed.getAddress();
    }

    /** A node's configuration with changes. */
    static final class Config {
        NoisePrivateKey key = NoisePrivateKey.generate(new SecureRandom());
        boolean exit;
        boolean waits;
        List<ConnectLine> connect = List.of();
        List<NoisePublicKey> allow = List.of();
        Admission admission = Admission.LINE;

        @Nullable
        Passcode passcode;

        PresharedKeys presharedKeys = PresharedKeys.NONE;

        Remembered remembered = Remembered.NOTHING;
        List<String> exitVia = List.of();
        boolean useExit = true;
        Cidr overlay = OverlayAddresses.DEFAULT_IPV4_PREFIX;
        Duration timeout = Duration.ofMinutes(2);
        List<Cidr> routes = List.of();
        Instant toldBefore = Instant.EPOCH;
        List<Endpoint> stunServers = List.of();
        boolean lanBeacon = true;

        @Nullable
        Endpoint announcedEndpoint;

        Config exit() {
            exit = true;
            waits = true;
            return this;
        }

        Config listen() {
            waits = true;
            return this;
        }

        Config connect(ConnectLine... lines) {
            connect = List.of(lines);
            if (!waits) {
                admission = Admission.KNOWN;
            }
            return this;
        }

        Config known(NoisePublicKey... keys) {
            allow = List.of(keys);
            admission = Admission.KNOWN;
            return this;
        }

        Config presharedKeys(String text) {
            presharedKeys = PresharedKeys.parse(text);
            return this;
        }

        /** What its clock has told in an earlier run. */
        Config toldBefore(Instant moment) {
            toldBefore = moment;
            return this;
        }

        NodeConfig build() {
            return new NodeConfig(
                    key,
                    "a node",
                    "1",
                    exit,
                    waits,
                    connect,
                    allow,
                    admission,
                    passcode,
                    presharedKeys,
                    remembered,
                    useExit,
                    exitVia,
                    routes,
                    List.of(),
                    overlay,
                    1420,
                    stunServers,
                    announcedEndpoint,
                    timeout,
                    true,
                    lanBeacon);
        }
    }

    /** A node core with a machine that notes what it is told. */
    final class SimNode implements NodeOutput, TransportReceiver.Output {
        final NoisePublicKey key;
        final Config config;
        final NodeCore core;
        InetSocketAddress address;
        /** How wrong its wall clock is. */
        Duration clockError = Duration.ZERO;

        final List<NodeEvent> events = new ArrayList<>();
        final List<ByteBuffer> beacons = new ArrayList<>();
        final List<ByteBuffer> toTun = new ArrayList<>();
        final List<RouterConfig> routed = new ArrayList<>();
        final List<Endpoint> asked = new ArrayList<>();
        Set<Integer> uplinks = Set.of(4);
        /** What the node has last asked to be written down. */
        Remembered remembered;

        private final Deque<NoisePublicKey> derived = new ArrayDeque<>();
        int sentDatagrams;
        boolean started;
        boolean asleep;
        private final TransportReceiver receiver;
        private boolean woken;
        private @Nullable RouterConfig toBeRouted;

        private SimNode(Config config, InetSocketAddress address) {
            this.config = config;
            this.remembered = config.remembered;
            this.key = config.key.publicKey();
            this.address = address;
            this.core = new NodeCore(
                    config.build(),
                    new SteadyClock(this::wallClock, config.toldBefore, told -> {}),
                    new SecureRandom(),
                    () -> woken = true,
                    this);
            receiver = core.newReceiver(this);
        }

        private boolean isAwake() {
            return started && !asleep;
        }

        private void receive(Path source, ByteBuffer datagram) {
            if (!besideLoop || !receiver.receive(source, datagram, nowNanos)) {
                core.receiveDatagram(source, datagram, nowNanos);
            }
            if (besideLoop && woken) {
                woken = false;
                core.onTimeout(nowNanos);
            }
        }

        @Override
        public void received(Lane lane, ByteBuffer payload) {
            if (core.passes(lane, payload)) {
                toTun(payload);
            } else {
                core.receivePayload(lane, copy(payload), nowNanos);
            }
        }

        @Override
        public void dropped(DropReason reason) {
            core.drops().count(reason);
        }

        private Instant wallClock() {
            return EPOCH.plusNanos(nowNanos).plus(clockError);
        }

        /** The machine's addresses have changed. */
        void networkChanged() {
            core.networkChanged(nowNanos);
            deliver();
        }

        SimNode start() {
            started = true;
            core.start(nowNanos);
            core.uplinks(uplinks, nowNanos);
            routeNow();
            return this;
        }

        ConnectLine line() {
            return new ConnectLine(key, Endpoint.of(address));
        }

        /** The packet as the machine's programs send it; false if there is no peer for it. */
        void send(ByteBuffer packet) {
            core.sendPacket(packet, nowNanos);
            deliver();
        }

        void add(ConnectLine line) {
            core.add(line, nowNanos);
            remembered = core.remembered();
            deliver();
        }

        /** A code that lets in whoever is first to prove it. */
        ConnectLine invite(String name) {
            OneTimeSecret secret = OneTimeSecret.generate(new SecureRandom());
            ConnectLine line = lineWith(secret);
            core.invite(secret, name, nowNanos);
            remembered = core.remembered();
            deliver();
            return line;
        }

        /** A code with a secret of which the node need not know. */
        ConnectLine lineWith(OneTimeSecret secret) {
            return ConnectLine.of(new Invitation(
                    key,
                    "a node",
                    wallClock(),
                    wallClock().plus(Invitation.VALIDITY),
                    config.admission,
                    List.of(new Candidate(CandidateType.SERVER_REFLEXIVE, address)),
                    NatSummary.UNKNOWN,
                    NatSummary.UNKNOWN,
                    null,
                    secret));
        }

        void admit(String peer) {
            core.admit(peer, nowNanos);
            remembered = core.remembered();
            deliver();
        }

        /** As after a kill: the same identity at the same address, knowing what was written down last. */
        SimNode restarted(UnaryOperator<Config> change) {
            Config again = change.apply(new Config());
            again.key = config.key;
            again.remembered = remembered;
            return World.this.add(again, address);
        }

        void remove(String peer) {
            core.remove(peer, nowNanos);
            remembered = core.remembered();
            deliver();
        }

        void reload(List<ConnectLine> connect, List<NoisePublicKey> allow) {
            core.reload(connect, allow, config.presharedKeys, nowNanos);
            deliver();
        }

        /** The same peers, and other preshared keys. */
        void reload(PresharedKeys keys) {
            core.reload(config.connect, config.allow, keys, nowNanos);
            deliver();
        }

        void uplinks(Integer... families) {
            uplinks = Set.of(families);
            core.uplinks(uplinks, nowNanos);
            deliver();
        }

        void resolved(Endpoint endpoint, InetAddress... addresses) {
            core.resolved(endpoint, List.of(addresses), nowNanos);
            deliver();
        }

        /** A control message of its own making, to all that are connected. */
        void control(ByteBuffer message) {
            core.sendControl(message, nowNanos);
            deliver();
        }

        /** A hello beside those that the core says by itself, as a peer with other software could send it. */
        void hello(String name) {
            control(ControlCodec.encode(new Hello(name, "1", Set.of(), null, null)));
        }

        Remembered remembered() {
            return core.remembered();
        }

        NodeStatus status() {
            return core.status("sim0", 51820, Map.of(), nowNanos);
        }

        <T extends NodeEvent> List<T> events(Class<T> type) {
            return events.stream().filter(type::isInstance).map(type::cast).toList();
        }

        InetAddress ipv4() {
            return core.overlay().ipv4();
        }

        /** The machine carries out what it was told; a real one does so beside the loop. */
        void routeNow() {
            for (RouterConfig config = toBeRouted; config != null; config = toBeRouted) {
                toBeRouted = null;
                routed.add(config);
                core.routed(config, nowNanos);
            }
            deliver();
        }

        private ByteBuffer copy(ByteBuffer lent) {
            return ByteBuffer.allocate(lent.remaining()).put(lent.duplicate()).flip();
        }

        @Override
        public void send(Path path, ByteBuffer datagram) {
            sentDatagrams++;
            wire.add(new Datagram(address, path.remote(), copy(datagram)));
        }

        @Override
        public Path pathTo(InetSocketAddress remote) {
            return new Path(0, remote);
        }

        @Override
        public int openChannel(InetAddress towards) {
            return -1;
        }

        @Override
        public void closeChannel(int channel) {}

        @Override
        public void beacon(ByteBuffer datagram) {
            beacons.add(copy(datagram));
            nodes.values().stream()
                    .filter(node -> !node.equals(this))
                    .forEach(node -> air.add(new Beacon(address, node, copy(datagram))));
        }

        @Override
        public void toTun(ByteBuffer packet) {
            toTun.add(ByteBuffer.allocate(packet.remaining())
                    .put(packet.duplicate())
                    .flip());
        }

        @Override
        public void resolve(Endpoint endpoint) {
            asked.add(endpoint);
        }

        /** At once, and cheaply. */
        @Override
        public void derive(NoisePublicKey verifier) {
            derived.add(verifier);
        }

        private void answerDerived() {
            Passcode passcode = config.passcode;
            if (passcode == null) {
                return;
            }
            while (!derived.isEmpty()) {
                NoisePublicKey verifier = derived.remove();
                PasscodeKey key =
                        passcodeKeys.computeIfAbsent(List.of(passcode, verifier), k -> passcode.keyFor(verifier));
                core.derived(verifier, key, nowNanos);
            }
        }

        @Override
        public void remember(Remembered remembered) {
            this.remembered = remembered;
        }

        @Override
        public void route(RouterConfig wanted) {
            toBeRouted = wanted;
        }

        @Override
        public void event(NodeEvent event) {
            events.add(event);
        }
    }
}
