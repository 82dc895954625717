package org.peervpn.testnat.sim;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.ConnectLine;

/** Two nodes in two places that are going to know one another; for matrices and stories. */
final class Pair {
    /** Until STUN has told both where they are. */
    static final Duration SETTLED = Duration.ofSeconds(4);

    private static final Duration STEP = Duration.ofMillis(10);
    private static final Duration DELAY = Duration.ofMillis(10);
    private static final List<StunServer.Honesty> HONEST = Collections.nCopies(3, StunServer.Honesty.HONEST);

    private final SimNetwork network;
    private final Invariants invariants;
    private final SimNode left;
    private final SimNode right;

    private Pair(Plan plan, Access leftAccess, @Nullable Access rightAccess) {
        network = new SimNetwork(plan.seed(), plan.lines());
        invariants = new Invariants(network.timeline());
        plan.stunServers().forEach(character -> network.stunServer(true, character));
        Site leftSite = network.site("left", leftAccess, false, new Link(DELAY));
        Site rightSite = rightAccess == null ? leftSite : network.site("right", rightAccess, false, new Link(DELAY));
        left = node("left", leftSite, plan.leftClockError());
        right = node("right", rightSite, plan.rightClockError());
    }

    /** What most pairs do not care for. */
    private record Plan(
            long seed,
            @Nullable Consumer<String> lines,
            List<StunServer.Honesty> stunServers,
            Duration leftClockError,
            Duration rightClockError) {
        Plan(long seed) {
            this(seed, null, HONEST, Duration.ZERO, Duration.ZERO);
        }
    }

    static Pair of(long seed, Access left, Access right) {
        return new Pair(new Plan(seed), left, right);
    }

    /** Everything that happens is told. */
    static Pair traced(long seed, Access left, Access right, Consumer<String> lines) {
        return new Pair(new Plan(seed, lines, HONEST, Duration.ZERO, Duration.ZERO), left, right);
    }

    /** Both in one place. */
    static Pair together(long seed, Access access) {
        return new Pair(new Plan(seed), access, null);
    }

    static Pair withStun(long seed, Access left, Access right, StunServer.Honesty... servers) {
        return new Pair(new Plan(seed, null, List.of(servers), Duration.ZERO, Duration.ZERO), left, right);
    }

    static Pair withClocks(long seed, Access left, Access right, Duration leftError, Duration rightError) {
        return new Pair(new Plan(seed, null, HONEST, leftError, rightError), left, right);
    }

    private SimNode node(String name, Site site, Duration clockError) {
        SimNode node = new SimNode(name, site, clockError, invariants, network);
        invariants.watch(node);
        return node;
    }

    SimNetwork network() {
        return network;
    }

    SimNode left() {
        return left;
    }

    SimNode right() {
        return right;
    }

    Pair start() {
        left.start();
        right.start();
        network.run(SETTLED);
        return this;
    }

    /** Each is told where the other one is. */
    Pair introduce() {
        introduce(left, right);
        introduce(right, left);
        return this;
    }

    /** Each is given the code of the other one. */
    Pair exchangeCodes() {
        give(left, right);
        give(right, left);
        return this;
    }

    static void give(SimNode node, SimNode other) {
        node.add(ConnectLine.of(Objects.requireNonNull(other.invitation())));
    }

    static void introduce(SimNode node, SimNode other) {
        node.add(new ConnectLine(other.publicKey(), other.announced()));
    }

    void run(Duration time) {
        network.run(time);
    }

    boolean areConnected() {
        return left.isUp(right) && right.isUp(left);
    }

    /** How long it takes until both are connected; null if longer than that. */
    @Nullable
    Duration awaitConnected(Duration atMost) {
        long start = network.timeline().nowNanos();
        while (!areConnected()) {
            Duration waited = Duration.ofNanos(network.timeline().nowNanos() - start);
            if (waited.compareTo(atMost) > 0) {
                return null;
            }
            network.run(STEP);
        }
        return Duration.ofNanos(network.timeline().nowNanos() - start);
    }

    /** Whether packets pass both ways now; allows for some loss. */
    boolean packetsPass() {
        boolean there = false;
        boolean back = false;
        for (int i = 0; i < 20 && !(there && back); i++) {
            long to = invariants.probe(left, right, true, Long.BYTES);
            long from = invariants.probe(right, left, false, Long.BYTES);
            network.run(Duration.ofSeconds(1));
            there |= invariants.isDelivered(to);
            back |= invariants.isDelivered(from);
        }
        return there && back;
    }
}
