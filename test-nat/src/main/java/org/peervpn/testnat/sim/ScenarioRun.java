package org.peervpn.testnat.sim;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.ConnectLine;
import org.peervpn.node.Endpoint;
import org.peervpn.node.invitation.Invitation;
import org.peervpn.testnat.sim.Scenario.Happening;
import org.peervpn.testnat.sim.Scenario.Participant;
import org.peervpn.testnat.sim.Scenario.Place;

/** Plays one {@link Scenario}, watched by {@link Invariants}; an {@link AssertionError} says what went wrong. */
final class ScenarioRun {
    /** From the last fault on, for calls under loss. */
    private static final Duration PATIENCE = Duration.ofSeconds(150);

    private static final Duration TRAFFIC_INTERVAL = Duration.ofSeconds(7);

    /** A session that a fault has killed is missed after so long. */
    private static final Duration AFTERMATH = Duration.ofSeconds(200);

    private static final Duration DELIVERY = Duration.ofSeconds(12);

    /**
     * Both sides may go on for 3 minutes with a session that a sloppy router has cut off; then every third slot of the
     * clock on the wall makes them silent for long enough.
     */
    private static final int FINAL_PROBES = 400;

    private static final Duration FINAL_INTERVAL = Duration.ofSeconds(1);

    private final Scenario scenario;
    private final SimNetwork network;
    private final Invariants invariants;
    private final SplittableRandom random;
    private final List<Site> sites = new ArrayList<>();
    private final List<SimNode> nodes = new ArrayList<>();
    private Duration lastFault = Duration.ZERO;

    /**
     * What came of it.
     *
     * @param pairs of nodes
     * @param expected of these, those that had to be connected
     * @param connected of all
     */
    record Outcome(int pairs, int expected, int connected) {}

    ScenarioRun(Scenario scenario, @Nullable Consumer<String> lines) {
        this.scenario = scenario;
        network = new SimNetwork(scenario.seed(), lines);
        invariants = new Invariants(network.timeline());
        random = network.random().split();
    }

    static String nodeName(int number) {
        return String.valueOf((char) ('A' + number));
    }

    Outcome play() {
        build();
        Timeline timeline = network.timeline();
        for (int i = 0; i < nodes.size(); i++) {
            SimNode node = nodes.get(i);
            Participant participant = scenario.participants().get(i);
            timeline.at(Duration.ofMillis(100L * i), node::start);
            timeline.at(participant.introduced(), () -> introduce(node, participant));
        }
        scenario.happenings().forEach(happening -> timeline.at(happening.at(), () -> happens(happening)));
        timeline.after(TRAFFIC_INTERVAL, this::traffic);
        timeline.runUntil(scenario.calmFrom().plus(scenario.quiet()).toNanos());
        while (!isAsExpected() && now().compareTo(scenario.calmFrom().plus(PATIENCE)) < 0) {
            network.run(TRAFFIC_INTERVAL);
        }
        return finish();
    }

    /** Whether everybody who has to be is connected, as far as the nodes know. */
    private boolean isAsExpected() {
        boolean[] asExpected = {true};
        forPairs((one, other) -> {
            boolean known = one.isUp(other) && other.isUp(one);
            asExpected[0] &= known || !Theory.mustConnect(one, other);
        });
        return asExpected[0];
    }

    private void build() {
        scenario.stunServers().forEach(character -> network.stunServer(true, character));
        for (int i = 0; i < scenario.places().size(); i++) {
            Place place = scenario.places().get(i);
            sites.add(network.site(
                    "site" + i, place.access(), place.ipv6(), place.uplink().link()));
        }
        for (int i = 0; i < scenario.participants().size(); i++) {
            Participant participant = scenario.participants().get(i);
            Site site = sites.get(participant.place());
            SimNode node = new SimNode(nodeName(i), site, participant.clockError(), invariants, network);
            invariants.watch(node);
            nodes.add(node);
        }
    }

    private void introduce(SimNode node, Participant participant) {
        for (SimNode other : nodes) {
            if (other != node) {
                node.add(lineOf(other, node, participant));
            }
        }
    }

    /** What the operator of the other one has told. */
    private static ConnectLine lineOf(SimNode other, SimNode asker, Participant participant) {
        Invitation code = participant.code() ? other.invitation() : null;
        return code != null
                ? ConnectLine.of(code)
                : new ConnectLine(other.publicKey(), endpointOf(other, asker, participant.ipv6()));
    }

    private static Endpoint endpointOf(SimNode other, SimNode asker, boolean ipv6) {
        InetSocketAddress ipv4 = other.mainEndpoint(true);
        if (other.site() == asker.site() && ipv4 != null) {
            return Endpoint.of(ipv4);
        }
        InetSocketAddress global = other.mainEndpoint(false);
        boolean usesIpv6 = ipv6 && asker.mainEndpoint(false) != null;
        return usesIpv6 && global != null ? Endpoint.of(global) : other.announced();
    }

    // What goes wrong.

    private void happens(Happening happening) {
        SimNode node = nodes.get(happening.participant());
        Site site = node.site();
        lastFault = now().plus(happening.lasts());
        network.trace().say("-", happening.toString());
        switch (happening.fault()) {
            case NAT_REBOOT -> site.reboot(false);
            case NEW_ADDRESS -> site.reboot(true);
            case NODE_RESTART -> restart(node, happening.lasts());
            case CUT -> cut(site.uplink(), happening.lasts());
            case BLACK_HOLE -> blackHole(site.uplink(), happening.lasts());
            case MOVE -> move(node, happening.to());
        }
    }

    private void restart(SimNode node, Duration pause) {
        if (node.isRunning()) {
            node.stop();
            network.timeline().after(pause, node::start);
        }
    }

    private void cut(Link link, Duration lasts) {
        link.down = true;
        network.timeline().after(lasts, () -> link.down = false);
    }

    private void blackHole(Link link, Duration lasts) {
        link.mtu = 600;
        network.timeline().after(lasts, () -> link.mtu = Link.ETHERNET_MTU);
    }

    private void move(SimNode node, @Nullable Integer to) {
        Site target = to == null ? node.site() : sites.get(to);
        if (target != node.site()) {
            node.moveTo(target);
        }
    }

    // Traffic.

    private void traffic() {
        SimNode from = any();
        SimNode to = any();
        if (from != to) {
            boolean mustArrive = isCalm() && isUp(from, to) && isUp(to, from);
            long number = invariants.probe(from, to, random.nextBoolean(), 8 + random.nextInt(1300));
            if (mustArrive) {
                network.timeline().after(DELIVERY, () -> mustHaveArrived(number, from, to));
            }
        }
        if (nodes.size() > 2 && random.nextInt(8) == 0) {
            invariants.forge(nodes.get(0), nodes.get(1), nodes.get(2));
        }
        network.timeline().after(TRAFFIC_INTERVAL, this::traffic);
    }

    private SimNode any() {
        return nodes.get(random.nextInt(nodes.size()));
    }

    private static boolean isUp(SimNode node, SimNode peer) {
        return node.isRunning() && node.isUp(peer);
    }

    private boolean isCalm() {
        boolean recently = !lastFault.isZero() && now().compareTo(lastFault.plus(AFTERMATH)) < 0;
        return !recently && sites.stream().allMatch(site -> site.uplink().isPerfect());
    }

    private void mustHaveArrived(long number, SimNode from, SimNode to) {
        if (!invariants.isDelivered(number) && isCalm()) {
            throw new AssertionError(
                    "a packet from " + from + " to " + to + " was lost on a path that is up, before " + now());
        }
    }

    private Duration now() {
        return Duration.ofNanos(network.timeline().nowNanos());
    }

    // The end.

    /** Packets are sent until one has arrived each way of each pair that has to be connected. */
    private Outcome finish() {
        List<Final> finals = new ArrayList<>();
        forPairs((one, other) -> finals.add(new Final(one, other, Theory.mustConnect(one, other))));
        for (int i = 0; i < FINAL_PROBES && !finals.stream().allMatch(Final::isDone); i++) {
            finals.forEach(Final::probe);
            network.run(FINAL_INTERVAL);
        }
        int expected = 0;
        int connected = 0;
        for (Final pair : finals) {
            expected += pair.expected ? 1 : 0;
            connected += pair.isConnected() ? 1 : 0;
            if (pair.expected && !pair.isConnected()) {
                throw new AssertionError(pair.one + " and " + pair.other + " are not connected and could be");
            }
        }
        return new Outcome(finals.size(), expected, connected);
    }

    /** The last packets of a pair. */
    private final class Final {
        private final SimNode one;
        private final SimNode other;
        private final boolean expected;
        private final List<Long> there = new ArrayList<>();
        private final List<Long> back = new ArrayList<>();

        Final(SimNode one, SimNode other, boolean expected) {
            this.one = one;
            this.other = other;
            this.expected = expected;
        }

        void probe() {
            there.add(invariants.probe(one, other, true, Long.BYTES));
            back.add(invariants.probe(other, one, false, Long.BYTES));
        }

        boolean isConnected() {
            return there.stream().anyMatch(invariants::isDelivered)
                    && back.stream().anyMatch(invariants::isDelivered);
        }

        /** Where nothing is expected, three packets have to do. */
        boolean isDone() {
            return isConnected() || (!expected && there.size() >= 3);
        }
    }

    private interface PairVisitor {
        void visit(SimNode one, SimNode other);
    }

    private void forPairs(PairVisitor visitor) {
        for (int i = 0; i < nodes.size(); i++) {
            for (int k = i + 1; k < nodes.size(); k++) {
                visitor.visit(nodes.get(i), nodes.get(k));
            }
        }
    }
}
