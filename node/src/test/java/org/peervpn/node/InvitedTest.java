package org.peervpn.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.peervpn.node.Packets.packet;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.peervpn.node.NodeEvent.GuestAsks;
import org.peervpn.node.NodeEvent.InvitationNotNeeded;
import org.peervpn.node.NodeEvent.InvitationUsed;
import org.peervpn.node.NodeEvent.NotLetIn;
import org.peervpn.node.NodeEvent.NotLetIn.Reason;
import org.peervpn.node.NodeEvent.Refused;
import org.peervpn.node.Remembered.RememberedPeer;
import org.peervpn.node.World.Config;
import org.peervpn.node.World.SimNode;
import org.peervpn.node.control.AdmissionNotice;
import org.peervpn.node.control.ControlCodec;
import org.peervpn.node.invitation.OneTimeSecret;

/** Codes that let in whoever uses them first. */
class InvitedTest {
    private static final Duration MOMENT = Duration.ofMillis(10);
    private static final Passcode PASSCODE = Passcode.of("correct horse");

    private final World world = newWorld();

    World newWorld() {
        return new World();
    }

    private SimNode exit(Admission admission) {
        return world.add(config -> exit(config, admission)).start();
    }

    private static Config exit(Config config, Admission admission) {
        config.exit();
        config.admission = admission;
        config.passcode = admission == Admission.PASSCODE ? PASSCODE : null;
        return config;
    }

    private SimNode newcomer(ConnectLine line) {
        return newcomer(line, null);
    }

    private SimNode newcomer(ConnectLine line, @Nullable Passcode passcode) {
        return world.add(config -> {
                    config.passcode = passcode;
                    return config.connect(line);
                })
                .start();
    }

    private void settle(SimNode... nodes) {
        for (int i = 0; i < 3; i++) {
            world.run(MOMENT);
            List.of(nodes).forEach(SimNode::routeNow);
        }
    }

    private static boolean isIn(SimNode exit, SimNode newcomer) {
        return exit.status().peers().stream()
                .anyMatch(peer -> peer.publicKey().equals(newcomer.key.toString()) && peer.admitted());
    }

    private static List<Reason> reasons(SimNode newcomer) {
        return newcomer.events(NotLetIn.class).stream().map(NotLetIn::reason).toList();
    }

    @ParameterizedTest
    @EnumSource(names = {"PASSCODE", "ASK", "KNOWN"})
    void theFirstWhoUsesTheCodeIsLetIn(Admission admission) {
        SimNode exit = exit(admission);
        SimNode newcomer = newcomer(exit.invite("anna"));
        settle(exit, newcomer);

        assertThat(newcomer.events(NodeEvent.Ready.class)).hasSize(1);
        assertThat(newcomer.events(NotLetIn.class)).isEmpty();
        assertThat(exit.events(InvitationUsed.class))
                .singleElement()
                .satisfies(used -> assertThat(used.name()).isEqualTo("anna"));
        world.run(Duration.ofSeconds(10));
        assertThat(exit.events(GuestAsks.class)).isEmpty();
        newcomer.send(packet(newcomer.ipv4(), exit.ipv4(), "question"));
        assertThat(exit.toTun).hasSize(1);
    }

    @Test
    void whoComesSecondIsToldThatTheCodeWasUsed() {
        SimNode exit = exit(Admission.KNOWN);
        ConnectLine code = exit.invite("");
        SimNode first = newcomer(code);
        settle(exit, first);
        SimNode second = newcomer(code);
        settle(exit, second);
        world.run(Duration.ofSeconds(30));

        assertThat(isIn(exit, first)).isTrue();
        assertThat(isIn(exit, second)).isFalse();
        assertThat(reasons(second)).containsExactly(Reason.INVITATION_SPENT);
        assertThat(second.events(Refused.class)).containsExactly(new Refused(Reason.INVITATION_SPENT));
        second.send(packet(second.ipv4(), exit.ipv4(), "let me in"));
        assertThat(exit.toTun).isEmpty();
        assertThat(exit.status().drops()).containsEntry("wrong_invitation", 1L);
    }

    @ParameterizedTest
    @EnumSource(names = {"PASSCODE", "ASK", "KNOWN"})
    void ofTwoAtOnceOneIsLetIn(Admission admission) {
        SimNode exit = exit(admission);
        ConnectLine code = exit.invite("");
        SimNode one = newcomer(code);
        SimNode other = newcomer(code);
        settle(exit, one, other);

        assertThat(List.of(isIn(exit, one), isIn(exit, other))).containsExactlyInAnyOrder(true, false);
        assertThat(exit.events(InvitationUsed.class)).hasSize(1);
    }

    @Test
    void whoIsTooLateIsStillAskedFor() {
        SimNode exit = exit(Admission.ASK);
        SimNode stranger = newcomer(exit.lineWith(OneTimeSecret.generate(new SecureRandom())));
        settle(exit, stranger);

        assertThat(reasons(stranger)).containsExactly(Reason.INVITATION_SPENT, Reason.ASKS_OPERATOR);
        assertThat(stranger.events(Refused.class)).isEmpty();
        assertThat(exit.events(GuestAsks.class)).hasSize(1);
        exit.admit(stranger.key.toString());
        settle(exit, stranger);
        assertThat(stranger.events(NodeEvent.Ready.class)).hasSize(1);
    }

    @Test
    void whoIsTooLateMayKnowThePasscode() {
        SimNode exit = exit(Admission.PASSCODE);
        ConnectLine code = exit.lineWith(OneTimeSecret.generate(new SecureRandom()));
        SimNode knowing = newcomer(code, PASSCODE);
        SimNode ignorant = newcomer(code);
        settle(exit, knowing, ignorant);

        assertThat(knowing.events(NodeEvent.Ready.class)).hasSize(1);
        assertThat(reasons(knowing)).containsExactly(Reason.INVITATION_SPENT);
        assertThat(ignorant.events(Refused.class)).containsExactly(new Refused(Reason.INVITATION_SPENT));
    }

    @Test
    void anInvitationExpires() {
        SimNode exit = exit(Admission.ASK);
        ConnectLine code = exit.invite("");
        world.run(Duration.ofDays(7));
        SimNode newcomer = newcomer(code);
        settle(exit, newcomer);

        assertThat(isIn(exit, newcomer)).isFalse();
        assertThat(reasons(newcomer)).contains(Reason.INVITATION_SPENT);
        assertThat(exit.remembered().invitations()).isEmpty();
    }

    @Test
    void anInvitationExpiresWhileNoNodeRuns() {
        SimNode exit = exit(Admission.ASK);
        ConnectLine code = exit.invite("");
        SimNode again = exit.restarted(config -> exit(config, Admission.ASK));
        again.clockError = Duration.ofDays(7).plusMinutes(1); // its own clock may be ahead a little
        again.start();
        SimNode newcomer = newcomer(code);
        settle(again, newcomer);

        assertThat(isIn(again, newcomer)).isFalse();
        assertThat(again.remembered().invitations()).isEmpty();
    }

    @Test
    void whoLetsInNobodyElseAnswersStrangersOnlyWhileThereIsAnInvitation() {
        SimNode exit = exit(Admission.KNOWN);
        SimNode early = newcomer(exit.line());
        settle(exit, early);
        assertThat(exit.status().peers()).isEmpty();

        exit.invite("");
        SimNode stranger = newcomer(exit.line());
        settle(exit, stranger);
        assertThat(stranger.events(Refused.class)).containsExactly(new Refused(Reason.NOT_INVITED));
        assertThat(isIn(exit, stranger)).isFalse();

        world.suspend(early, true);
        world.suspend(stranger, true);
        world.run(Duration.ofDays(7));
        SimNode late = newcomer(exit.line());
        settle(exit, late);
        assertThat(late.events(NodeEvent.PeerConnected.class)).isEmpty();
    }

    /** What was proved in one session, or is of another's making, is worth nothing and uses up nothing. */
    @Test
    void aProofOfAnotherSessionIsRefused() {
        SimNode exit = exit(Admission.ASK);
        ConnectLine code = exit.invite("");
        OneTimeSecret secret = Objects.requireNonNull(code.invitation()).secret();
        SimNode thief = newcomer(exit.line());
        settle(exit, thief);

        thief.control(ControlCodec.encodeInvitationProof(
                Objects.requireNonNull(secret).proof(exit.key, ByteBuffer.allocate(32))));
        settle(exit, thief);
        assertThat(isIn(exit, thief)).isFalse();
        assertThat(exit.status().drops()).containsEntry("wrong_invitation", 1L);

        SimNode newcomer = newcomer(code);
        settle(exit, newcomer);
        assertThat(isIn(exit, newcomer)).isTrue();
    }

    @Test
    void inOneHandshakeThereIsOneTry() {
        SimNode exit = exit(Admission.ASK);
        exit.invite("");
        SimNode guesser = newcomer(exit.line());
        settle(exit, guesser);
        for (int i = 0; i < 5; i++) {
            guesser.control(ControlCodec.encodeInvitationProof(new byte[32]));
        }

        assertThat(exit.status().drops())
                .containsEntry("wrong_invitation", 1L)
                .containsEntry("not_admitted", exit.status().drops().get("not_admitted"));
        assertThat(exit.status().drops().get("not_admitted")).isGreaterThanOrEqualTo(4L);
    }

    @Test
    void guessesAreLimitedAsThoseOfPasscodesAre() {
        SimNode exit = exit(Admission.ASK);
        ConnectLine code = exit.invite("");
        guessAsOftenAsAllowed(exit);
        SimNode oneTooMany = guess("5.5.5.5", 10, code);
        assertThat(reasons(oneTooMany)).containsExactly(Reason.TOO_MANY_TRIES);

        SimNode elsewhere = guess("6.6.6.6", 11, code);
        assertThat(isIn(exit, elsewhere)).isTrue();
    }

    @Test
    void whoHadToWaitIsHeardLater() {
        SimNode exit = exit(Admission.ASK);
        ConnectLine code = exit.invite("");
        guessAsOftenAsAllowed(exit);
        SimNode waiting = guess("5.5.5.5", 10, code);

        world.run(Duration.ofSeconds(70));
        assertThat(isIn(exit, waiting)).isTrue();
    }

    /** Its proof was not looked at when it had to wait. */
    @Test
    void whoHadToWaitAndIsLetInOtherwiseUsesUpItsCode() {
        SimNode exit = exit(Admission.ASK);
        ConnectLine code = exit.invite("");
        guessAsOftenAsAllowed(exit);
        SimNode waiting = guess("5.5.5.5", 10, code);
        assertThat(reasons(waiting)).containsExactly(Reason.TOO_MANY_TRIES);
        assertThat(exit.remembered().invitations()).hasSize(1);

        exit.admit(waiting.key.toString());
        settle(exit, waiting);
        assertThat(isIn(exit, waiting)).isTrue();
        assertThat(exit.remembered().invitations()).isEmpty();
    }

    /** Wrongly, from 5.5.5.5. */
    private void guessAsOftenAsAllowed(SimNode exit) {
        for (int i = 0; i < Doorkeeper.PROOFS_OF_SOURCE; i++) {
            guess("5.5.5.5", i, exit.lineWith(OneTimeSecret.generate(new SecureRandom())));
        }
    }

    private SimNode guess(String address, int index, ConnectLine code) {
        SimNode guesser =
                world.addBehind(address, index, config -> config.connect(code)).start();
        settle(guesser);
        return guesser;
    }

    /** Another node that we call cannot have the proof, whatever it asks for. */
    @Test
    void theSecretIsProvedToTheInvitingNodeOnly() {
        SimNode inviting = exit(Admission.ASK);
        ConnectLine code = inviting.invite("");
        SimNode nosy = world.add(config -> exit(config, Admission.ASK)).start();
        nosy.invite("");
        SimNode newcomer =
                world.add(config -> config.connect(nosy.line(), code)).start();
        settle(inviting, nosy, newcomer);
        nosy.control(ControlCodec.encode(new AdmissionNotice(AdmissionNotice.State.INVITATION, 0)));
        settle(inviting, nosy, newcomer);

        assertThat(isIn(inviting, newcomer)).isTrue();
        assertThat(isIn(nosy, newcomer)).isFalse();
        assertThat(nosy.status().drops()).doesNotContainKey("wrong_invitation");
    }

    @Test
    void theOperatorIsAskedForWhoProvesNothing() {
        SimNode exit = exit(Admission.ASK);
        exit.invite("");
        SimNode stranger = newcomer(exit.line());
        settle(exit, stranger);
        assertThat(exit.events(GuestAsks.class)).isEmpty();

        world.run(Duration.ofSeconds(3));
        assertThat(exit.events(GuestAsks.class)).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"PASSCODE", "ASK", "KNOWN"})
    void whoWasRemovedStaysOutWithAFreshCodeToo(Admission admission) {
        SimNode exit = exit(admission);
        SimNode newcomer = newcomer(exit.invite(""));
        settle(exit, newcomer);
        exit.remove(newcomer.key.toString());
        ConnectLine fresh = exit.invite("");
        newcomer.add(fresh);
        world.run(Duration.ofMinutes(5));

        assertThat(isIn(exit, newcomer)).isFalse();
        assertThat(exit.remembered().invitations()).hasSize(1);

        SimNode restarted = exit.restarted(config -> exit(config, admission)).start();
        world.run(Duration.ofMinutes(5));
        assertThat(isIn(restarted, newcomer)).isFalse();
    }

    @Test
    void anInvitationCanBeWithdrawnByItsName() {
        SimNode exit = exit(Admission.KNOWN);
        ConnectLine code = exit.invite("anna");
        exit.invite("bert");
        exit.remove("anna");
        SimNode newcomer = newcomer(code);
        settle(exit, newcomer);

        assertThat(newcomer.events(Refused.class)).containsExactly(new Refused(Reason.INVITATION_SPENT));
        assertThat(exit.remembered().invitations()).hasSize(1);
        assertThatThrownBy(() -> exit.remove("anna")).hasMessage("no such peer: anna");
        assertThatThrownBy(() -> exit.remove("")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"anna", ""})
    void statusSaysByWhichInvitationWhoCame(String name) {
        SimNode exit = exit(Admission.ASK);
        SimNode friend = newcomer(exit.line());
        exit.admit(friend.key.toString());
        ConnectLine code = exit.invite(name);
        exit.invite("bert");
        assertThat(exit.status().openInvitations()).isEqualTo(2);
        SimNode newcomer = newcomer(code);
        settle(exit, friend, newcomer);

        assertThat(exit.status().openInvitations()).isEqualTo(1);
        SimNode again = exit.restarted(config -> exit(config, Admission.ASK)).start();
        settle(again, friend, newcomer);
        for (SimNode each : List.of(exit, again)) {
            assertThat(each.status().peers())
                    .extracting(NodeStatus.PeerStatus::publicKey, NodeStatus.PeerStatus::invitedAs)
                    .containsExactlyInAnyOrder(
                            tuple(friend.key.toString(), null), tuple(newcomer.key.toString(), name));
        }
        world.run(Duration.ofDays(8));
        assertThat(again.status().openInvitations()).isZero();
    }

    @Test
    void anAddedCodeOutlivesARestartUntilThePeerHasLetUsIn() {
        SimNode exit = exit(Admission.KNOWN);
        world.suspend(exit, true);
        ConnectLine code = exit.invite("");
        SimNode newcomer = world.add(Config::listen).start();
        newcomer.add(code);
        world.run(Duration.ofMinutes(1));
        assertThat(newcomer.remembered.peers()).extracting(RememberedPeer::code).containsExactly(code.invitation());

        SimNode again = newcomer.restarted(Config::listen).start();
        world.run(Duration.ofMinutes(1));
        world.suspend(exit, false);
        world.run(Duration.ofMinutes(2));

        assertThat(isIn(exit, again)).isTrue();
        assertThat(again.remembered.peers())
                .as("its secret is of no use any more")
                .extracting(RememberedPeer::code)
                .containsOnlyNulls();
    }

    @Test
    void anAddedCodeThatHasExpiredMeanwhileIsForgotten() {
        SimNode exit = exit(Admission.KNOWN);
        world.suspend(exit, true);
        SimNode newcomer = world.add(Config::listen).start();
        newcomer.add(exit.invite(""));
        world.suspend(newcomer, true);
        world.run(Duration.ofDays(8));

        SimNode again = newcomer.restarted(Config::listen).start();

        assertThat(again.remembered().peers()).singleElement().satisfies(peer -> {
            assertThat(peer.code()).isNull();
            assertThat(peer.calls()).isEqualTo(Endpoint.of(exit.address));
        });
    }

    private static String code(ConnectLine line) {
        return Objects.requireNonNull(line.invitation()).code();
    }

    @Test
    void anInvitationWithoutANameCanBeWithdrawnByItsCode() {
        SimNode exit = exit(Admission.KNOWN);
        ConnectLine code = exit.invite("");
        exit.invite("");
        assertThat(exit.core.remove(code(code).toUpperCase(Locale.ROOT), world.nowNanos()))
                .isEqualTo("the invitation of this code");
        SimNode newcomer = newcomer(code);
        settle(exit, newcomer);

        assertThat(newcomer.events(Refused.class)).containsExactly(new Refused(Reason.INVITATION_SPENT));
        assertThat(exit.remembered().invitations()).hasSize(1);
        assertThatThrownBy(() -> exit.remove(code(code))).hasMessageContaining("it was used or withdrawn already");
    }

    @Test
    void aCodeThatLetsInNobodyAnyMoreCannotBeWithdrawn() {
        SimNode exit = exit(Admission.ASK);
        ConnectLine used = exit.invite("");
        SimNode newcomer = newcomer(used);
        settle(exit, newcomer);
        ConnectLine old = exit.invite("");
        SimNode other = exit(Admission.ASK);
        ConnectLine foreign = other.invite("");
        String without =
                Objects.requireNonNull(old.invitation()).inReplyTo(newcomer.key).code();

        assertThatThrownBy(() -> exit.remove(code(used)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the invitation of this code is not open: it was used or withdrawn already; look at --status");
        assertThat(isIn(exit, newcomer))
                .as("it is the invitation that was to be removed")
                .isTrue();
        assertThatThrownBy(() -> exit.remove(code(foreign)))
                .hasMessageMatching("this code was made by a node \\(.*\\); only there it can be withdrawn");
        assertThatThrownBy(() -> exit.remove(without))
                .hasMessage("this code lets in nobody by itself, so there is nothing to withdraw");
        assertThatThrownBy(() -> exit.remove(code(old).substring(0, 100))).hasMessageContaining("cut off");
        world.run(Duration.ofDays(8));
        assertThatThrownBy(() -> exit.remove(code(old)))
                .hasMessage("this code expired 24 hours ago; ask for a fresh one");
        assertThat(other.remembered.invitations()).hasSize(1);
    }

    /** Else somebody who has seen it could come by it. */
    @ParameterizedTest
    @EnumSource(names = {"PASSCODE", "ASK", "KNOWN"})
    void whoIsInAlreadyUsesUpItsCode(Admission admission) {
        SimNode exit = exit(admission);
        ConnectLine code = exit.invite("anna");
        SimNode friend = world.add(config -> config.connect(code));
        exit.admit(friend.key.toString());
        friend.start();
        settle(exit, friend);

        assertThat(exit.events(InvitationUsed.class)).isEmpty();
        assertThat(exit.events(InvitationNotNeeded.class))
                .singleElement()
                .satisfies(used -> assertThat(used.name()).isEqualTo("anna"));
        assertThat(exit.remembered.invitations()).as("at once").isEmpty();
        assertThat(exit.remembered().peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.origin()).isEqualTo(Origin.ADMIT));
        SimNode late = newcomer(code);
        settle(exit, late);
        assertThat(late.events(Refused.class).isEmpty()).isEqualTo(admission == Admission.ASK);
        assertThat(reasons(late)).contains(Reason.INVITATION_SPENT);
        assertThat(isIn(exit, late)).isFalse();
    }

    @Test
    void whoIsConnectedAlreadyUsesUpItsCode() {
        SimNode exit = exit(Admission.PASSCODE);
        SimNode friend = newcomer(exit.line(), PASSCODE);
        settle(exit, friend);
        assertThat(isIn(exit, friend)).isTrue();

        friend.add(exit.invite("anna"));
        settle(exit, friend);

        assertThat(exit.events(InvitationNotNeeded.class)).hasSize(1);
        assertThat(exit.remembered().invitations()).isEmpty();
        assertThat(exit.remembered().peers())
                .as("it stays when the passcode is no more")
                .singleElement()
                .satisfies(peer -> assertThat(peer.origin()).isEqualTo(Origin.INVITATION));
    }

    /** It would be heard by nobody who counts, but need not be said. */
    @Test
    void whoCameByItsCodeDoesNotProveItAgain() {
        SimNode exit = exit(Admission.KNOWN);
        SimNode newcomer = newcomer(exit.invite(""));
        settle(exit, newcomer);
        world.run(Duration.ofMinutes(1));

        assertThat(exit.events(InvitationUsed.class)).hasSize(1);
        assertThat(exit.events(InvitationNotNeeded.class)).isEmpty();
    }

    @Test
    void aWrongProofOfWhoIsInIsWorthNothing() {
        SimNode exit = exit(Admission.ASK);
        SimNode friend = newcomer(exit.invite(""));
        settle(exit, friend);
        exit.invite("");
        friend.control(ControlCodec.encodeInvitationProof(new byte[32]));
        friend.control(ControlCodec.encodeInvitationProof(new byte[1000])); // absurdly long

        assertThat(exit.remembered().invitations()).hasSize(1);
        assertThat(exit.status().drops()).containsEntry("bad_control_message", 1L);
        assertThat(isIn(exit, friend)).isTrue();
    }

    @Test
    void whoIsInStaysInWhenAnInvitationForThatNameIsWithdrawn() {
        SimNode exit = exit(Admission.KNOWN);
        SimNode newcomer = newcomer(exit.invite("")); // calls itself so
        settle(exit, newcomer);
        String name = Objects.requireNonNull(exit.status().peers().get(0).name());
        exit.invite(name);

        assertThat(exit.core.remove(name, world.nowNanos())).isEqualTo("the invitation for " + name);
        assertThat(isIn(exit, newcomer)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"PASSCODE", "ASK", "KNOWN"})
    void invitationsAndWhoCameByThemOutliveARestart(Admission admission) {
        SimNode exit = exit(admission);
        ConnectLine used = exit.invite("anna");
        SimNode first = newcomer(used);
        settle(exit, first);
        ConnectLine open = exit.invite("bert");

        SimNode again = exit.restarted(config -> exit(config, admission)).start();
        world.run(Duration.ofSeconds(60));
        assertThat(isIn(again, first)).isTrue();
        SimNode tooLate = newcomer(used);
        settle(again, tooLate);
        assertThat(isIn(again, tooLate)).isFalse();
        SimNode second = newcomer(open);
        settle(again, second);
        assertThat(isIn(again, second)).isTrue();
        assertThat(again.remembered.invitations()).isEmpty();
    }

    /** What is written down after the use would else be too old after a crash. */
    @Test
    void aUsedInvitationIsWrittenDownAtOnce() {
        SimNode exit = exit(Admission.ASK);
        ConnectLine code = exit.invite("");
        assertThat(exit.remembered.invitations()).hasSize(1);
        settle(exit, newcomer(code));

        assertThat(exit.remembered.invitations()).isEmpty();
        assertThat(exit.remembered.peers())
                .singleElement()
                .satisfies(peer -> assertThat(peer.origin()).isEqualTo(Origin.INVITATION));
    }

    @Test
    void aLostProofIsMadeAgain() {
        SimNode exit = exit(Admission.ASK);
        ConnectLine code = exit.invite("");
        int[] contents = {0};
        world.lose(datagram -> datagram.isContent() && contents[0]++ < 4);
        SimNode newcomer = newcomer(code);
        world.run(Duration.ofSeconds(5));
        settle(exit, newcomer);

        assertThat(newcomer.events(NodeEvent.Ready.class)).hasSize(1);
    }

    @Test
    void theNumberOfInvitationsIsBounded() {
        SimNode exit = exit(Admission.ASK);
        SimNode newcomer = newcomer(exit.invite(""));
        settle(exit, newcomer);
        world.suspend(newcomer, true);
        for (int i = 0; i < Remembered.MAX_INVITATIONS; i++) {
            exit.invite("");
        }

        assertThatThrownBy(() -> exit.invite(""))
                .hasMessageStartingWith("there are 64 invitations that nobody has used");
        world.run(Duration.ofDays(8));
        exit.invite("");
        assertThat(exit.remembered().invitations()).hasSize(1);
    }

    /** Whoever has used the code could give itself the exit's name. */
    @Test
    void theNameOfWhoCameByACodeChoosesNoExit() {
        SimNode own = world.add(config -> {
                    config.admission = Admission.ASK;
                    config.exitVia = List.of("a node");
                    return config.listen();
                })
                .start();
        ConnectLine code = own.invite("");
        SimNode invited = world.add(config -> config.exit().connect(code)).start();
        settle(own, invited);
        world.run(Duration.ofSeconds(5));
        settle(own, invited);
        assertThat(isIn(own, invited)).isTrue();
        assertThat(own.events(NodeEvent.ExitInUse.class)).isEmpty();

        own.admit(invited.key.toString());
        settle(own, invited);
        assertThat(own.events(NodeEvent.ExitInUse.class)).hasSize(1);
    }

    @Test
    void whereAnybodyComesInThereIsNoInvitation() {
        SimNode exit = exit(Admission.LINE);

        assertThatThrownBy(() -> exit.invite(""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--admission=line");
    }
}
