package org.peervpn.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.peervpn.node.Packets.packet;
import static org.peervpn.node.World.address;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.peervpn.node.NodeEvent.GuestAsks;
import org.peervpn.node.NodeEvent.NotLetIn;
import org.peervpn.node.NodeStatus.State;
import org.peervpn.node.World.Config;
import org.peervpn.node.World.SimNode;
import org.peervpn.node.control.AdmissionNotice;
import org.peervpn.node.control.ControlCodec;

class AdmissionTest {
    private static final Duration MOMENT = Duration.ofMillis(10);
    private static final Passcode RIGHT = Passcode.of("correct horse");
    private static final Passcode WRONG = Passcode.of("battery staple");
    private static final InetAddress INTERNET = address("9.9.9.9");

    private final World world = newWorld();

    World newWorld() {
        return new World();
    }

    private static Config exit(Config config, Admission admission) {
        config.exit();
        config.admission = admission;
        config.passcode = admission == Admission.PASSCODE ? RIGHT : null;
        return config;
    }

    private SimNode client(SimNode exit, Passcode passcode) {
        return world.add(config -> {
                    config.passcode = passcode;
                    return config.connect(exit.line());
                })
                .start();
    }

    private void settle(SimNode... nodes) {
        for (int i = 0; i < 3; i++) {
            world.run(MOMENT);
            List.of(nodes).forEach(SimNode::routeNow);
        }
    }

    @Test
    void whoKnowsThePasscodeIsLetIn() {
        SimNode exit = world.add(config -> exit(config, Admission.PASSCODE)).start();
        SimNode client = client(exit, RIGHT);
        settle(exit, client);

        assertThat(client.events(NodeEvent.Ready.class)).hasSize(1);
        assertThat(client.events(NodeEvent.ExitInUse.class)).hasSize(1);
        assertThat(client.events(NotLetIn.class)).isEmpty();
        assertThat(exit.status().peers()).singleElement().satisfies(peer -> {
            assertThat(peer.admitted()).isTrue();
            assertThat(peer.state()).isEqualTo(State.CONNECTED);
            assertThat(peer.name()).isEqualTo("a node");
        });
        client.send(packet(client.ipv4(), INTERNET, "question"));
        assertThat(exit.toTun).hasSize(1);
    }

    @Test
    void whoDoesNotKnowItIsToldSoAndNoPacketPassesEitherWay() {
        SimNode exit = world.add(config -> exit(config, Admission.PASSCODE)).start();
        SimNode client = client(exit, WRONG);
        settle(exit, client);
        world.run(Duration.ofSeconds(30));

        assertThat(client.events(NotLetIn.class))
                .singleElement()
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(NotLetIn.Reason.WRONG_PASSCODE));
        assertThat(client.events(NodeEvent.Refused.class)).hasSize(1);
        assertThat(client.events(NodeEvent.Ready.class)).isEmpty();
        assertThat(client.status().state()).isEqualTo(State.CONNECTING);
        assertThat(exit.status().peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.admitted()).isFalse());
        client.send(packet(client.ipv4(), exit.ipv4(), "let me in"));
        exit.send(packet(exit.ipv4(), client.ipv4(), "come"));
        assertThat(exit.toTun).isEmpty();
        assertThat(client.toTun).isEmpty();
        assertThat(exit.status().drops()).containsKeys("wrong_passcode", "not_admitted", "no_peer");
    }

    @Test
    void whoHasNoPasscodeIsToldThatOneIsNeeded() {
        SimNode exit = world.add(config -> exit(config, Admission.PASSCODE)).start();
        SimNode client = world.add(config -> config.connect(exit.line())).start();
        settle(exit, client);

        assertThat(client.events(NodeEvent.Refused.class))
                .containsExactly(new NodeEvent.Refused(NotLetIn.Reason.NO_PASSCODE));
    }

    @Test
    void aLostProofIsMadeAgain() {
        SimNode exit = world.add(config -> exit(config, Admission.PASSCODE)).start();
        int[] contents = {0};
        world.lose(datagram -> datagram.isContent() && contents[0]++ < 4);
        SimNode client = client(exit, RIGHT);
        world.run(Duration.ofSeconds(5));
        settle(exit, client);

        assertThat(client.events(NodeEvent.Ready.class)).hasSize(1);
    }

    /** Guessing: a new key each time, from one address. */
    @Test
    void oneSourceHasFewTries() {
        SimNode exit = world.add(config -> exit(config, Admission.PASSCODE)).start();
        for (int i = 0; i < Doorkeeper.PROOFS_OF_SOURCE; i++) {
            guess("5.5.5.5", i, exit, WRONG);
        }
        SimNode oneTooMany = guess("5.5.5.5", 10, exit, RIGHT);
        SimNode elsewhere = guess("6.6.6.6", 11, exit, RIGHT);

        assertThat(oneTooMany.events(NodeEvent.Ready.class)).isEmpty();
        assertThat(oneTooMany.events(NotLetIn.class))
                .singleElement()
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(NotLetIn.Reason.TOO_MANY_TRIES));
        assertThat(elsewhere.events(NodeEvent.Ready.class)).hasSize(1);

        world.run(Duration.ofSeconds(70));
        settle(exit, oneTooMany);
        assertThat(oneTooMany.events(NodeEvent.Ready.class)).hasSize(1);
    }

    @Test
    void allSourcesTogetherHaveABoundedNumberOfTries() {
        SimNode exit = world.add(config -> exit(config, Admission.PASSCODE)).start();
        for (int i = 0; i < Doorkeeper.PROOFS_IN_ALL; i++) {
            guess("5.5." + i + ".1", i, exit, WRONG);
        }
        SimNode late = guess("6.6.6.6", 100, exit, RIGHT);

        assertThat(late.events(NotLetIn.class))
                .singleElement()
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(NotLetIn.Reason.TOO_MANY_TRIES));
    }

    private SimNode guess(String address, int index, SimNode exit, Passcode passcode) {
        SimNode guesser = world.addBehind(address, index, config -> {
                    config.passcode = passcode;
                    return config.connect(exit.line());
                })
                .start();
        settle(guesser);
        return guesser;
    }

    /** It would learn a proof, and could guess at leisure. */
    @Test
    void thePasscodeIsProvedOnlyToPeersThatTheOperatorNamed() {
        SimNode listener = world.add(config -> {
                    config.passcode = RIGHT;
                    return config.listen();
                })
                .start();
        SimNode nosy = world.add(config -> {
                    config.passcode = WRONG;
                    config.admission = Admission.PASSCODE;
                    config.connect(listener.line());
                    return config;
                })
                .start();
        settle(listener, nosy);

        nosy.control(ControlCodec.encode(new AdmissionNotice(AdmissionNotice.State.PASSCODE, 0)));
        settle(listener, nosy);

        assertThat(listener.events(NotLetIn.class)).isEmpty();
        assertThat(nosy.status().drops()).doesNotContainKey("wrong_passcode");
        assertThat(listener.status().peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.state()).isEqualTo(State.CONNECTED));
    }

    @Test
    void theOperatorIsAskedOnceAndLetsIn() {
        SimNode exit = world.add(config -> exit(config, Admission.ASK)).start();
        SimNode client = world.add(config -> config.connect(exit.line())).start();
        settle(exit, client);
        world.run(Duration.ofMinutes(5)); // over two rekeys

        assertThat(exit.events(GuestAsks.class))
                .singleElement()
                .satisfies(guest -> assertThat(guest.publicKey()).isEqualTo(client.key.toString()));
        assertThat(client.events(NotLetIn.class))
                .singleElement()
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(NotLetIn.Reason.ASKS_OPERATOR));
        assertThat(client.events(NodeEvent.Ready.class)).isEmpty();

        exit.admit(PeerId.of(client.key).text());
        settle(exit, client);

        assertThat(client.events(NodeEvent.Ready.class)).hasSize(1);
        assertThat(client.events(NodeEvent.ExitInUse.class)).hasSize(1);
        assertThat(exit.status().peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.admitted()).isTrue());
    }

    @Test
    void aGuestThatIsNotLetInIsForgotten() {
        SimNode exit = world.add(config -> exit(config, Admission.ASK)).start();
        SimNode client = world.add(config -> config.connect(exit.line())).start();
        settle(exit, client);
        world.lose(datagram -> true);
        world.run(Duration.ofMinutes(11));

        assertThat(exit.status().peers()).isEmpty();
    }

    @Test
    void whoIsAdmittedByKeyBeforeItComesIsNotAskedFor() {
        SimNode exit = world.add(config -> exit(config, Admission.ASK)).start();
        SimNode client = world.add(config -> config.connect(exit.line()));
        exit.admit(client.key.toString());
        client.start();
        settle(exit, client);

        assertThat(exit.events(GuestAsks.class)).isEmpty();
        assertThat(client.events(NodeEvent.Ready.class)).hasSize(1);
    }

    @Test
    void whoIsRefusedDoesNotAskAgain() {
        SimNode exit = world.add(config -> exit(config, Admission.ASK)).start();
        SimNode client = world.add(config -> config.connect(exit.line())).start();
        settle(exit, client);
        exit.remove(client.key.toString());
        world.run(Duration.ofMinutes(10));

        assertThat(exit.events(GuestAsks.class)).hasSize(1);
        assertThat(exit.status().peers()).isEmpty();
    }

    @Test
    void nobodyCanBeAdmittedWhoIsNotThere() {
        SimNode exit = world.add(config -> exit(config, Admission.ASK)).start();

        assertThatThrownBy(() -> exit.admit("139118-205156-230232"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no guest is called 139118-205156-230232; a public key can be admitted before it comes");
        assertThatThrownBy(() -> exit.admit(exit.key.toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("that is this node's own public key");
    }

    @Test
    void thePacketThatProvesWhereAStrangerLivesPassesToo() {
        SimNode exit = world.add(Config::exit);
        SimNode client = world.add(config -> config.connect(exit.line())).start();
        client.send(packet(client.ipv4(), exit.ipv4(), "waits for the handshake"));
        exit.start();
        world.run(Duration.ofSeconds(10));

        assertThat(exit.toTun).extracting(Packets::content).containsExactly("waits for the handshake");
        assertThat(exit.status().drops()).doesNotContainKey("foreign_source");
    }

    @Test
    void aPasscodeTellsNothingOfItself() {
        assertThat(RIGHT).hasToString("Passcode(secret)");
        assertThat(RIGHT.keyFor(new Config().key.publicKey())).hasToString("PasscodeKey(secret)");
        assertThatThrownBy(() -> Passcode.of("12345")).hasMessage("a passcode has 6 to 128 characters, this one 5");
        assertThatThrownBy(() -> Passcode.of("two\nlines")).hasMessage("a passcode is one line of text");
    }
}
