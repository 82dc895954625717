package org.peervpn.node.runtime;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.ConnectLine;
import org.peervpn.node.Endpoint;
import org.peervpn.node.EndpointMonitor;
import org.peervpn.node.NodeConfig;
import org.peervpn.node.NodeCore;
import org.peervpn.node.NodeEvent;
import org.peervpn.node.NodeInfo;
import org.peervpn.node.NodeStatus;
import org.peervpn.node.PeerId;
import org.peervpn.node.PresharedKeys;
import org.peervpn.node.Remembered;
import org.peervpn.node.SteadyClock;
import org.peervpn.node.control.Hello;
import org.peervpn.node.invitation.Invitation;
import org.peervpn.node.nattest.NatReport;
import org.peervpn.node.nattest.NatTestProgress;
import org.peervpn.node.nattest.NatTestRequest;
import org.peervpn.routing.Router;
import org.peervpn.routing.RouterConfig;
import org.peervpn.routing.RouterException;
import org.peervpn.routing.RouterSetup;
import org.peervpn.routing.Uplinks;
import org.peervpn.tunnel.NoisePublicKey;
import org.peervpn.tunnel.tun.LinuxTun;
import org.peervpn.tunnel.tun.Tun;
import org.peervpn.tunnel.tun.TunException;
import org.peervpn.tunnel.udp.UdpPort;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node on this machine: the {@link Engine}, the TUN, the router and the control socket. Whatever it changes on
 * the machine, {@link #close} puts back.
 */
public final class Node implements AutoCloseable {

    /**
     * Where and how the node runs.
     *
     * @param portOrNextFree false if the operator named the port
     * @param mapPort ask the router to open the port
     * @param monitorNat tell every 10 s of the endpoint that STUN servers see
     * @param tunOffload let the kernel pass long packets and checksums to be made on
     * @param udpOffload let the kernel take and give many datagrams as one
     * @param workers threads in each direction that share the packets; 0 if the loop and one other carry them
     */
    public record Options(
            Home home,
            String interfaceName,
            int port,
            boolean portOrNextFree,
            boolean mapPort,
            boolean monitorNat,
            boolean tunOffload,
            boolean udpOffload,
            int workers) {}

    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final Path TUN_DEVICE = Path.of("/dev/net/tun");
    private static final Path INTERFACES = Path.of("/sys/class/net");

    /** How often the node looks whether it has slept, and for what the kernel does not tell. */
    private static final long LOOK_MILLIS = 2_000;

    private static final long MONITOR_MILLIS = 10_000;

    /** The STUN servers have mostly answered by then. */
    private static final long FIRST_MONITOR_MILLIS = 2_000;

    private static final long RELEASE_PATIENCE_MILLIS = 2_000;

    /** Changes come in swarms. */
    private static final long LOOK_DELAY_MILLIS = 200;

    private static final ObjectMapper JSON = new ObjectMapper().setDefaultPropertyInclusion(JsonInclude.Include.ALWAYS);

    private final Options options;
    private final Consumer<NodeEvent> listener;
    private final NodeLock lock;
    private final Router router;
    private final ClockFile clockFile;
    private final Engine engine;
    private final @Nullable GatewayLink gatewayLink; // null if the router is not to be asked
    private final @Nullable LanLink lanLink; // null if beacons are not wanted, or cannot be
    private final ControlServer control;
    private final PeersFile peersFile;
    private final ScheduledExecutorService machine =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "machine"));

    /** What the core wants of the machine and the machine thread has not yet begun to do. */
    private final AtomicReference<@Nullable RouterConfig> wanted = new AtomicReference<>();

    private final CompletableFuture<@Nullable String> ended = new CompletableFuture<>();

    private final AtomicBoolean lookPending = new AtomicBoolean();

    private volatile boolean started;
    private volatile @Nullable Future<?> polling;

    // Of the machine thread.
    private @Nullable RouterConfig applied;
    private @Nullable String trouble; // why the last change could not be made; null if it could
    private @Nullable Uplinks uplinks;
    private boolean closed;

    private final Heap heap = new Heap();
    private volatile @Nullable Tun tun;

    private Node(NodeConfig config, Options options, Consumer<NodeEvent> listener) throws NodeException {
        this.options = options;
        this.listener = listener;
        this.peersFile = new PeersFile(options.home());
        RouterSetup setup = setup(options);
        this.lock = NodeLock.take(options.home());
        try (Undo undo = new Undo()) {
            undo.add(lock::close);
            // Before the router repairs: another user's node with this interface has rules of the same names.
            checkTun(options.interfaceName());
            this.router = openRouter(setup, this::machineChanged);
            undo.add(router::close);
            PeerId id = PeerId.of(config.privateKey().publicKey());
            ClockFile clockFile = new ClockFile(setup.stateDirectory().resolve(id.text() + ".clock"));
            this.clockFile = clockFile;
            undo.add(clockFile::close);
            this.engine = Engine.open(
                    config,
                    new UdpPort.Options(
                            options.port(), options.portOrNextFree(), setup.mark(), true, options.udpOffload(), true),
                    options.workers(),
                    new SteadyClock(InstantSource.system(), clockFile.read(), clockFile::write),
                    new OfMachine());
            undo.add(engine::close);
            engine.warmUp();
            this.gatewayLink = options.mapPort() ? engine.newGatewayLink(setup.mark(), true) : null;
            this.lanLink = config.lanBeacon() ? engine.newLanLink(setup.mark()) : null;
            this.control = ControlServer.open(options.home(), this::answer);
            undo.keep();
        }
    }

    /** Starts a node; a {@link NodeException} says what is to be mended, and the machine is untouched. */
    public static Node start(NodeConfig config, Options options, Consumer<NodeEvent> listener) throws NodeException {
        Node node = new Node(config, options, listener);
        node.engine.start();
        node.started = true;
        node.polling = node.machine.scheduleWithFixedDelay(node::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        if (options.monitorNat()) {
            node.monitorNat();
        }
        return node;
    }

    private void monitorNat() {
        EndpointMonitor monitor = new EndpointMonitor();
        // What is told every 10 s has to be as young.
        engine.run(core -> core.refreshAtLeastEvery(TimeUnit.MILLISECONDS.toNanos(MONITOR_MILLIS), engine.nowNanos()));
        var unused = machine.scheduleAtFixedRate(
                () -> engine.run(core -> listener.accept(monitor.look(core.observedEndpoint()))),
                FIRST_MONITOR_MILLIS,
                MONITOR_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    /** Undoes what a killed node of this home and interface left behind; returns how many changes. */
    public static int repair(Options options) throws NodeException {
        NodeLock lock = NodeLock.take(options.home());
        try (lock) {
            if (exists(options.interfaceName())) {
                throw new NodeException("the interface " + options.interfaceName()
                        + " is in use, perhaps by another user's node; end that first");
            }
            return Router.repair(setup(options));
        } catch (RouterException e) {
            throw new NodeException(e);
        }
    }

    static RouterSetup setup(Options options) throws NodeException {
        return new RouterSetup(
                options.interfaceName(),
                options.home().directory(),
                RuntimeFiles.forNode(options.home()).state());
    }

    private static Router openRouter(RouterSetup setup, Runnable onChange) throws NodeException {
        try {
            return Router.open(setup, onChange);
        } catch (RouterException e) {
            throw new NodeException(e);
        }
    }

    /** A client opens its TUN only after the first handshake; what is wrong with it is better known at once. */
    private static void checkTun(String interfaceName) throws NodeException {
        if (!Files.exists(TUN_DEVICE)) {
            throw new NodeException("there is no " + TUN_DEVICE + "; load it with: modprobe tun");
        }
        if (exists(interfaceName)) {
            throw new NodeException(
                    "the interface " + interfaceName + " exists already; choose another name with --interface=NAME");
        }
    }

    private static boolean exists(String interfaceName) {
        // Not NetworkInterface.getByName, which does not see an interface that is down and has no address.
        return Files.exists(INTERFACES.resolve(interfaceName));
    }

    public int port() {
        return engine.port().port();
    }

    public NodeInfo info() throws NodeException {
        return await(engine.info());
    }

    /** Waits at most so long for the STUN servers, then tells what is known. */
    public NodeInfo infoWithin(long millis) throws NodeException {
        InfoProbe.awaitSettled(engine, millis);
        return info();
    }

    /** Takes other lists of peers to call and of keys to admit, and other preshared keys. */
    public void reload(List<ConnectLine> connect, List<NoisePublicKey> allow, PresharedKeys presharedKeys) {
        engine.run(core -> core.reload(connect, allow, presharedKeys, engine.nowNanos()));
    }

    /** Completes when the node has ended: with null if it was asked to, else with the reason. */
    public CompletableFuture<@Nullable String> ended() {
        return ended;
    }

    // The control socket.

    private JsonNode answer(String call, JsonNode arguments) throws NodeException {
        return switch (call) {
            case "status" -> JSON.valueToTree(await(engine.ask(core -> status())));
            case "info" -> JSON.valueToTree(infoWithin(InfoProbe.PATIENCE_MILLIS));
            case "nattest" -> JSON.valueToTree(testNat(arguments));
            case "add" -> {
                ConnectLine line = ConnectLine.parse(arguments.path("line").asText());
                if (line.invitation() != null) {
                    line.invitation().checkTime(Instant.now());
                    line.invitation().checkReader(engine.publicKey());
                }
                yield change(core -> core.add(line, engine.nowNanos()).toString());
            }
            case "remove" -> {
                String peer = arguments.path("peer").asText();
                yield change(core -> core.remove(peer, engine.nowNanos()));
            }
            case "admit" -> {
                String peer = arguments.path("peer").asText();
                yield change(core -> core.admit(peer, engine.nowNanos()).toString());
            }
            case "invite" -> invite(arguments.path("name").asText());
            case "down" -> {
                close();
                String failure = ended.getNow(null);
                if (failure != null) {
                    throw new NodeException(failure);
                }
                yield JsonNodeFactory.instance.objectNode();
            }
            default -> throw new NodeException("the running node does not know this call; is it of another version?");
        };
    }

    /** The servers stand with commas between them. */
    private NatReport testNat(JsonNode arguments) throws NodeException {
        List<Endpoint> servers = Arrays.stream(
                        arguments.path("servers").asText().split(",", -1))
                .map(Endpoint::parse)
                .toList();
        long budgetMillis = arguments.path("budgetMillis").asLong();
        boolean lifetime = arguments.path("lifetime").asBoolean();
        NatTestRequest request = new NatTestRequest(servers, budgetMillis, lifetime);
        return await(engine.testNat(request, NatTestProgress.IGNORED, gatewayLink));
    }

    /** What the operator has decided about a peer holds only if it also holds after a crash. */
    private JsonNode change(Function<NodeCore, String> decision) throws NodeException {
        String peer = await(engine.ask(decision));
        remember();
        return JsonNodeFactory.instance.objectNode().put("peer", peer);
    }

    /** Nobody but the caller learns the code. */
    private JsonNode invite(String name) throws NodeException {
        InfoProbe.awaitSettled(engine, InfoProbe.PATIENCE_MILLIS);
        String printable = Hello.printable(name, Hello.MAX_NAME_LENGTH);
        Invitation invitation = await(engine.invite(printable));
        remember();
        return JsonNodeFactory.instance
                .objectNode()
                .put("code", invitation.code())
                .put("name", printable.isEmpty() ? null : printable)
                .put("validUntil", invitation.validUntil().toString());
    }

    /** On the loop, where all that is to be written is ordered. */
    private void remember() throws NodeException {
        await(engine.ask(nodeCore -> {
            peersFile.stage(nodeCore.remembered());
            return true;
        }));
        peersFile.writeStaged();
    }

    private NodeStatus status() {
        Map<String, Long> drops = new TreeMap<>();
        drops.put("udp", engine.port().droppedDatagrams());
        drops.put("kernel", engine.port().dropsOfKernel());
        Tun device = tun;
        drops.put("tun", device == null ? 0 : device.droppedPackets());
        return engine.sharedCore().status(options.interfaceName(), port(), drops, engine.nowNanos());
    }

    private static <T> T await(CompletableFuture<T> answer) throws NodeException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IllegalArgumentException objection) {
                throw new NodeException(objection);
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException("interrupted", e);
        }
    }

    // The machine thread.

    private void applyWanted() {
        RouterConfig next = wanted.getAndSet(null);
        if (next != null && !closed) {
            apply(next);
        }
    }

    private void apply(RouterConfig next) {
        try {
            openTun(next.mtu());
            router.apply(next);
            applied = next;
            trouble = null;
            engine.run(core -> core.routed(next, engine.nowNanos()));
        } catch (RouterException | TunException e) {
            notApplied(next, String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            LOG.error("the machine cannot be set up", e);
            fail("an internal error stopped the node: " + e);
        }
    }

    /** What already works goes on without a change that cannot be made now, say because the disk is full. */
    private void notApplied(RouterConfig next, String why) {
        if (tun != null && !Files.exists(INTERFACES.resolve(options.interfaceName()))) {
            fail(removed());
        } else if (applied == null || !applied.differsInPeersOnly(next)) {
            fail(why);
        } else {
            wanted.compareAndSet(null, next);
            if (!why.equals(trouble)) {
                LOG.warn("{}; trying again", why);
            }
            trouble = why;
        }
    }

    private String removed() {
        return "the interface " + options.interfaceName() + " was removed by another program";
    }

    private void openTun(int mtu) throws TunException {
        if (tun != null) {
            return;
        }
        Tun device = LinuxTun.open(options.interfaceName(), mtu, options.tunOffload(), engine.queues());
        tun = device;
        engine.writeTo(device);
        device.start(queue -> new OutboundPath(engine, device, queue, () -> fail(removed())));
    }

    /** Any thread, and often: the kernel tells of a change of addresses, routes or rules. */
    private void machineChanged() {
        if (lookPending.compareAndSet(false, true)) {
            try {
                var unused = machine.schedule(this::lookAtLast, LOOK_DELAY_MILLIS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                // The node has ended.
            }
        }
    }

    private void lookAtLast() {
        lookPending.set(false);
        look();
    }

    /** Whether the machine's own network is as before, and whether ours is still as we made it. */
    private void look() {
        if (closed || !started) {
            return;
        }
        engine.noticeSleep();
        heap.look();
        try {
            Uplinks now = Uplinks.read(options.interfaceName());
            boolean changed = !now.equals(uplinks);
            if (changed) {
                tellUplinks(now, uplinks == null);
                uplinks = now;
            }
            RouterConfig current = wanted.getAndSet(null);
            if (current == null && applied != null && (changed || !router.intact())) {
                current = applied;
            }
            if (current != null) {
                apply(current);
            }
        } catch (RouterException e) {
            LOG.warn("{}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("the uplinks cannot be read", e);
        }
    }

    private void tellUplinks(Uplinks now, boolean first) {
        Set<Integer> families = families(now);
        GatewayLink link = gatewayLink;
        if (link != null) {
            link.gateway(Gateways.of(now));
        }
        List<InetAddress> own = LocalAddresses.read(engine.sharedCore().overlay());
        List<LanLink.Spot> spots = LocalAddresses.spots(engine.sharedCore().overlay());
        engine.run(core -> {
            engine.port().ownAddresses(own);
            engine.readLocal(core);
            if (lanLink != null) {
                lanLink.become(spots);
            }
            core.uplinks(families, engine.nowNanos());
            if (!first) {
                core.networkChanged(engine.nowNanos());
            }
        });
    }

    private static Set<Integer> families(Uplinks uplinks) {
        Set<Integer> families = new HashSet<>();
        if (uplinks.defaultIpv4() != null) {
            families.add(4);
        }
        if (uplinks.defaultIpv6() != null) {
            families.add(6);
        }
        return Set.copyOf(families);
    }

    private void fail(String why) {
        Thread end = new Thread(() -> close(why), "end");
        end.start();
    }

    /** Puts the machine back and ends. Returns when that is done, whoever called it first. */
    @Override
    public void close() {
        close(null);
    }

    private void close(@Nullable String why) {
        engine.run(core -> core.stopping(why != null));
        try {
            machine.submit(() -> closeMachine(why)).get();
        } catch (RejectedExecutionException e) {
            // Closed before.
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void closeMachine(@Nullable String why) {
        if (closed) {
            return;
        }
        closed = true;
        Future<?> poll = polling;
        if (poll != null) {
            poll.cancel(false);
        }
        CompletableFuture<Void> mappingReleased = gatewayLink == null ? null : gatewayLink.release();
        // Routes go before the device does, so that their undoing finds what the journal says.
        int left = router.putBack();
        String failure = why;
        if (left > 0 && why == null) {
            failure = left + " settings of the machine could not be put back; try again with: peervpn --repair";
        }
        Tun device = tun;
        if (device != null) {
            device.close();
        }
        rememberAll();
        awaitRelease(mappingReleased);
        engine.close();
        peersFile.close();
        clockFile.close();
        lock.close();
        ended.complete(failure);
    }

    /** A router that does not answer forgets the mapping later by itself. */
    private static void awaitRelease(@Nullable CompletableFuture<Void> released) {
        try {
            if (released != null) {
                released.get(RELEASE_PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (TimeoutException e) {
            LOG.debug("the router does not take the mapping back");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void rememberAll() {
        try {
            peersFile.write(await(engine.ask(NodeCore::remembered)));
        } catch (NodeException e) {
            LOG.warn("peers are not remembered: {}", e.getMessage());
        }
    }

    /** Lets a guest in, or not: the answer to {@link NodeEvent.GuestAsks}. */
    public void decide(String publicKey, boolean letIn) throws NodeException {
        long now = engine.nowNanos();
        change(core -> letIn ? core.admit(publicKey, now).toString() : core.remove(publicKey, now));
    }

    /** After {@link #ended}: lets the last answer on the control socket leave. */
    public void closeControl() {
        control.close();
        machine.shutdown();
    }

    private final class OfMachine implements Engine.Machine {
        @Override
        public void beacon(ByteBuffer datagram) {
            if (lanLink != null) {
                lanLink.send(datagram);
            }
        }

        @Override
        public void route(RouterConfig config) {
            wanted.set(config);
            machine.execute(Node.this::applyWanted);
        }

        @Override
        public void remember(Remembered remembered) {
            peersFile.write(remembered);
        }

        @Override
        public void event(NodeEvent event) {
            if (event instanceof NodeEvent.PublicEndpoint && gatewayLink != null) {
                gatewayLink.check(); // whatever gave us another endpoint may have forgotten the mapping
            }
            listener.accept(event);
            if (event instanceof NodeEvent.PublicEndpoint endpoint && endpoint.current() != null) {
                tellCode(endpoint.current());
            }
        }

        private void tellCode(String endpoint) {
            String code = engine.code();
            if (code != null) {
                listener.accept(new NodeEvent.InvitationCode(endpoint, code));
            }
        }
    }
}
