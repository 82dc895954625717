package org.peervpn.nat.path;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peervpn.nat.Candidate;
import org.peervpn.nat.CandidateType;
import org.peervpn.nat.Prospect;
import org.peervpn.nat.path.CheckNet.Kind;
import org.peervpn.nat.path.CheckNet.Node;

/** Two agents, each behind a NAT. */
class PathAgentTest {
    private static final long SECOND = 1_000_000_000L;

    private CheckNet net = new CheckNet(1);

    @Test
    void twoThatBeginTogetherMeetWithinASecond() {
        List<Node> nodes = started(Kind.PORT_RESTRICTED, Kind.PORT_RESTRICTED);
        net.run(SECOND);

        assertThat(nodes).allMatch(node -> !node.used.isEmpty());
    }

    @Test
    void whoStartsLaterIsMetAtOnceWhileTheFirstOnesMappingIsOpen() {
        List<Node> nodes = net.pair(Kind.FULL_CONE, Kind.PORT_RESTRICTED);
        knowEachOther(nodes);
        nodes.get(0).start();
        net.run(20 * SECOND);
        nodes.get(1).start();
        net.run(SECOND);

        assertThat(nodes).allMatch(node -> !node.used.isEmpty());
    }

    @Test
    void twoThatBeginAMinuteApartMeetAtTheNextSlot() {
        List<Node> nodes = net.pair(Kind.PORT_RESTRICTED, Kind.PORT_RESTRICTED);
        knowEachOther(nodes);
        nodes.get(0).start();
        net.run(40 * SECOND);
        nodes.get(1).start();
        net.run(90 * SECOND);

        assertThat(nodes).allMatch(node -> !node.used.isEmpty());
    }

    @Test
    void anAttemptIsABurstAndThenSilence() {
        List<Node> nodes = net.pair(Kind.PORT_RESTRICTED, Kind.PORT_RESTRICTED);
        knowEachOther(nodes);
        nodes.get(0).start();
        net.run(30 * SECOND);

        assertThat(nodes.get(0).sent).isBetween(20, 26);
    }

    @Test
    void hardNatIsMetByItsOwnChecksWhereThePortDoesNotMatter() {
        List<Node> nodes = started(Kind.FULL_CONE, Kind.SYMMETRIC);
        net.run(SECOND);

        assertThat(nodes).allMatch(node -> !node.used.isEmpty());
        assertThat(nodes).allMatch(node -> node.opened == 0);
    }

    @Test
    void countingNatIsForetold() {
        for (int others : new int[] {0, 3, 500, 5000}) {
            net = new CheckNet(others);
            List<Node> nodes = net.pair(Kind.PORT_RESTRICTED, Kind.SYMMETRIC_SEQUENTIAL);
            knowEachOther(nodes);
            nodes.get(1).skipPorts(others);
            nodes.forEach(Node::start);
            net.run(8 * SECOND);

            assertThat(nodes.get(0).agent.prospect()).isEqualTo(Prospect.PREDICT);
            assertThat(nodes).as("%d others", others).allMatch(node -> !node.used.isEmpty());
        }
    }

    @Test
    void randomNatIsSprayedWithinFifteenSeconds() {
        int met = 0;
        for (int seed = 0; seed < 20; seed++) {
            net = new CheckNet(seed);
            List<Node> nodes = started(Kind.SYMMETRIC, Kind.PORT_RESTRICTED);
            net.run(15 * SECOND);
            met += nodes.stream().allMatch(node -> !node.used.isEmpty()) ? 1 : 0;
        }

        assertThat(met).isGreaterThanOrEqualTo(18);
    }

    /** Each time a handshake begins, and the answer to the one before is worthless. */
    @Test
    void aPairIsNotChosenAgainWhileItsHandshakeIsUnderWay() {
        List<Node> nodes = started(Kind.FULL_CONE, Kind.FULL_CONE);
        net.run(SECOND);

        assertThat(nodes).allMatch(node -> node.used.size() == 1);
    }

    @Test
    void aRoundThatMissedIsFollowedByAnother() {
        int met = 0;
        for (int seed = 0; seed < 20; seed++) {
            net = new CheckNet(seed);
            List<Node> nodes = started(Kind.SYMMETRIC, Kind.PORT_RESTRICTED);
            net.loss = 1;
            net.run(15 * SECOND);
            net.loss = 0;
            net.run(15 * SECOND);
            met += nodes.stream().allMatch(node -> !node.used.isEmpty()) ? 1 : 0;
        }

        assertThat(met).isGreaterThanOrEqualTo(18);
    }

    @Test
    void aSprayStopsWhenItHasMetAndClosesWhatItDoesNotNeed() {
        List<Node> nodes = started(Kind.SYMMETRIC, Kind.PORT_RESTRICTED);
        for (int i = 0; i < 150 && nodes.get(0).used.isEmpty(); i++) {
            net.run(SECOND / 10);
        }
        Node hard = nodes.get(0);
        Pair winner = hard.used.get(0);
        nodes.forEach(node -> node.agent.connected(node.used.isEmpty() ? winner : node.used.get(0), net.nowNanos));
        net.run(SECOND);
        int sent = nodes.get(0).sent + nodes.get(1).sent;
        net.run(20 * SECOND);

        assertThat(winner.channel()).isPositive();
        assertThat(nodes.get(0).sent + nodes.get(1).sent - sent).isLessThan(30);
        assertThat(hard.closed).isEqualTo(hard.opened - 1);
    }

    @Test
    void aBetterChannelThatIsChosenLaterIsNotClosed() {
        List<Node> nodes = started(Kind.SYMMETRIC, Kind.PORT_RESTRICTED);
        Node hard = nodes.get(0);
        for (int i = 0; i < 150 && hard.used.isEmpty(); i++) {
            net.run(SECOND / 10);
        }
        Pair winner = hard.used.get(0);
        hard.agent.connected(winner, net.nowNanos);
        Pair better = new Pair(winner.channel() == 1 ? 2 : 1, winner.remote());
        hard.agent.answered(better, 0, net.nowNanos);
        assertThat(hard.used).last().isEqualTo(better);
        net.run(20 * SECOND);

        assertThat(hard.closedChannels)
                .hasSize(hard.opened - 1)
                .contains(winner.channel())
                .doesNotContain(better.channel());
    }

    /** Whichever side's check came through first; the handshake takes its time after that. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aChannelThatIsMetInTheLastMomentIsStillThereForTheHandshake(boolean peerWasFirst) {
        List<Node> nodes = started(Kind.SYMMETRIC, Kind.PORT_RESTRICTED);
        Node hard = nodes.get(0);
        net.loss = 1;
        while (hard.opened == 0) {
            net.run(Spray.STEP_NANOS);
        }
        net.run(Spray.ROUND_NANOS - SECOND / 10);
        assertThat(hard.closed).as("the round is not over").isZero();
        Pair met = new Pair(7, nodes.get(1).endpoint());
        if (peerWasFirst) {
            hard.agent.asked(met, net.nowNanos);
            net.run(SECOND / 5);
        }
        hard.agent.answered(met, SECOND / 5, net.nowNanos);
        net.run(SECOND);
        assertThat(hard.used).last().isEqualTo(met);
        assertThat(hard.closedChannels).doesNotContain(met.channel());

        hard.agent.connected(met, net.nowNanos);
        net.run(20 * SECOND);
        assertThat(hard.closedChannels).hasSize(hard.opened - 1).doesNotContain(met.channel());
    }

    /** However long the peer goes on to check them. */
    @Test
    void channelsThatLeadToNoTunnelAreClosedThreeSecondsAfterTheRound() {
        List<Node> nodes = started(Kind.SYMMETRIC, Kind.PORT_RESTRICTED);
        Node hard = nodes.get(0);
        net.loss = 1;
        net.run(Spray.ROUND_NANOS - SECOND);
        assertThat(hard.opened).isPositive();
        int opened = hard.opened;
        for (int i = 0; i < 50; i++) {
            hard.agent.asked(new Pair(7, nodes.get(1).endpoint()), net.nowNanos);
            net.run(SECOND / 10);
        }

        assertThat(hard.closed).isEqualTo(opened);
    }

    @Test
    void aPeerThatHasMovedIsNotLookedForWhereItWas() {
        List<Node> nodes = net.pair(Kind.FULL_CONE, Kind.FULL_CONE);
        Node node = nodes.get(0); // the one that decides
        Node peer = nodes.get(1);
        Pair before = new Pair(0, peer.endpoint());
        node.agent.remote(List.of(new Candidate(CandidateType.HOST, before.remote())), peer.summary(), true);
        nodes.forEach(Node::start);
        net.run(SECOND);
        assertThat(node.used).containsExactly(before);
        node.agent.connected(before, net.nowNanos);
        net.run(60 * SECOND);

        Pair after = new Pair(0, peer.endpoint(1));
        node.agent.connected(after, net.nowNanos);
        node.agent.asked(after, net.nowNanos);
        net.run(10 * SECOND);

        assertThat(node.used)
                .as("its data comes from there, and nothing else is better")
                .containsExactly(before);
    }

    @Test
    void withoutBothConsentsNothingIsSprayed() {
        List<Node> nodes = net.pair(Kind.SYMMETRIC, Kind.PORT_RESTRICTED);
        knowEachOther(nodes);
        Node easy = nodes.get(1);
        easy.agent.remote(
                List.of(new Candidate(
                        CandidateType.SERVER_REFLEXIVE, nodes.get(0).endpoint())),
                nodes.get(0).summary(),
                false);
        nodes.forEach(Node::start);
        net.run(20 * SECOND);

        assertThat(easy.sent).isLessThan(60);
    }

    @Test
    void sprayingIsSeldom() {
        List<Node> nodes = net.pair(Kind.SYMMETRIC, Kind.PORT_RESTRICTED);
        knowEachOther(nodes);
        nodes.get(1).start();
        net.run(3600 * SECOND);

        int rounds = nodes.get(1).sent / Probes.MAX_PROBES;
        assertThat(rounds).isBetween(1, Spray.FIRST_ROUNDS + 2);
    }

    @Test
    void lossIsMadeUpFor() {
        net.loss = 0.3;
        List<Node> nodes = started(Kind.PORT_RESTRICTED, Kind.PORT_RESTRICTED);
        net.run(4 * SECOND);

        assertThat(nodes).allMatch(node -> !node.used.isEmpty());
    }

    /** Whichever of the two may choose, and though the dead path is the better one. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aPathThatDiedIsLeftWithinTwoSecondsOnceItIsDoubted(int doubting) {
        List<Node> nodes = net.pair(Kind.FULL_CONE, Kind.FULL_CONE);
        Node node = nodes.get(doubting);
        Node peer = nodes.get(1 - doubting);
        node.agent.remote(
                List.of(
                        new Candidate(CandidateType.HOST, peer.endpoint(1)),
                        new Candidate(CandidateType.SERVER_REFLEXIVE, peer.endpoint())),
                peer.summary(),
                true);
        nodes.forEach(Node::start);
        net.run(SECOND);
        Pair better = new Pair(0, peer.endpoint(1));
        assertThat(node.used).last().isEqualTo(better);
        node.agent.connected(better, net.nowNanos);
        net.run(20 * SECOND);

        peer.cut.add(1);
        node.agent.begin(net.nowNanos);
        net.run(2 * SECOND);

        assertThat(node.used).last().isEqualTo(new Pair(0, peer.endpoint()));
    }

    @Test
    void strangersGetNoAnswer() {
        List<Node> nodes = net.pair(Kind.FULL_CONE, Kind.FULL_CONE);
        byte[] secret = new byte[CheckKeys.SECRET_LENGTH];
        CheckKeys stranger = new CheckKeys(secret, true);
        Check.Id id = new Check.Id(1, 2);
        Node node = nodes.get(0);
        node.agents.receive(new Pair(0, nodes.get(1).endpoint()), Check.request(id, stranger.outbound(1)), 5);

        assertThat(node.sent).isZero();
        assertThat(node.agents.droppedDatagrams()).isEqualTo(1);
    }

    @Test
    void agentsThatComeLaterAreHeardBesideTheOthers() {
        List<Node> nodes = started(Kind.PORT_RESTRICTED, Kind.PORT_RESTRICTED);
        net.run(SECOND);
        Node left = nodes.get(0);
        Node right = nodes.get(1);
        for (Node node : nodes) {
            Node peer = node == left ? right : left;
            node.used.clear();
            CheckKeys keys = new CheckKeys(new byte[CheckKeys.SECRET_LENGTH], node == left);
            PathAgent later = node.agents.add(keys, true, node);
            later.remote(List.of(new Candidate(CandidateType.SERVER_REFLEXIVE, peer.endpoint())), peer.summary(), true);
            later.begin(node == left ? net.nowNanos : Long.MAX_VALUE);
        }
        net.run(SECOND);

        assertThat(left.used).isNotEmpty();
        assertThat(right.agents.droppedDatagrams()).isZero();
    }

    @Test
    void aFlippedBitMakesACheckWorthless() {
        SecureRandom random = new SecureRandom();
        byte[] secret = new byte[CheckKeys.SECRET_LENGTH];
        random.nextBytes(secret);
        CheckKeys.Credentials credentials = new CheckKeys(secret, true).outbound(7);
        ByteBuffer request = Check.request(new Check.Id(3, 4), credentials);
        assertThat(Check.isAuthentic(request, credentials)).isTrue();
        for (int i = 0; i < request.remaining() * 8; i++) {
            ByteBuffer damaged = ByteBuffer.allocate(request.remaining())
                    .put(request.duplicate())
                    .flip();
            damaged.put(i / 8, (byte) (damaged.get(i / 8) ^ (1 << (i % 8))));
            boolean sameType = i >= 16;
            assertThat(sameType && Check.isAuthentic(damaged, credentials)).isFalse();
        }
    }

    @Test
    void namesChangeEveryDayAndWithTheDirection() {
        byte[] secret = new byte[CheckKeys.SECRET_LENGTH];
        CheckKeys smaller = new CheckKeys(secret, true);
        CheckKeys greater = new CheckKeys(secret, false);

        assertThat(smaller.outbound(1).username).isEqualTo(greater.inbound(1).username);
        assertThat(smaller.outbound(1).username)
                .isNotEqualTo(smaller.outbound(2).username)
                .isNotEqualTo(smaller.inbound(1).username);
    }

    private List<Node> started(Kind left, Kind right) {
        List<Node> nodes = net.pair(left, right);
        knowEachOther(nodes);
        nodes.forEach(Node::start);
        return nodes;
    }

    private static void knowEachOther(List<Node> nodes) {
        nodes.get(0).knows(nodes.get(1));
        nodes.get(1).knows(nodes.get(0));
    }
}
