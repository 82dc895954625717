package org.peervpn.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.peervpn.node.NodeStatus.State;
import org.peervpn.node.World.Config;
import org.peervpn.node.World.SimNode;
import org.peervpn.tunnel.NoisePublicKey;

/** Other lists of peers while the node runs. */
class ReloadTest {
    private static final Duration MOMENT = Duration.ofMillis(10);

    private final World world = new World();
    private final SimNode first = world.add(Config::exit).start();
    private final SimNode second = world.add(Config::exit).start();

    @Test
    void newPeerIsCalledAndTheOneThatIsNamedNoMoreIsForgotten() {
        SimNode node = listening(List.of(first.line()), List.of());
        assertThat(peers(node)).containsExactly(first.key.toString());

        node.reload(List.of(second.line()), List.of());
        world.run(MOMENT);

        assertThat(peers(node)).containsExactly(second.key.toString());
        assertThat(node.status().peers().get(0).state()).isEqualTo(State.CONNECTED);
        assertThat(node.events(NodeEvent.PeerGone.class))
                .singleElement()
                .satisfies(gone -> assertThat(gone.why()).isEqualTo("no longer in the configuration"));
    }

    @Test
    void sameListsChangeNothing() {
        SimNode node = listening(List.of(first.line()), List.of(second.key));
        int before = node.events.size();

        node.reload(List.of(first.line()), List.of(second.key));
        world.run(MOMENT);

        assertThat(node.events).hasSize(before);
        assertThat(peers(node)).containsExactlyInAnyOrder(first.key.toString(), second.key.toString());
    }

    @Test
    void keyToAdmitMayComeAndGo() {
        SimNode node = world.add(config -> config.listen().known()).start();
        SimNode friend = world.add(config -> config.connect(node.line())).start();
        world.run(Duration.ofSeconds(6));
        assertThat(peers(node)).isEmpty();

        node.reload(List.of(), List.of(friend.key));
        world.run(Duration.ofSeconds(6));
        assertThat(node.status().peers().get(0).state()).isEqualTo(State.CONNECTED);

        node.reload(List.of(), List.of());
        world.run(Duration.ofSeconds(6));
        assertThat(peers(node)).isEmpty();
    }

    @Test
    void peerOfAnotherOriginStays() {
        SimNode node = listening(List.of(), List.of());
        SimNode stranger = world.add(config -> config.connect(node.line())).start();
        node.add(first.line());
        world.run(MOMENT);

        node.reload(List.of(second.line()), List.of());
        node.reload(List.of(), List.of());

        assertThat(peers(node)).containsExactlyInAnyOrder(first.key.toString(), stranger.key.toString());
    }

    @Test
    void peerThatWasRemovedMeanwhileDoesNotComeBack() {
        SimNode node = listening(List.of(first.line()), List.of(second.key));
        node.remove(first.key.toString());
        node.remove(second.key.toString());

        node.reload(List.of(first.line()), List.of(second.key));
        world.run(MOMENT);

        assertThat(peers(node)).isEmpty();
    }

    @Test
    void peerThatIsOnlyAdmittedFromNowOnIsNotCalled() {
        SimNode node = listening(List.of(first.line()), List.of());

        node.reload(List.of(), List.of(first.key));
        world.lose(datagram -> datagram.from().equals(first.address));
        world.run(Duration.ofMinutes(20));
        assertThat(peers(node)).containsExactly(first.key.toString());
        long sent = node.status().peers().get(0).txPackets();
        world.run(Duration.ofMinutes(10));

        assertThat(node.status().peers().get(0).txPackets()).isEqualTo(sent);
    }

    @Test
    void peerThatHasMovedIsCalledWhereItIsNow() {
        ConnectLine old = new ConnectLine(first.key, Endpoint.parse("11.22.33.200:51820"));
        SimNode node = listening(List.of(old), List.of());
        assertThat(node.status().peers().get(0).state()).isEqualTo(State.CONNECTING);

        node.reload(List.of(first.line()), List.of());
        world.run(Duration.ofSeconds(6));

        assertThat(node.status().peers().get(0).state()).isEqualTo(State.CONNECTED);
    }

    @Test
    void exitThatIsNamedNoMoreIsReplacedByTheOneThatIs() {
        SimNode client = world.add(config -> config.connect(first.line())).start();
        world.run(MOMENT);
        assertThat(client.status().exit().using())
                .isEqualTo(PeerId.of(first.key).text());

        client.reload(List.of(second.line()), List.of());
        world.run(Duration.ofSeconds(6));

        assertThat(client.status().exit().using())
                .isEqualTo(PeerId.of(second.key).text());
    }

    private SimNode listening(List<ConnectLine> connect, List<NoisePublicKey> allow) {
        SimNode node = world.add(config -> {
                    config.allow = allow;
                    return config.listen().connect(connect.toArray(ConnectLine[]::new));
                })
                .start();
        world.run(MOMENT);
        return node;
    }

    private static List<String> peers(SimNode node) {
        return node.status().peers().stream()
                .map(NodeStatus.PeerStatus::publicKey)
                .toList();
    }
}
