package org.peervpn.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.peervpn.node.NodeStatus.State;
import org.peervpn.node.World.Config;
import org.peervpn.node.World.SimNode;

/** The word that {@code --status} has for a node, and for its relation to a peer. */
class StateTest {
    private static final Duration MOMENT = Duration.ofMillis(10);

    private final World world = new World();
    private final SimNode exit = world.add(Config::exit);

    @Test
    void nodeThatServesStartsUntilItsMachineIsSetUp() {
        exit.core.start(world.nowNanos());
        assertThat(state(exit)).isEqualTo(State.STARTING);

        exit.routeNow();
        assertThat(state(exit)).isEqualTo(State.CONNECTED);
    }

    @Test
    void clientConnectsUntilItsTrafficGoesThroughTheExit() {
        SimNode client = world.add(config -> config.connect(exit.line())).start();
        assertThat(state(client)).isEqualTo(State.CONNECTING);
        assertThat(client.status().peers().get(0).state()).isEqualTo(State.CONNECTING);

        exit.start();
        world.run(Duration.ofSeconds(6));
        assertThat(client.status().peers().get(0).state()).isEqualTo(State.CONNECTED);
        assertThat(state(client)).as("the routes are not switched yet").isEqualTo(State.CONNECTING);

        client.routeNow();
        assertThat(state(client)).isEqualTo(State.CONNECTED);
    }

    @Test
    void clientThatHasLostItsPeerReconnects() {
        exit.start();
        SimNode client = connected();

        world.lose(datagram -> true);
        world.run(Duration.ofMinutes(4));
        assertThat(state(client)).isEqualTo(State.RECONNECTING);
        assertThat(client.status().peers().get(0).state()).isEqualTo(State.RECONNECTING);

        world.lose(datagram -> false);
        world.run(Duration.ofSeconds(6));
        assertThat(state(client)).isEqualTo(State.CONNECTED);
    }

    @Test
    void clientWhoseExitIsAwayReconnectsThoughAnotherPeerIsThere() {
        exit.start();
        SimNode friend = world.add(Config::listen).start();
        SimNode client =
                world.add(config -> config.connect(exit.line(), friend.line())).start();
        world.run(MOMENT);
        client.routeNow();
        assertThat(state(client)).isEqualTo(State.CONNECTED);

        world.lose(datagram ->
                datagram.from().equals(exit.address) || datagram.to().equals(exit.address));
        world.run(Duration.ofMinutes(4));

        assertThat(state(client)).isEqualTo(State.RECONNECTING);
    }

    @Test
    void exitThatAlsoCallsSomebodySaysSo() {
        SimNode friend = world.add(Config::listen);
        SimNode node = world.add(config -> config.exit().connect(friend.line())).start();
        assertThat(state(node)).isEqualTo(State.CONNECTING);

        friend.start();
        world.run(Duration.ofSeconds(6));
        assertThat(state(node)).isEqualTo(State.CONNECTED);
    }

    @Test
    void nodeThatEndsSaysWhetherItWasAskedTo() {
        exit.start();
        SimNode other = world.add(Config::listen).start();

        exit.core.stopping(false);
        other.core.stopping(true);
        other.core.stopping(false);

        assertThat(state(exit)).isEqualTo(State.STOPPING);
        assertThat(state(other)).isEqualTo(State.FAILED);
    }

    private SimNode connected() {
        SimNode client = world.add(config -> config.connect(exit.line())).start();
        world.run(MOMENT);
        client.routeNow();
        assertThat(state(client)).isEqualTo(State.CONNECTED);
        return client;
    }

    private static State state(SimNode node) {
        return node.status().state();
    }
}
