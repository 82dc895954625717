package org.peervpn.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.node.World.address;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.peervpn.nat.path.Slots;
import org.peervpn.node.NodeStatus.State;
import org.peervpn.node.World.Config;
import org.peervpn.node.World.Datagram;
import org.peervpn.node.World.SimNode;
import org.peervpn.routing.Cidr;
import org.peervpn.tunnel.NoisePrivateKey;
import org.peervpn.tunnel.NoisePublicKey;

/** How a node calls peers that do not answer. */
class ReconnectTest {
    private static final Duration MOMENT = Duration.ofMillis(10);

    /** Two initiations of one attempt, or of one and the next. */
    private static final Duration QUICK = Duration.ofMillis(5_400);

    private static final Duration SLOWEST = Duration.ofSeconds(63);

    /** What {@link Slots} leaves silent. */
    private static final Duration SILENCE = Duration.ofSeconds(35);

    private static final Endpoint NAME = new Endpoint("exit.example", 51820);

    private final World world = newWorld();

    World newWorld() {
        return new World();
    }

    private final SimNode peer = world.add(Config::listen).start();

    /** When initiations to the peer left, in nanoseconds. */
    private final List<Long> calls = new ArrayList<>();

    @Test
    void whereWeAreOurselvesNobodyIsCalled() {
        NoisePublicKey key = NoisePrivateKey.generate(new SecureRandom()).publicKey();
        SimNode node = world.add(config -> config.connect(new ConnectLine(key, Endpoint.parse("192.168.1.9:51820"))));
        InetAddress own = address("192.168.1.9");
        node.core.local(List.of(new LocalNetwork(own, Cidr.network(own, 24))), 51820, world.nowNanos());
        node.start();
        world.run(Duration.ofSeconds(20));

        assertThat(node.sentDatagrams).isZero();
    }

    @Test
    void peerThatWasNeverReachedIsCalledEvery5SecondsInTheSteadyPartOfAMinute() {
        calling();
        world.run(Duration.ofMinutes(5));

        assertThat(calls).hasSizeBetween(19, 28);
        assertThat(intervals())
                .allMatch(interval -> interval.compareTo(QUICK) < 0
                        || (interval.compareTo(SILENCE) > 0
                                && interval.compareTo(SILENCE.plus(QUICK).plus(QUICK)) < 0));
    }

    @Test
    void peerThatWasReachedOnceIsCalledEvery5SecondsWithASilenceInEveryThirdSlot() {
        connected();
        silence();
        world.run(Duration.ofMinutes(4));
        calls.clear();
        world.run(Duration.ofMillis(3 * Slots.PERIOD_MILLIS));

        assertThat(calls).hasSizeBetween(22, 27);
        assertThat(intervals().stream().filter(interval -> interval.compareTo(QUICK) >= 0))
                .hasSizeLessThanOrEqualTo(1)
                .allMatch(interval -> interval.compareTo(SILENCE.plus(QUICK).plus(QUICK)) < 0);
    }

    @Test
    void laterCallsBecomeRareButNeverStop() {
        calling();
        world.run(Duration.ofMinutes(10));
        calls.clear();
        world.run(Duration.ofHours(3));

        assertThat(intervals())
                .allMatch(interval -> interval.compareTo(Duration.ofSeconds(39)) > 0)
                .allMatch(interval -> interval.compareTo(SLOWEST) < 0);
        assertThat(intervals()).as("they differ").doesNotHaveDuplicates();
    }

    @Test
    void peerThatComesBackSoonIsReachedWithinSeconds() {
        SimNode node = calling();
        world.run(Duration.ofMillis(4 * Slots.PERIOD_MILLIS));
        answer();
        world.run(QUICK);

        assertThat(state(node)).isEqualTo(State.CONNECTED);
    }

    @Test
    void peerThatComesBackAfterHoursIsReachedWithinAMinute() {
        SimNode node = calling();
        world.run(Duration.ofHours(5));
        answer();
        world.run(SLOWEST);

        assertThat(state(node)).isEqualTo(State.CONNECTED);
    }

    @Test
    void lostPeerIsCalledQuicklyAgain() {
        SimNode node = connected();
        world.run(Duration.ofMinutes(30));
        silence();
        world.run(Duration.ofMinutes(7));

        assertThat(state(node)).isEqualTo(State.RECONNECTING);
        answer();
        world.run(SILENCE.plus(QUICK));
        assertThat(state(node)).isEqualTo(State.CONNECTED);
    }

    @Test
    void anotherNetworkIsAReasonToCallQuicklyAgain() {
        SimNode node = calling();
        world.run(Duration.ofMillis(60 * Slots.PERIOD_MILLIS));
        calls.clear();
        node.networkChanged();
        world.run(Duration.ofSeconds(18));

        assertThat(calls).hasSizeBetween(4, 5);
    }

    @Test
    void anotherAddressOfTheNameIsAReasonToCallQuicklyAgain() {
        SimNode node = callingByName();
        node.resolved(NAME, address("11.22.33.200"), address("11.22.33.201"));
        world.run(Duration.ofHours(1));
        calls.clear();
        node.resolved(NAME, address("11.22.33.201"), address("11.22.33.200"));
        world.run(QUICK.multipliedBy(2));
        assertThat(calls).as("only another order").hasSizeLessThan(2);

        answer();
        node.resolved(NAME, peer.address.getAddress());
        world.run(QUICK);

        assertThat(state(node)).isEqualTo(State.CONNECTED);
    }

    @Test
    void nameIsAskedForLessOftenLater() {
        SimNode node = callingByName();
        node.resolved(NAME, peer.address.getAddress());
        world.run(Duration.ofMinutes(1));
        assertThat(node.asked).hasSizeBetween(4, 6);

        world.run(Duration.ofMinutes(10));
        int before = node.asked.size();
        world.run(Duration.ofMinutes(60));
        assertThat(node.asked.size() - before).isBetween(60, 150);
    }

    @Test
    void packetForThePeerCallsItAgain() {
        SimNode node = calling();
        world.run(Duration.ofMillis(60 * Slots.PERIOD_MILLIS));
        answer();
        node.send(Packets.packet(node.ipv4(), peer.ipv4(), "wake up"));
        world.run(QUICK);

        assertThat(state(node)).isEqualTo(State.CONNECTED);
    }

    @Test
    void twoNodesBehindFiltersFindOneAnotherAlsoAfterHours() {
        SimNode node = calling();
        peer.add(node.line());
        world.run(Duration.ofHours(2));
        // A filter in front of each, as most routers have one: open for 30 s after something has gone out to there.
        Map<InetSocketAddress, Long> opened = new HashMap<>();
        world.lose(datagram -> {
            opened.put(datagram.from(), world.nowNanos());
            Long open = opened.get(datagram.to());
            return open == null
                    || world.nowNanos() - open > Duration.ofSeconds(30).toNanos();
        });
        world.run(SLOWEST.multipliedBy(3));

        assertThat(state(node)).isEqualTo(State.CONNECTED);
    }

    private SimNode calling() {
        silence();
        return world.add(config -> config.listen().connect(peer.line())).start();
    }

    private SimNode callingByName() {
        silence();
        return world.add(config -> config.listen().connect(new ConnectLine(peer.key, NAME)))
                .start();
    }

    private SimNode connected() {
        SimNode node = world.add(config -> config.listen().connect(peer.line())).start();
        world.run(MOMENT);
        assertThat(state(node)).isEqualTo(State.CONNECTED);
        return node;
    }

    private static State state(SimNode node) {
        return node.status().peers().get(0).state();
    }

    private void silence() {
        world.lose(this::note);
    }

    private void answer() {
        world.lose(datagram -> false);
    }

    private boolean note(Datagram datagram) {
        if (datagram.to().equals(peer.address) && datagram.bytes().get(0) == 1) {
            calls.add(world.nowNanos());
        }
        return true;
    }

    private List<Duration> intervals() {
        List<Duration> intervals = new ArrayList<>();
        for (int i = 1; i < calls.size(); i++) {
            intervals.add(Duration.ofNanos(calls.get(i) - calls.get(i - 1)));
        }
        return intervals;
    }
}
