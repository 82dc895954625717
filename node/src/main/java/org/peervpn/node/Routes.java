package org.peervpn.node;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.peervpn.routing.AllowedIps;
import org.peervpn.routing.Cidr;
import org.peervpn.routing.RouterConfig;
import org.peervpn.tunnel.Lane;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where packets go: which peer owns which address, which one is the exit, and what the machine has to know of it. Owned
 * by the loop; any thread may read {@link #allowedIps()} and ask {@link #isFrom}.
 */
final class Routes {
    private static final Logger LOG = LoggerFactory.getLogger(Routes.class);
    private static final List<Cidr> EVERYTHING = List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0"));

    private final NodeConfig config;
    private final PeerTable peers;
    private final NodeOutput output;
    private final ExitChoice exitChoice;
    private final List<Cidr> ownAddresses;
    private final AllowedIps<Boolean> us;

    private volatile AllowedIps<Lane> allowedIps = AllowedIps.<Lane>builder().build();

    private boolean ownersChanged = true;

    /** What the machine should be set to follows from the same. */
    private boolean wantedChanged = true;

    /** Kept while it is away: traffic never falls back to the uplink. */
    private @Nullable PeerEntry exit;

    private NodeEvent.@Nullable ExitInUse announced;
    private boolean ready;
    private @Nullable RouterConfig wanted;
    private @Nullable RouterConfig applied;

    Routes(NodeConfig config, PeerTable peers, OverlayAddresses own, NodeOutput output) {
        this.config = config;
        this.peers = peers;
        this.output = output;
        this.exitChoice = new ExitChoice(config);
        this.ownAddresses = List.of(Cidr.host(own.ipv4()), Cidr.host(own.ipv6()));
        AllowedIps.Builder<Boolean> us = AllowedIps.builder();
        ownAddresses.forEach(address -> us.add(address, true));
        this.us = us.build();
    }

    AllowedIps<Lane> allowedIps() {
        return allowedIps;
    }

    /**
     * Any thread: whether the packet's source belongs to this lane's peer, which is admitted then: nobody else owns an
     * address. A packet that comes with our own address was made up, also if it is the exit that sends it.
     */
    boolean isFrom(Lane lane, ByteBuffer packet) {
        return allowedIps.lookupSource(packet) == lane && us.lookupSource(packet) == null;
    }

    List<Cidr> ownAddresses() {
        return ownAddresses;
    }

    @Nullable
    PeerEntry exit() {
        return exit;
    }

    boolean isReady() {
        return ready;
    }

    /** Whom the operator wants to be called now. */
    void connect(List<ConnectLine> lines) {
        exitChoice.connect(lines);
    }

    /** A peer has come, gone, or got other addresses. */
    void ownersChanged() {
        ownersChanged = true;
        wantedChanged = true;
    }

    void forget(PeerEntry entry) {
        ownersChanged();
        if (entry.equals(exit)) {
            exit = null;
        }
    }

    /** The machine is now so. */
    void applied(RouterConfig done) {
        applied = done;
    }

    /**
     * Draws the conclusions from what the peers are and offer now.
     *
     * @param everReached a client leaves the machine alone until the first handshake has succeeded
     */
    void update(boolean everReached, long nowNanos, Consumer<NodeEvent> events) {
        chooseExit();
        publishOwners();
        if (wantedChanged && (config.waitForPeers() || everReached)) {
            wantedChanged = false;
            route();
        }
        RouterConfig done = applied;
        if (done == null) {
            return;
        }
        tellExit(done, nowNanos, events);
        boolean isSwitched = exit == null || done.usingExit() != null;
        if (!ready && isSwitched && isDecided(everReached, nowNanos)) {
            becomeReady(events);
        }
    }

    /** So that it is known from now on which peer owns an address. */
    void publishOwners() {
        if (ownersChanged) {
            ownersChanged = false;
            allowedIps = owners();
        }
    }

    private void chooseExit() {
        PeerEntry chosen = exitChoice.choose(exit, peers);
        if (chosen != exit) {
            LOG.debug("exit: {} -> {}", exit == null ? "none" : exit.id, chosen == null ? "none" : chosen.id);
            if (exit != null) {
                exit.exitFamilies = Set.of();
            }
            exit = chosen;
            ownersChanged();
        }
        if (chosen != null) {
            // While it is away, it keeps the families that it offered last.
            Set<Integer> families = exitChoice.families(chosen);
            ownersChanged |= !families.equals(chosen.exitFamilies);
            chosen.exitFamilies = families;
        }
    }

    private AllowedIps<Lane> owners() {
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
                Lane lane = entry.peer.lane();
                entry.addresses().forEach(address -> owners.add(address, lane));
            }
        }
        return owners.build();
    }

    private List<Cidr> exitRoutes() {
        return config.routes().isEmpty() ? EVERYTHING : config.routes();
    }

    private void route() {
        List<Cidr> prefixes = peers.entries().stream()
                .filter(entry -> entry.admitted)
                .flatMap(entry -> entry.addresses().stream())
                .toList();
        RouterConfig.ExitUse use = exit == null ? null : new RouterConfig.ExitUse(exitRoutes(), config.excludes());
        RouterConfig now = new RouterConfig(config.mtu(), ownAddresses, prefixes, config.offerExit(), use);
        if (!now.equals(wanted)) {
            wanted = now;
            LOG.debug("routes: {}", now);
            output.route(now);
        }
    }

    private void tellExit(RouterConfig done, long nowNanos, Consumer<NodeEvent> events) {
        PeerEntry using = done.usingExit() == null ? null : exit;
        NodeEvent.ExitInUse now = using == null ? null : inUse(using);
        if (using == null || now == null) {
            announced = null;
        } else if (!now.equals(announced) && using.mayTell(nowNanos)) {
            announced = now;
            events.accept(now);
        }
    }

    /** Whether there is an exit, or none that is worth waiting for. */
    private boolean isDecided(boolean everReached, long nowNanos) {
        return config.waitForPeers() || exit != null || (everReached && exitChoice.isDecided(peers, nowNanos));
    }

    private void becomeReady(Consumer<NodeEvent> events) {
        ready = true;
        if (exit == null && !config.waitForPeers()) {
            events.accept(new NodeEvent.NoExit());
        }
        events.accept(new NodeEvent.Ready());
    }

    private NodeEvent.ExitInUse inUse(PeerEntry using) {
        Set<Integer> carried = new TreeSet<>();
        Set<Integer> refused = new TreeSet<>();
        for (Cidr route : exitRoutes()) {
            int family = route.isIpv4() ? 4 : 6;
            (using.exitFamilies.contains(family) ? carried : refused).add(family);
        }
        return new NodeEvent.ExitInUse(using.label(), carried, refused);
    }

    /** When the patience with a peer that has not yet said hello ends, while that is still of interest. */
    long nextDeadlineNanos(long nowNanos) {
        long next = Long.MAX_VALUE;
        if (ready) {
            return next;
        }
        for (PeerEntry entry : peers.entries()) {
            long patienceEnds = entry.upSinceNanos + NodeCore.HELLO_PATIENCE_NANOS;
            if (entry.up && patienceEnds > nowNanos) {
                next = Math.min(next, patienceEnds);
            }
        }
        return next;
    }
}
