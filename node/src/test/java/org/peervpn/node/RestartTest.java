package org.peervpn.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.node.Packets.packet;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peervpn.node.Remembered.RememberedPeer;
import org.peervpn.node.World.Config;
import org.peervpn.node.World.SimNode;

class RestartTest {
    private static final Duration MOMENT = Duration.ofMillis(100);
    private static final InetAddress INTERNET = World.address("9.9.9.9");

    private final World world = new World();

    private void settle(SimNode... nodes) {
        for (int i = 0; i < 3; i++) {
            world.run(Duration.ofSeconds(1));
            List.of(nodes).forEach(SimNode::routeNow);
        }
    }

    @Test
    void aRestartedExitCallsItsPeersAndTheirTrafficFlowsAtOnce() {
        SimNode exit = world.add(Config::exit).start();
        SimNode client = world.add(config -> config.connect(exit.line())).start();
        settle(exit, client);

        SimNode again = exit.restarted(Config::exit).start();
        world.run(MOMENT);
        client.send(packet(client.ipv4(), INTERNET, "question"));
        again.send(packet(INTERNET, client.ipv4(), "answer"));

        assertThat(again.toTun).extracting(Packets::content).containsExactly("question");
        assertThat(client.toTun).extracting(Packets::content).containsExactly("answer");
    }

    @Test
    void aRestartedExitKnowsWhoHasProvedThePasscode() {
        Passcode passcode = Passcode.of("correct horse");
        SimNode exit = world.add(config -> withPasscode(config, passcode)).start();
        SimNode client = world.add(config -> {
                    config.passcode = passcode;
                    return config.connect(exit.line());
                })
                .start();
        settle(exit, client);

        SimNode again = exit.restarted(config -> withPasscode(config, Passcode.of("another one")))
                .start();
        settle(again, client);

        assertThat(again.status().peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.admitted()).isTrue());
    }

    private static Config withPasscode(Config config, Passcode passcode) {
        config.exit();
        config.admission = Admission.PASSCODE;
        config.passcode = passcode;
        return config;
    }

    @Test
    void whoCameByTheLineIsAStrangerWhereTheLineIsNotEnough() {
        SimNode exit = world.add(Config::exit).start();
        SimNode client = world.add(config -> config.connect(exit.line())).start();
        settle(exit, client);

        SimNode stricter = exit.restarted(config -> {
                    config.exit();
                    return config.known();
                })
                .start();
        settle(stricter, client);
        assertThat(stricter.status().peers()).isEmpty();

        SimNode asBefore = stricter.restarted(Config::exit).start();
        settle(asBefore, client);
        assertThat(asBefore.status().peers()).hasSize(1);
    }

    @Test
    void whoWasRemovedStaysOut() {
        SimNode exit = world.add(Config::exit).start();
        SimNode client = world.add(config -> config.connect(exit.line())).start();
        settle(exit, client);
        exit.remove(client.key.toString());
        settle(exit, client);

        SimNode again = exit.restarted(Config::exit).start();
        world.run(Duration.ofMinutes(3));

        assertThat(again.status().peers()).isEmpty();
        assertThat(again.remembered().removed()).containsExactly(client.key);
    }

    @Test
    void whoWasAddedIsCalledAgain() {
        SimNode server = world.add(Config::listen).start();
        SimNode node = world.add(Config::listen).start();
        node.add(server.line());
        settle(server, node);

        SimNode again = node.restarted(Config::listen).start();
        settle(server, again);

        assertThat(again.status().peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.state()).isEqualTo(NodeStatus.State.CONNECTED));
        assertThat(again.remembered().peers()).singleElement().satisfies(peer -> {
            assertThat(peer.origin()).isEqualTo(Origin.ADD);
            assertThat(peer.calls()).isEqualTo(Endpoint.of(server.address));
        });
    }

    /** Its line says where it was when the line was written. */
    @Test
    void aPeerThatHasMovedIsAlsoSoughtWhereItWasLast() {
        SimNode server = world.add(Config::listen).start();
        ConnectLine stale = new ConnectLine(server.key, Endpoint.parse("11.22.33.99:51820"));
        SimNode node = world.add(config -> {
                    config.remembered = new Remembered(
                            List.of(new RememberedPeer(
                                    server.key,
                                    null,
                                    Origin.CONNECT,
                                    null,
                                    List.of(Endpoint.of(server.address)),
                                    World.EPOCH)),
                            List.of());
                    return config.connect(stale);
                })
                .start();
        settle(server, node);
        assertThat(server.status().peers()).as("first where the line says").isEmpty();

        world.run(Duration.ofSeconds(10));
        settle(server, node);
        assertThat(node.events(NodeEvent.Ready.class)).hasSize(1);
    }

    /** Both were away, and neither is where the other one met it last. */
    @Test
    void aPeerIsSoughtWhereverItSaidThatItIs() {
        List<Endpoint> stun = List.of(
                world.stunServer("192.0.2.1:3478", "11.22.33.77:51820"),
                world.stunServer("192.0.2.2:3478", "11.22.33.77:51820"));
        SimNode server = world.add(config -> {
                    config.stunServers = stun;
                    return config.listen();
                })
                .start();
        SimNode node = world.add(Config::listen).start();
        node.add(server.line());
        settle(server, node);
        world.run(Duration.ofMinutes(1));
        node.remembered = node.remembered();
        server.remembered = server.remembered();
        assertThat(node.remembered.peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.endpoints())
                        .containsExactly(Endpoint.of(server.address), Endpoint.parse("11.22.33.77:51820")));

        world.move(server, "11.22.33.77");
        world.move(node, "11.22.33.78");
        SimNode serverAgain = server.restarted(Config::listen).start();
        SimNode nodeAgain = node.restarted(Config::listen).start();
        world.run(Duration.ofSeconds(30));

        assertThat(nodeAgain.status().peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.state()).isEqualTo(NodeStatus.State.CONNECTED));
        assertThat(nodeAgain.remembered().peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.endpoints())
                        .as("the one that works first")
                        .startsWith(Endpoint.of(serverAgain.address)));
    }

    @Test
    void aPeerIsSoughtWhereItWasBefore() {
        SimNode server = world.add(Config::listen).start();
        InetSocketAddress before = server.address;
        SimNode node = world.add(Config::listen).start();
        node.add(server.line());
        settle(server, node);
        world.run(Duration.ofMinutes(1));
        world.move(server, "11.22.33.77");
        server.networkChanged();
        world.run(Duration.ofMinutes(3));
        assertThat(node.remembered().peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.endpoints())
                        .containsExactly(Endpoint.parse("11.22.33.77:51820"), Endpoint.of(before)));
        node.remembered = withoutCalls(node.remembered());

        world.move(server, before.getAddress().getHostAddress());
        SimNode serverAgain = server.restarted(Config::listen);
        SimNode nodeAgain = node.restarted(Config::listen).start();
        world.run(Duration.ofSeconds(4));
        serverAgain.remembered = Remembered.NOTHING; // it is called
        serverAgain.start();
        world.run(Duration.ofSeconds(30));

        assertThat(nodeAgain.status().peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.state()).isEqualTo(NodeStatus.State.CONNECTED));
    }

    /** It could name somebody else's: whoever comes by the line or a code must not make us call where it has never been. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ofWhomTheOperatorDoesNotKnowOnlyThatIsRememberedWhereItWas(boolean isInvited) {
        List<Endpoint> stun = List.of(
                world.stunServer("192.0.2.1:3478", "11.22.33.77:51820"),
                world.stunServer("192.0.2.2:3478", "11.22.33.77:51820"));
        SimNode exit = world.add(config -> {
                    config.exit();
                    return isInvited ? config.known() : config;
                })
                .start();
        ConnectLine line = isInvited ? exit.invite("anna") : exit.line();
        SimNode client = world.add(config -> {
                    config.stunServers = stun;
                    return config.connect(line);
                })
                .start();
        settle(exit, client);
        world.run(Duration.ofMinutes(1));

        assertThat(exit.remembered().peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.endpoints()).containsExactly(Endpoint.of(client.address)));
    }

    /** As if it had been admitted, and never called. */
    private static Remembered withoutCalls(Remembered before) {
        return new Remembered(
                before.peers().stream()
                        .map(peer -> new RememberedPeer(
                                peer.key(), peer.name(), Origin.ADMIT, null, peer.endpoints(), peer.lastSeen()))
                        .toList(),
                before.removed());
    }

    @Test
    void aConnectThatIsNotGivenAgainIsNotCalled() {
        SimNode server = world.add(Config::listen).start();
        SimNode node = world.add(config -> config.connect(server.line())).start();
        settle(server, node);

        SimNode again = node.restarted(Config::listen).start();
        settle(server, again);

        assertThat(again.status().peers()).isEmpty();
        assertThat(again.remembered().peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.endpoints()).containsExactly(Endpoint.of(server.address)));
    }

    @Test
    void aStrangerThatWasAwayForLongIsNotCalled() {
        SimNode exit = world.add(Config::exit);
        SimNode gone = world.add(Config::listen).start();
        Remembered longAgo = new Remembered(
                List.of(new RememberedPeer(
                        gone.key,
                        "old",
                        Origin.LINE,
                        null,
                        List.of(Endpoint.of(gone.address)),
                        World.EPOCH.minus(Duration.ofDays(30)))),
                List.of());
        SimNode again = exit.restarted(config -> {
                    exit.remembered = longAgo;
                    return config.exit();
                })
                .start();
        world.run(Duration.ofMinutes(2));

        assertThat(gone.status().peers()).isEmpty();
        assertThat(again.status().peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.name()).isEqualTo("old"));
    }

    @Test
    void anyTimeMayHaveBeenWrittenDown() {
        List<RememberedPeer> peers = Stream.of(Instant.MIN, Instant.MAX)
                .map(time -> new RememberedPeer(new Config().key.publicKey(), null, Origin.LINE, null, List.of(), time))
                .toList();
        SimNode exit = world.add(config -> {
                    config.remembered = new Remembered(peers, List.of());
                    return config.exit();
                })
                .start();

        assertThat(exit.status().peers()).hasSize(2);
    }

    /** 1024 calls in one moment would be a burst of datagrams and of work. */
    @Test
    void manyPeersAreCalledOneAfterTheOther() {
        List<RememberedPeer> many = IntStream.range(0, 500)
                .mapToObj(i -> new RememberedPeer(
                        new Config().key.publicKey(),
                        null,
                        Origin.LINE,
                        null,
                        List.of(Endpoint.parse("11.22.34." + i % 250 + ":1000")),
                        World.EPOCH))
                .toList();
        SimNode exit = world.add(config -> {
                    config.remembered = new Remembered(many, List.of());
                    return config.exit();
                })
                .start();
        world.run(Duration.ofSeconds(1));

        assertThat(exit.sentDatagrams).isBetween(90, 110);
    }
}
