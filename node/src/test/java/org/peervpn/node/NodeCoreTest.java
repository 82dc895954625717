package org.peervpn.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.peervpn.node.Packets.content;
import static org.peervpn.node.Packets.packet;
import static org.peervpn.node.World.address;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.peervpn.node.NodeStatus.State;
import org.peervpn.node.World.Config;
import org.peervpn.node.World.SimNode;
import org.peervpn.routing.Cidr;
import org.peervpn.routing.RouterConfig;

class NodeCoreTest {
    private static final Duration MOMENT = Duration.ofMillis(10);
    private static final InetAddress INTERNET = address("9.9.9.9");

    private final World world = newWorld();

    World newWorld() {
        return new World();
    }

    /** An exit that runs, and a client that has connected to it with the line alone. */
    private record Pair(SimNode exit, SimNode client) {}

    private Pair connected() {
        SimNode exit = world.add(Config::exit).start();
        SimNode client = world.add(config -> config.connect(exit.line())).start();
        world.run(MOMENT);
        exit.routeNow();
        client.routeNow();
        world.run(MOMENT);
        client.routeNow();
        return new Pair(exit, client);
    }

    @Test
    void exitAdmitsWhoHoldsTheLine() {
        Pair pair = connected();

        assertThat(pair.client().events(NodeEvent.Ready.class)).hasSize(1);
        assertThat(pair.exit().status().peers()).singleElement().satisfies(peer -> {
            assertThat(peer.publicKey()).isEqualTo(pair.client().key.toString());
            assertThat(peer.admitted()).isTrue();
            assertThat(peer.state()).isEqualTo(State.CONNECTED);
            assertThat(peer.name()).isEqualTo("a node");
        });
    }

    @Test
    void internetTrafficGoesThroughTheExitAndBack() {
        Pair pair = connected();

        pair.client().send(packet(pair.client().ipv4(), INTERNET, "question"));
        pair.exit().send(packet(INTERNET, pair.client().ipv4(), "answer"));

        assertThat(pair.exit().toTun).extracting(Packets::content).containsExactly("question");
        assertThat(pair.client().toTun).extracting(Packets::content).containsExactly("answer");
    }

    @Test
    void clientLeavesTheMachineAloneUntilThePeerAnswers() {
        SimNode exit = world.add(Config::exit);
        SimNode client = world.add(config -> config.connect(exit.line())).start();
        world.run(Duration.ofSeconds(20));
        client.routeNow();
        assertThat(client.routed).isEmpty();

        exit.start();
        world.run(Duration.ofMinutes(1));
        client.routeNow();

        assertThat(client.routed).isNotEmpty();
    }

    @Test
    void readyComesOnlyAfterTheRoutesHaveBeenSwitched() {
        SimNode exit = world.add(Config::exit).start();
        SimNode client = world.add(config -> config.connect(exit.line())).start();
        world.run(Duration.ofSeconds(10));
        assertThat(client.events(NodeEvent.Ready.class)).isEmpty();

        client.routeNow();

        assertThat(client.routed).last().extracting(RouterConfig::usingExit).isNotNull();
        assertThat(client.events).last().isInstanceOf(NodeEvent.Ready.class);
        assertThat(client.events(NodeEvent.ExitInUse.class))
                .singleElement()
                .satisfies(exitInUse -> assertThat(exitInUse.families()).containsExactly(4));
    }

    @Test
    void whereThePeerOffersNoExitTrafficStaysLocal() {
        SimNode server = world.add(Config::listen).start();
        SimNode client = world.add(config -> config.connect(server.line())).start();
        world.run(MOMENT);
        client.routeNow();
        world.run(Duration.ofSeconds(4));
        client.routeNow();

        assertThat(client.routed)
                .allSatisfy(config -> assertThat(config.usingExit()).isNull());
        assertThat(client.events(NodeEvent.NoExit.class)).hasSize(1);
        assertThat(client.events).last().isInstanceOf(NodeEvent.Ready.class);
    }

    @Test
    void withNoExitWantedAnOfferIsNotTaken() {
        SimNode exit = world.add(Config::exit).start();
        SimNode client = world.add(config -> {
                    config.useExit = false;
                    return config.connect(exit.line());
                })
                .start();
        world.run(Duration.ofSeconds(5));
        client.routeNow();

        assertThat(client.routed)
                .allSatisfy(config -> assertThat(config.usingExit()).isNull());
        assertThat(client.events).last().isInstanceOf(NodeEvent.Ready.class);
    }

    @Test
    void familyThatTheExitDoesNotCarryHasNoOwner() {
        Pair pair = connected(); // the exit's uplink has IPv4 only

        assertThat(pair.client().core.allowedIps().lookup(INTERNET)).isNotNull();
        assertThat(pair.client().core.allowedIps().lookup(address("2001:db8::9")))
                .isNull();
        assertThat(pair.client().routed)
                .last()
                .extracting(RouterConfig::usingExit)
                .isEqualTo(new RouterConfig.ExitUse(List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0")), List.of()));
    }

    @Test
    void whatTheExitOffersFollowsItsUplink() {
        Pair pair = connected();
        pair.exit().uplinks(4, 6);
        world.run(MOMENT);

        assertThat(pair.client().core.allowedIps().lookup(address("2001:db8::9")))
                .isNotNull();
    }

    @Test
    void exitThatStopsToOfferIsKeptSoThatNothingLeaks() {
        Pair pair = connected();
        pair.exit().uplinks();
        world.run(MOMENT);
        pair.client().routeNow();

        assertThat(pair.client().core.allowedIps().lookup(INTERNET)).isNull();
        assertThat(pair.client().routed)
                .last()
                .extracting(RouterConfig::usingExit)
                .isNotNull();
    }

    @Test
    void exitThatIsAwayIsKept() {
        Pair pair = connected();
        world.lose(datagram -> true);
        world.run(Duration.ofMinutes(10));
        pair.client().routeNow();

        assertThat(pair.client().status().state()).isEqualTo(State.RECONNECTING);
        assertThat(pair.client().routed)
                .last()
                .extracting(RouterConfig::usingExit)
                .isNotNull();

        world.lose(datagram -> false);
        world.run(Duration.ofSeconds(70)); // after so long it is called once a minute
        assertThat(pair.client().status().state()).isEqualTo(State.CONNECTED);
    }

    @Test
    void packetWithOurOwnSourceIsDroppedAlsoFromTheExit() {
        Pair pair = connected();
        InetAddress own = pair.client().core.overlay().ipv6();

        pair.exit().uplinks(4, 6);
        pair.exit().send(packet(pair.client().ipv4(), pair.client().ipv4(), "made up"));
        pair.exit().send(packet(own, own, "made up"));

        assertThat(pair.client().toTun).isEmpty();
        assertThat(pair.client().status().drops()).containsEntry("foreign_source", 2L);
    }

    @Test
    void packetWithAnothersSourceIsDropped() {
        Pair pair = connected();
        SimNode other = world.add(config -> config.connect(pair.exit().line())).start();
        world.run(MOMENT);

        pair.client().send(packet(other.ipv4(), INTERNET, "spoofed"));
        pair.client().send(packet(address("192.168.1.7"), INTERNET, "foreign"));
        pair.exit().send(packet(address("8.8.8.8"), pair.client().ipv4(), "from the internet"));

        assertThat(pair.exit().toTun).isEmpty();
        assertThat(pair.exit().status().drops()).containsEntry("foreign_source", 2L);
        assertThat(pair.client().toTun).extracting(Packets::content).containsExactly("from the internet");
    }

    @Test
    void exitMayNotSpeakForAnotherPeerThatIsKnownDirectly() {
        SimNode exit = world.add(Config::exit).start();
        SimNode friend = world.add(Config::listen).start();
        SimNode client =
                world.add(config -> config.connect(exit.line(), friend.line())).start();
        world.run(Duration.ofSeconds(5));
        client.routeNow();

        exit.send(packet(friend.ipv4(), client.ipv4(), "spoofed"));

        assertThat(client.toTun).isEmpty();
        assertThat(client.status().drops()).containsEntry("foreign_source", 1L);
    }

    @Test
    void knownAdmissionIsSilentToStrangers() {
        SimNode server = world.add(config -> config.listen().known()).start();
        SimNode stranger = world.add(config -> config.connect(server.line())).start();
        world.run(Duration.ofSeconds(30));

        assertThat(stranger.events(NodeEvent.PeerConnected.class)).isEmpty();
        assertThat(server.status().peers()).isEmpty();
        assertThat(server.status().drops()).containsKey("unknown_peer");
    }

    @Test
    void allowedPeerThatWasNeverSeenIsListedWithItsAddresses() {
        SimNode friend = world.add(Config::listen);
        SimNode server = world.add(config -> config.listen().known(friend.key)).start();

        assertThat(server.status().peers()).singleElement().satisfies(peer -> {
            assertThat(peer.admitted()).isTrue();
            assertThat(peer.addresses())
                    .containsExactly(
                            friend.ipv4().getHostAddress(),
                            NetUtil.toAddressString(friend.core.overlay().ipv6()));
            assertThat(peer.lastHandshakeSeconds()).isNull();
        });
    }

    @Test
    void bothSidesCallingOpensFiltersOnBothSides() {
        SimNode left = world.add(Config::listen).start();
        SimNode right = world.add(Config::listen).start();
        boolean[] opened = new boolean[1];
        world.lose(datagram -> {
            // A filter in front of each: nothing comes in before something has gone out to there.
            boolean fromLeft = datagram.from().equals(left.address);
            opened[0] |= fromLeft;
            return !fromLeft && !opened[0];
        });

        right.add(left.line());
        world.run(Duration.ofSeconds(12));
        assertThat(right.status().peers().get(0).state()).isEqualTo(State.CONNECTING);
        left.add(right.line());
        world.run(Duration.ofSeconds(6));

        assertThat(left.status().peers().get(0).state()).isEqualTo(State.CONNECTED);
        assertThat(right.status().peers().get(0).state()).isEqualTo(State.CONNECTED);
    }

    @Test
    void removedPeerIsGoneAtOnceAndDoesNotComeBackByTheLine() {
        Pair pair = connected();
        pair.exit().remove(PeerId.of(pair.client().key).text());
        pair.client().send(packet(pair.client().ipv4(), INTERNET, "too late"));
        world.run(Duration.ofMinutes(1));

        assertThat(pair.exit().status().peers()).isEmpty();
        assertThat(pair.exit().toTun).isEmpty();
        assertThat(pair.exit().core.allowedIps().lookup(pair.client().ipv4())).isNull();
        assertThat(pair.exit().events(NodeEvent.PeerGone.class)).hasSize(1);

        pair.exit().add(pair.client().line());
        world.run(Duration.ofSeconds(6));
        assertThat(pair.exit().status().peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.state()).isEqualTo(State.CONNECTED));
    }

    @Test
    void ownKeyIsNoPeer() {
        SimNode node = world.add(Config::listen).start();

        assertThatThrownBy(() -> node.add(node.line()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("own public key");
    }

    @Test
    void peerThatIsNotThereOrAmbiguousIsNamed() {
        Pair pair = connected();
        world.add(config -> config.connect(pair.exit().line())).start();
        world.run(MOMENT);

        assertThatThrownBy(() -> pair.exit().remove("nobody")).hasMessage("no such peer: nobody");
        assertThatThrownBy(() -> pair.exit().remove("a node")).hasMessageContaining("2 peers are called a node");
    }

    @Test
    void ofTwoPeersWithTheSameIpv4AddressTheFirstKeepsIt() {
        // With 4 host bits a clash of 16 peers is certain.
        Cidr narrow = Cidr.parse("10.9.8.0/28");
        SimNode exit = world.add(config -> {
                    config.overlay = narrow;
                    return config.exit();
                })
                .start();
        for (int i = 0; i < 16; i++) {
            world.add(config -> {
                        config.overlay = narrow;
                        return config.connect(exit.line());
                    })
                    .start();
            world.run(MOMENT);
        }

        List<NodeStatus.PeerStatus> peers = exit.status().peers();
        List<String> all =
                peers.stream().flatMap(peer -> peer.addresses().stream()).toList();
        assertThat(all).doesNotHaveDuplicates();
        assertThat(peers).anySatisfy(peer -> assertThat(peer.addresses()).hasSize(1));
        assertThat(peers).allSatisfy(peer -> assertThat(peer.addresses()).anyMatch(a -> a.startsWith("fd70:")));
    }

    @Test
    void nameIsLookedUpAndLookedUpAgainWhileThePeerIsAway() {
        SimNode exit = world.add(Config::exit);
        Endpoint name = new Endpoint("exit.example", 51820);
        SimNode client = world.add(config -> config.connect(new ConnectLine(exit.key, name)))
                .start();
        assertThat(client.asked).containsExactly(name);
        client.resolved(name, address("11.22.33.250"));
        world.run(Duration.ofSeconds(16));
        assertThat(client.asked).hasSizeGreaterThan(1);

        exit.start();
        client.resolved(name, exit.address.getAddress());
        world.run(Duration.ofSeconds(6));

        assertThat(client.events(NodeEvent.PeerConnected.class)).hasSize(1);
    }

    @Test
    void silenceIsExplainedAfter15SecondsAndEndsAfterTheTimeout() {
        SimNode nobody = world.add(Config::exit);
        SimNode client = world.add(config -> config.connect(nobody.line())).start();
        world.run(Duration.ofSeconds(16));
        assertThat(client.events(NodeEvent.StillTrying.class))
                .singleElement()
                .satisfies(trying -> assertThat(trying.reasons()).anyMatch(reason -> reason.contains("--add")));

        world.run(Duration.ofSeconds(105));

        assertThat(client.events(NodeEvent.Unreachable.class)).hasSize(1);
    }

    @Test
    void servingNodeNeverGivesUp() {
        SimNode nobody = world.add(Config::exit);
        SimNode server =
                world.add(config -> config.exit().connect(nobody.line())).start();
        world.run(Duration.ofMinutes(10));

        assertThat(server.events(NodeEvent.Unreachable.class)).isEmpty();
    }

    @Test
    void stockPeerIsToldAtMostThreeHellos() {
        // A node whose answers to hellos are lost is, for the other one, a stock WireGuard.
        SimNode server = world.add(Config::listen).start();
        world.lose(datagram -> datagram.from().equals(server.address) && datagram.isContent());
        SimNode client = world.add(config -> config.connect(server.line())).start();
        world.run(Duration.ofSeconds(60));

        long hellos = server.core
                .status("sim0", 1, java.util.Map.of(), 1)
                .peers()
                .get(0)
                .rxPackets();
        assertThat(hellos).isLessThanOrEqualTo(Hellos.MAX_HELLOS + 1);
        assertThat(client.events(NodeEvent.PeerConnected.class)).hasSize(1);
    }

    @Test
    void exitViaMakesASilentPeerTheExit() {
        SimNode stock = world.add(Config::listen).start();
        world.lose(datagram -> datagram.from().equals(stock.address) && datagram.isContent());
        SimNode client = world.add(config -> {
                    config.exitVia = List.of(PeerId.of(stock.key).text());
                    return config.connect(stock.line());
                })
                .start();
        world.run(MOMENT);
        client.routeNow();

        assertThat(client.events(NodeEvent.ExitInUse.class))
                .singleElement()
                .satisfies(exit -> assertThat(exit.families()).isEqualTo(Set.of(4, 6)));
        assertThat(client.events(NodeEvent.Ready.class)).hasSize(1);
    }

    @Test
    void familyThatNoRouteNamesIsNeitherCarriedNorRefused() {
        SimNode exit = world.add(Config::exit).start();
        SimNode client = world.add(config -> {
                    config.routes = List.of(Cidr.parse("2000::/3"));
                    return config.connect(exit.line());
                })
                .start();
        world.run(MOMENT);
        client.routeNow();

        assertThat(client.events(NodeEvent.ExitInUse.class)).singleElement().satisfies(exitInUse -> {
            assertThat(exitInUse.families()).isEmpty();
            assertThat(exitInUse.refused()).containsExactly(6);
        });
    }

    @Test
    void strangerCannotMakeItselfTheExitByItsName() {
        SimNode client = world.add(config -> {
                    config.exitVia = List.of("a node");
                    return config.listen();
                })
                .start();
        world.add(config -> config.exit().connect(client.line())).start();
        world.run(Duration.ofSeconds(5));
        client.routeNow();

        assertThat(client.status().peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.name()).isEqualTo("a node"));
        assertThat(client.routed).last().extracting(RouterConfig::usingExit).isNull();
    }

    @Test
    void malformedInnerPacketsAndControlMessagesAreCounted() {
        Pair pair = connected();
        ByteBuffer tooLong = packet(pair.client().ipv4(), INTERNET, "x");
        tooLong.putShort(2, (short) 2000);
        pair.client().send(tooLong);

        assertThat(pair.exit().toTun).isEmpty();
        assertThat(pair.exit().status().drops()).containsEntry("bad_packet", 1L);
    }

    @Test
    void strangersWhoProveNothingAreBoundedAndForgotten() {
        SimNode exit = world.add(Config::exit).start();
        world.lose(datagram -> datagram.from().equals(exit.address)); // no answer ever arrives
        for (int i = 0; i < 40; i++) {
            world.add(config -> config.connect(exit.line())).start();
        }
        world.run(MOMENT);
        assertThat(exit.status().peers())
                .isNotEmpty()
                .allSatisfy(peer -> assertThat(peer.admitted()).isFalse());
        assertThat(exit.events(NodeEvent.PeerConnected.class)).isEmpty();

        world.lose(datagram -> true);
        world.run(Duration.ofMinutes(1));
        assertThat(exit.status().peers()).isEmpty();
    }

    @Test
    void contentArrivesWholeInBothFamilies() {
        Pair pair = connected();
        String text = "x".repeat(1200);
        pair.client()
                .send(packet(
                        pair.client().core.overlay().ipv6(),
                        pair.exit().core.overlay().ipv6(),
                        text));

        assertThat(pair.exit().toTun)
                .singleElement()
                .satisfies(packet -> assertThat(content(packet)).isEqualTo(text));
    }

    @Test
    void peerThatFloodsIsHeardAndToldOfLittle() {
        Pair pair = connected();
        int before = pair.exit().events.size();
        for (int i = 0; i < 500; i++) {
            pair.client().hello("name " + i);
        }

        assertThat(pair.exit().events.size() - before).isLessThanOrEqualTo(10);
        assertThat(pair.exit().status().drops()).containsKey("too_many_control_messages");
        world.run(Duration.ofMinutes(5));
        pair.client().send(packet(pair.client().ipv4(), INTERNET, "still there"));
        assertThat(pair.exit().toTun).extracting(Packets::content).contains("still there");
    }

    @Test
    void nameThatLooksLikeAKeyOrPeerIdIsNoName() {
        Pair pair = connected();
        pair.client().hello(pair.exit().key.toString());
        assertThat(pair.exit().status().peers().get(0).name()).isNull();

        pair.client().hello("139118-205156-230232");
        assertThat(pair.exit().status().peers().get(0).name()).isNull();
    }

    @Test
    void oneSourceCannotTakeEverySlotOfStrangers() {
        SimNode exit = world.add(Config::exit).start();
        for (int i = 0; i < PeerTable.MAX_LINE_PEERS_OF_SOURCE + 6; i++) {
            world.addBehind("11.22.34.1", i, config -> config.connect(exit.line()))
                    .start();
        }
        world.run(MOMENT);
        SimNode honest = world.add(config -> config.connect(exit.line())).start();
        world.run(MOMENT);

        assertThat(exit.status().peers()).hasSize(PeerTable.MAX_LINE_PEERS_OF_SOURCE + 1);
        assertThat(honest.events(NodeEvent.PeerConnected.class)).hasSize(1);
    }

    @Test
    void failoverToTheNextExitWhenTheFirstNoLongerAnswers() {
        SimNode first = world.add(Config::exit).start();
        SimNode second = world.add(Config::exit).start();
        SimNode client =
                world.add(config -> config.connect(first.line(), second.line())).start();
        first.add(client.line());
        world.run(Duration.ofSeconds(5));
        client.routeNow();
        assertThat(client.status().exit().using())
                .isEqualTo(PeerId.of(first.key).text());

        // It still speaks, but hears nothing.
        world.lose(datagram ->
                datagram.from().equals(client.address) && datagram.to().equals(first.address));
        world.run(Duration.ofMinutes(5));

        assertThat(client.status().exit().using())
                .isEqualTo(PeerId.of(second.key).text());
    }
}
