package org.peervpn.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.peervpn.node.NodeStatus.State;
import org.peervpn.node.World.SimNode;
import org.peervpn.tunnel.NoisePublicKey;

/** Peers that have agreed on a key beside their public ones. */
class PresharedKeyTest {
    private static final String PSK = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlYyE=";
    private static final String OTHER_PSK = "b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3Q=";
    private static final Duration MOMENT = Duration.ofSeconds(1);

    private final World world = new World();
    private final SimNode exit = world.add(World.Config::exit);

    @Test
    void sameOneConnectsWhoeverComesByTheLine() {
        SimNode client = client(PSK);
        SimNode serving = world.restart(exit, config -> config.exit().presharedKeys(line(client.key, PSK)))
                .start();
        client.start();
        world.run(MOMENT);

        assertThat(state(client, serving)).isEqualTo(State.CONNECTED);
        assertThat(serving.status().peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.admitted()).isTrue());
    }

    @Test
    void sameOneConnectsWhoeverCalls() {
        SimNode client = client(PSK);
        SimNode calling = world.restart(
                        exit,
                        config -> config.exit()
                                .presharedKeys(line(client.key, PSK))
                                .connect(client.line()))
                .start();
        world.lose(datagram ->
                datagram.from().equals(client.address) && datagram.bytes().get(0) == 1);
        client.start();
        world.run(Duration.ofSeconds(10));

        assertThat(state(client, calling)).isEqualTo(State.CONNECTED);
    }

    @Test
    void anotherOneOrNoneOnOneSideNeverConnects() {
        for (String ofExit : new String[] {OTHER_PSK, ""}) {
            SimNode client = client(PSK);
            SimNode serving = world.restart(
                            exit,
                            config -> config.exit().presharedKeys(ofExit.isEmpty() ? "" : line(client.key, ofExit)))
                    .start();
            client.start();
            world.run(Duration.ofMinutes(1));

            assertThat(state(client, serving)).isEqualTo(State.CONNECTING);
            assertThat(serving.events(NodeEvent.PeerConnected.class)).isEmpty();
            assertThat(client.events(NodeEvent.StillTrying.class))
                    .singleElement()
                    .satisfies(trying -> assertThat(trying.reasons())
                            .anyMatch(reason -> reason.contains("--psk-file") && !reason.contains(PSK)));
        }
    }

    @Test
    void newOneHoldsFromTheNextHandshakeOn() {
        SimNode client = client(PSK);
        SimNode serving = world.restart(exit, config -> config.exit().presharedKeys(line(client.key, PSK)))
                .start();
        client.start();
        world.run(MOMENT);

        serving.reload(PresharedKeys.parse(line(client.key, OTHER_PSK)));
        world.run(MOMENT);
        assertThat(state(client, serving)).isEqualTo(State.CONNECTED);
        client.reload(PresharedKeys.parse(line(exit.key, OTHER_PSK)));
        world.run(Duration.ofMinutes(5));
        assertThat(state(client, serving)).as("both have it").isEqualTo(State.CONNECTED);

        serving.reload(PresharedKeys.NONE);
        world.run(Duration.ofMinutes(10));
        assertThat(state(client, serving)).as("only one has it").isNotEqualTo(State.CONNECTED);
    }

    private SimNode client(String psk) {
        return world.add(config -> config.connect(exit.line()).presharedKeys(line(exit.key, psk)));
    }

    private static String line(NoisePublicKey key, String psk) {
        return key + " " + psk;
    }

    private static State state(SimNode node, SimNode peer) {
        return node.status().peers().stream()
                .filter(status -> status.publicKey().equals(peer.key.toString()))
                .findFirst()
                .orElseThrow()
                .state();
    }
}
