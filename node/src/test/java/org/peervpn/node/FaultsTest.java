package org.peervpn.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.node.Packets.packet;
import static org.peervpn.node.World.address;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peervpn.node.World.Config;
import org.peervpn.node.World.SimNode;

/** Whole nodes in virtual time whose clocks step, who sleep, and who move. */
class FaultsTest {
    private static final Duration MOMENT = Duration.ofMillis(10);
    private static final InetAddress INTERNET = address("9.9.9.9");

    private final World world = newWorld();

    World newWorld() {
        return new World();
    }

    private final SimNode exit = world.add(Config::exit).start();
    private SimNode client = connect();

    private SimNode connect() {
        SimNode node = world.add(config -> config.connect(exit.line())).start();
        settle(node);
        return node;
    }

    private void settle(SimNode node) {
        world.run(MOMENT);
        exit.routeNow();
        node.routeNow();
        world.run(MOMENT);
        node.routeNow();
    }

    /** Of both nodes, at any time, over some renewals of the keys. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 1})
    void aClockThatStepsByADayBreaksNothing(int days) {
        for (SimNode stepping : new SimNode[] {client, exit}) {
            stepping.clockError = stepping.clockError.plusDays(days);
            for (int i = 0; i < 40; i++) {
                assertThatTrafficFlows();
                world.run(Duration.ofSeconds(10));
            }
        }
        assertThat(client.events(NodeEvent.PeerGone.class)).isEmpty();
    }

    @Test
    void aRestartedNodeWhoseClockWasSetBackIsHeardIfItKnowsWhatItLastTold() {
        Instant told = World.EPOCH.plus(Duration.ofSeconds(1));
        world.run(Duration.ofSeconds(1));

        client = world.restart(client, config -> config.connect(exit.line()));
        client.clockError = Duration.ofDays(-1);
        client.start();
        settle(client);
        assertThat(client.events(NodeEvent.PeerConnected.class))
                .as("what peers do to a clock that went back")
                .isEmpty();

        client = world.restart(client, config -> config.connect(exit.line()).toldBefore(told));
        client.clockError = Duration.ofDays(-1);
        client.start();
        settle(client);
        assertThat(client.events(NodeEvent.PeerConnected.class)).hasSize(1);
        assertThatTrafficFlows();
    }

    /** As one that was suspended, or stopped by a signal. */
    @ParameterizedTest
    @ValueSource(ints = {10, 100, 200, 600, 3_600})
    void aNodeThatSleptGoesOn(int seconds) {
        for (SimNode sleeper : new SimNode[] {client, exit}) {
            world.suspend(sleeper, true);
            client.send(packet(client.ipv4(), INTERNET, "while asleep"));
            world.run(Duration.ofSeconds(seconds));
            world.suspend(sleeper, false);
            client.send(packet(client.ipv4(), INTERNET, "first"));
            world.run(Duration.ofSeconds(30));
            assertThatTrafficFlows();
        }
    }

    @Test
    void clientsFollowAnExitThatHasMoved() {
        world.move(exit, "11.22.33.99");

        exit.networkChanged();

        assertThatTrafficFlows();
    }

    @Test
    void aNameIsLookedUpAnewWhenItsAddressIsSilent() {
        Endpoint name = new Endpoint("exit.test", 51820);
        client = world.add(config -> config.connect(new ConnectLine(exit.key, name)))
                .start();
        client.resolved(name, exit.address.getAddress());
        settle(client);
        assertThatTrafficFlows();
        world.move(exit, "11.22.33.99");
        int asked = client.asked.size();

        for (int i = 0; i < 30 && client.asked.size() == asked; i++) {
            client.send(packet(client.ipv4(), INTERNET, "lost"));
            world.run(Duration.ofSeconds(1));
        }
        assertThat(client.asked).hasSizeGreaterThan(asked);
        client.resolved(name, address("11.22.33.99"));
        world.run(Duration.ofSeconds(6));

        assertThatTrafficFlows();
        assertThat(client.events(NodeEvent.PeerGone.class)).isEmpty();
    }

    private void assertThatTrafficFlows() {
        int before = exit.toTun.size();
        int back = client.toTun.size();
        client.send(packet(client.ipv4(), INTERNET, "question"));
        exit.send(packet(INTERNET, client.ipv4(), "answer"));
        assertThat(exit.toTun).hasSize(before + 1);
        assertThat(client.toTun).hasSize(back + 1);
    }
}
