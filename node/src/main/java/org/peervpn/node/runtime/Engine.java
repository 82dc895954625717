package org.peervpn.node.runtime;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.NetUtil;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.MappingWatch;
import org.peervpn.node.Endpoint;
import org.peervpn.node.NodeConfig;
import org.peervpn.node.NodeCore;
import org.peervpn.node.NodeEvent;
import org.peervpn.node.NodeInfo;
import org.peervpn.node.NodeOutput;
import org.peervpn.node.Passcode;
import org.peervpn.node.PasscodeKey;
import org.peervpn.node.PeerId;
import org.peervpn.node.Remembered;
import org.peervpn.node.invitation.EndpointSanity;
import org.peervpn.node.invitation.Invitation;
import org.peervpn.node.invitation.OneTimeSecret;
import org.peervpn.node.nattest.NatReport;
import org.peervpn.node.nattest.NatTestProgress;
import org.peervpn.node.nattest.NatTestRequest;
import org.peervpn.routing.RouterConfig;
import org.peervpn.tunnel.NoisePublicKey;
import org.peervpn.tunnel.Path;
import org.peervpn.tunnel.Sealer;
import org.peervpn.tunnel.crypto.X25519;
import org.peervpn.tunnel.tun.Tun;
import org.peervpn.tunnel.udp.UdpPort;
import org.peervpn.tunnel.udp.UdpPortException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The core with its thread, its clock, its port and its resolver, but without a TUN and without changing the machine:
 * enough for {@code --info}, and the inner part of a {@link Node}.
 */
final class Engine implements AutoCloseable {

    /** What a node does with its machine. Called on the loop; must not block. */
    interface Machine {
        void beacon(ByteBuffer datagram);

        void route(RouterConfig wanted);

        void remember(Remembered remembered);

        void event(NodeEvent event);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    static {
        // Of every 128th buffer it would keep from where it came.
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
    }

    /** A shorter sleep matters to no timer. */
    private static final long SLEEP_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final long originNanos = System.nanoTime();
    private final long bootOriginNanos = BootClock.nowNanos();
    private final MultiThreadIoEventLoopGroup group;
    private final @Nullable MultiThreadIoEventLoopGroup workerGroup; // null if there are no workers
    private final EventLoop loop;
    private final NodeConfig config;
    private final UdpPort.Options options;
    private final Machine machine;
    private final UdpPort port;
    private final List<InboundPath> workers; // empty if the loop receives all
    private final Resolver resolver;
    private final NodeCore core;
    private final AtomicBoolean wakeupPending = new AtomicBoolean();
    private final List<CompletableFuture<Void>> waitingForSettled = new ArrayList<>();
    private final Receiver receiver = new Receiver();

    /** Set by the loop. */
    private volatile boolean started;

    /** How long the machine has slept since the start: {@link System#nanoTime} stands still meanwhile. */
    private volatile long sleptNanos;

    /** Of the loop; true from when on it is worth the time to get what makes them cheaper. */
    private boolean manyHandshakes;

    /** Of the loop; null while the NAT is not tested. */
    private @Nullable NatTrial natTrial;

    /** Of the loop; null without a TUN. */
    private Tun.@Nullable Writer tun;

    private @Nullable Future<?> timer;
    private long timerNanos = Long.MAX_VALUE;

    private Engine(
            NodeConfig config, UdpPort.Options options, int wantedWorkers, InstantSource wallClock, Machine machine)
            throws UdpPortException {
        this.config = config;
        this.machine = machine;
        this.options = options;
        if (!config.stunServers().isEmpty()) {
            // Loading the codec takes a moment that the loop does not have.
            inBackground(MappingWatch::warmUp);
        }
        boolean epoll = Epoll.isAvailable();
        this.group = new MultiThreadIoEventLoopGroup(
                1,
                new DefaultThreadFactory("loop", true),
                epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        this.loop = group.next();
        this.resolver = new Resolver(loop, epoll, options.mark());
        this.core = new NodeCore(config, wallClock, new SecureRandom(), this::wakeup, new Output());
        MultiThreadIoEventLoopGroup threads = epoll && wantedWorkers > 0
                ? new MultiThreadIoEventLoopGroup(
                        wantedWorkers, new DefaultThreadFactory("worker", true), EpollIoHandler.newFactory())
                : null;
        List<UdpPort.Worker> wanted = new ArrayList<>();
        List<InboundPath> paths = new ArrayList<>();
        for (int i = 0; threads != null && i < wantedWorkers; i++) {
            InboundPath path = new InboundPath(this);
            paths.add(path);
            wanted.add(new UdpPort.Worker(threads.next(), path)); // each time another one
        }
        try {
            this.port = UdpPort.open(loop, options, receiver, wanted);
        } catch (UdpPortException e) {
            end(threads, 0);
            end(group, 0);
            throw e;
        }
        if (port.workers() == 0) {
            paths.clear();
            end(threads, 0);
        }
        this.workerGroup = threads;
        this.workers = List.copyOf(paths);
    }

    private static void inBackground(Runnable warmUp) {
        Thread thread = new Thread(warmUp, "warm-up");
        thread.setDaemon(true);
        thread.start();
    }

    /** Prepares for packets, which come soon. */
    void warmUp() {
        inBackground(Sealer::warmUp);
    }

    static Engine open(NodeConfig config, UdpPort.Options options, InstantSource wallClock, Machine machine)
            throws NodeException {
        return open(config, options, 0, wallClock, machine);
    }

    /** With so many workers, or without where this machine cannot have them. */
    static Engine open(
            NodeConfig config, UdpPort.Options options, int workers, InstantSource wallClock, Machine machine)
            throws NodeException {
        try {
            return new Engine(config, options, workers, wallClock, machine);
        } catch (UdpPortException e) {
            throw new NodeException(e);
        }
    }

    /** Nanoseconds since this engine was made, the time asleep included as far as it has been noticed. */
    long nowNanos() {
        return System.nanoTime() - originNanos + sleptNanos;
    }

    /** Notices that the machine has slept. To be called every few seconds by one thread. */
    void noticeSleep() {
        long asleep = BootClock.nowNanos() - bootOriginNanos - (System.nanoTime() - originNanos);
        if (asleep - sleptNanos > SLEEP_NANOS) {
            sleptNanos = asleep;
            wakeup();
        }
    }

    void start() {
        run(nodeCore -> {
            started = true;
            readLocal(nodeCore);
            nodeCore.start(nowNanos());
        });
    }

    /** The machine's addresses may have changed. Loop only. */
    void readLocal(NodeCore nodeCore) {
        nodeCore.local(LocalAddresses.networks(nodeCore.overlay()), port.port(), nowNanos());
    }

    /** What any thread may use: the published routes and the counters of drops. */
    NodeCore sharedCore() {
        return core;
    }

    /**
     * With which a router can be asked to open the port.
     *
     * @param wanted false to find out only what the router could do
     */
    GatewayLink newGatewayLink(int mark, boolean wanted) {
        return new GatewayLink(
                loop,
                Epoll.isAvailable(),
                mark,
                port.port(),
                wanted,
                this::nowNanos,
                mapped -> run(nodeCore -> nodeCore.portMapped(mapped, nowNanos())));
    }

    /** By which the local networks are spoken to; null where this machine cannot. */
    @Nullable
    LanLink newLanLink(int mark) {
        return Epoll.isAvailable()
                ? new LanLink(loop, mark, (source, datagram) -> {
                    core.receiveBeacon(source, datagram, nowNanos());
                    endTurn();
                })
                : null;
    }

    UdpPort port() {
        return port;
    }

    /** How many queues the TUN should have: one for each worker. */
    int queues() {
        return Math.max(1, workers.size());
    }

    /**
     * Packets for this machine go to this device from now on, those of each worker to its own queue. If there is not one for
     * each, there are no workers any more.
     */
    void writeTo(Tun device) {
        Tun.Writer ofLoop = device.newWriter(0);
        run(nodeCore -> tun = ofLoop);
        if (device.queues() < queues()) {
            LOG.debug("no workers: {} has {} queue", device.name(), device.queues());
            port.dismissWorkers();
            end(workerGroup, 0);
            return;
        }
        for (int i = 0; i < workers.size(); i++) {
            workers.get(i).writeTo(device.newWriter(i));
        }
    }

    /** What a worker has received and the loop has to look at. Loop only, inside {@link #run}. */
    void receive(Path source, ByteBuffer datagram) {
        receiver.received(source, datagram);
        receiver.endBatch();
    }

    /** The port is open a moment before the core begins. */
    boolean isStarted() {
        return started;
    }

    /** Does something with the core on the loop; nothing once the engine is closed. */
    void run(Consumer<NodeCore> task) {
        try {
            loop.execute(() -> turn(task));
        } catch (RejectedExecutionException e) {
            // Closed meanwhile: there is nobody left whom the task could matter to.
        }
    }

    /** The same, not before the loop has looked at its sockets once more. Loop only. */
    void runAfterInput(Consumer<NodeCore> task) {
        try {
            var unused = loop.schedule(() -> turn(task), 0, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // As above.
        }
    }

    private void turn(Consumer<NodeCore> task) {
        try {
            task.accept(core);
        } finally {
            endTurn(); // also after a mistake of ours: without a timer the loop would sleep for ever
        }
    }

    /** Asks the core something on the loop. */
    <T> CompletableFuture<T> ask(Function<NodeCore, T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            loop.execute(() -> {
                try {
                    answer.complete(question.apply(core));
                } catch (RuntimeException e) {
                    answer.completeExceptionally(e);
                }
                endTurn();
            });
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(new IllegalStateException("the node is stopping", e));
        }
        return answer;
    }

    NoisePublicKey publicKey() {
        return config.privateKey().publicKey();
    }

    CompletableFuture<NodeInfo> info() {
        return ask(nodeCore -> {
            List<InetAddress> local = LocalAddresses.read(nodeCore.overlay());
            String publicEndpoint = nodeCore.publicEndpoint();
            String key = config.privateKey().publicKey().toString();
            String reachable = publicEndpoint != null ? publicEndpoint : localEndpoint(nodeCore, local);
            return new NodeInfo(
                    PeerId.of(config.privateKey().publicKey()).text(),
                    key,
                    config.name(),
                    List.of(
                            text(nodeCore.overlay().ipv4()),
                            text(nodeCore.overlay().ipv6())),
                    port.port(),
                    local.stream().map(this::endpoint).toList(),
                    publicEndpoint,
                    nodeCore.publicEndpointConfirmed(),
                    reachable == null ? null : key + "@" + reachable,
                    code(local),
                    config.version());
        });
    }

    /**
     * An invitation that lets in whoever is first to prove it; an {@link IllegalArgumentException} says why there can be
     * none.
     *
     * @param name whom it is meant for; empty if that is not said
     */
    CompletableFuture<Invitation> invite(String name) {
        return ask(nodeCore -> {
            List<InetAddress> local = LocalAddresses.read(nodeCore.overlay());
            Invitation own = new OwnInvitation(config, nodeCore, local, port.port()).at(Instant.now());
            if (own == null) {
                throw new IllegalArgumentException(
                        "there is no address to put into a code: this node has no network, or"
                                + " announces a name by --endpoint");
            }
            OneTimeSecret secret = OneTimeSecret.generate(new SecureRandom());
            nodeCore.invite(secret, name, nowNanos());
            return own.with(secret);
        });
    }

    /** The invitation code as of now; null if there is nothing to tell. Loop only. */
    @Nullable
    String code() {
        return code(LocalAddresses.read(core.overlay()));
    }

    private @Nullable String code(List<InetAddress> local) {
        Invitation own = new OwnInvitation(config, core, local, port.port()).at(Instant.now());
        return own == null ? null : own.code();
    }

    /** Where STUN could not tell: a global address of this machine, else one that works in its own network. */
    private @Nullable String localEndpoint(NodeCore nodeCore, List<InetAddress> local) {
        if (nodeCore.serversDisagree()) {
            return null;
        }
        return local.stream()
                .filter(EndpointSanity::isGlobal)
                .findFirst()
                .or(() -> local.stream().findFirst())
                .map(this::endpoint)
                .orElse(null);
    }

    private String endpoint(InetAddress address) {
        return Endpoint.text(new InetSocketAddress(address, port.port()));
    }

    private static String text(InetAddress address) {
        return NetUtil.toAddressString(address);
    }

    /**
     * Tests what the NAT does to this port; a test that goes on already has to do.
     *
     * @param gatewayLink tells what the router can do; null if that is not to be asked
     */
    CompletableFuture<NatReport> testNat(
            NatTestRequest request, NatTestProgress progress, @Nullable GatewayLink gatewayLink) {
        CompletableFuture<NatReport> report = new CompletableFuture<>();
        loop.execute(() -> {
            NatTrial trial = natTrial;
            if (trial == null) {
                trial = new NatTrial(loop, port, options.mark(), this::nowNanos, resolver, request, progress);
                natTrial = trial;
                trial.begin(
                        LocalAddresses.read(core.overlay()),
                        gatewayLink == null ? CompletableFuture.completedFuture(null) : gatewayLink.findings());
                var unused = trial.report().whenComplete((result, failure) -> tested(result));
            }
            var unused = trial.report().whenComplete((result, failure) -> report.complete(result));
        });
        return report;
    }

    private void tested(@Nullable NatReport result) {
        natTrial = null;
        if (result != null && result.lifetimeSeconds() != null) {
            core.mappingLifetime(TimeUnit.SECONDS.toNanos(result.lifetimeSeconds()), nowNanos());
        }
    }

    /** Completes once every STUN server has answered or has had its time. */
    CompletableFuture<Void> settled() {
        CompletableFuture<Void> settled = new CompletableFuture<>();
        loop.execute(() -> {
            waitingForSettled.add(settled);
            endTurn();
        });
        return settled;
    }

    /** Any thread: a timer was armed beside the loop. */
    private void wakeup() {
        if (wakeupPending.compareAndSet(false, true)) {
            try {
                loop.execute(this::onTimeout);
            } catch (RejectedExecutionException e) {
                // Closed meanwhile.
            }
        }
    }

    private void onTimeout() {
        wakeupPending.set(false);
        core.onTimeout(nowNanos());
        endTurn();
    }

    /** The end of whatever the loop did: what was queued leaves, and the timer is set anew. */
    private void endTurn() {
        if (tun != null) {
            tun.flush();
        }
        port.flush();
        if (!manyHandshakes && X25519.isBusy()) {
            manyHandshakes = true;
            inBackground(X25519::loadConscrypt);
        }
        if (!waitingForSettled.isEmpty() && core.publicEndpointSettled()) {
            waitingForSettled.forEach(waiting -> waiting.complete(null));
            waitingForSettled.clear();
        }
        long deadline = core.nextDeadlineNanos();
        if (deadline == timerNanos) {
            return;
        }
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
        timerNanos = deadline;
        if (deadline != Long.MAX_VALUE) {
            timer = loop.schedule(
                    () -> {
                        timerNanos = Long.MAX_VALUE;
                        onTimeout();
                    },
                    Math.max(0, deadline - nowNanos()),
                    TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void close() {
        port.close();
        end(workerGroup, 1);
        end(group, 1);
    }

    private static void end(@Nullable MultiThreadIoEventLoopGroup threads, int patienceSeconds) {
        if (threads != null) {
            threads.shutdownGracefully(0, patienceSeconds, TimeUnit.SECONDS)
                    .awaitUninterruptibly(patienceSeconds + 1, TimeUnit.SECONDS);
        }
    }

    private final class Receiver implements UdpPort.Receiver {
        private final BatchClock clock = new BatchClock(Engine.this::nowNanos);

        @Override
        public void received(Path source, ByteBuffer datagram) {
            if (natTrial != null && natTrial.receive(source, datagram)) {
                return;
            }
            if (started) {
                core.receiveDatagram(source, datagram, clock.nowNanos());
            }
        }

        @Override
        public void batchEnded() {
            endBatch();
            if (started) {
                endTurn();
            }
        }

        void endBatch() {
            clock.batchEnded();
            if (natTrial != null) {
                natTrial.endTurn();
            }
        }
    }

    private final class Output implements NodeOutput {
        @Override
        public void send(Path path, ByteBuffer datagram) {
            port.send(path, datagram);
        }

        @Override
        public @Nullable Path pathTo(InetSocketAddress remote) {
            return port.pathTo(remote);
        }

        @Override
        public int openChannel(InetAddress towards) {
            return port.openAuxiliary(towards);
        }

        @Override
        public void closeChannel(int channel) {
            port.closeAuxiliary(channel);
        }

        @Override
        public void beacon(ByteBuffer datagram) {
            machine.beacon(datagram);
        }

        @Override
        public void toTun(ByteBuffer packet) {
            if (tun != null) {
                tun.write(packet);
            }
        }

        @Override
        public void resolve(Endpoint endpoint) {
            resolver.resolve(
                    endpoint.host(), addresses -> run(nodeCore -> nodeCore.resolved(endpoint, addresses, nowNanos())));
        }

        @Override
        public void derive(NoisePublicKey verifier) {
            Passcode passcode = config.passcode();
            if (passcode == null) {
                throw new IllegalStateException("no passcode to make a key of");
            }
            Thread deriving = new Thread(
                    () -> {
                        PasscodeKey key = passcode.keyFor(verifier);
                        run(nodeCore -> nodeCore.derived(verifier, key, nowNanos()));
                    },
                    "passcode");
            deriving.setDaemon(true);
            deriving.start();
        }

        @Override
        public void remember(Remembered remembered) {
            machine.remember(remembered);
        }

        @Override
        public void route(RouterConfig wanted) {
            machine.route(wanted);
        }

        @Override
        public void event(NodeEvent event) {
            machine.event(event);
        }
    }
}
