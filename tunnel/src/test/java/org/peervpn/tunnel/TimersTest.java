package org.peervpn.tunnel;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.tunnel.Pair.seconds;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimersTest {
    @Test
    void theInitiatorRenewsAfter120SecondsWhenItSends() {
        Pair pair = Pair.connected();
        pair.advance(119);
        pair.sendFromLeft("early");
        pair.advance(1);
        assertThat(pair.left.sentTypes()).containsOnlyOnce(HandshakeInitiation.TYPE);
        pair.sendFromLeft("due");
        pair.deliver();
        pair.left.tunnel.onTimeout(pair.nowNanos);
        pair.deliver();
        assertThat(pair.left.events).containsExactly("connected as initiator", "connected as initiator");
        assertThat(pair.right.events).containsExactly("connected as responder", "connected as responder");
        assertThat(pair.toRight.lastHandshakeNanos()).isEqualTo(seconds(120));
    }

    @Test
    void theResponderDoesNotRenewByTime() {
        Pair pair = Pair.connected();
        for (int i = 0; i < 16; i++) {
            pair.advance(10);
            pair.sendFromRight("data");
            pair.deliver();
        }
        assertThat(pair.nowNanos).isEqualTo(seconds(160));
        assertThat(pair.right.sentTypes()).doesNotContain(HandshakeInitiation.TYPE);
    }

    @Test
    void theInitiatorThatOnlyReceivesRenewsInTimeToLoseNothing() {
        Pair pair = Pair.connected();
        pair.network = datagram -> true;
        pair.advance(164);
        pair.sendFromRight("early");
        pair.deliver();
        pair.left.tunnel.onTimeout(pair.nowNanos);
        assertThat(pair.left.sentTypes()).containsOnlyOnce(HandshakeInitiation.TYPE);
        pair.advance(1);
        pair.sendFromRight("due");
        pair.deliver();
        pair.left.tunnel.onTimeout(pair.nowNanos);
        pair.deliver();
        assertThat(pair.left.events).hasSize(2);
    }

    @Test
    void nothingIsSentOrOpenedAfter180Seconds() {
        Pair pair = Pair.connected();
        pair.sendFromLeft("early");
        byte[] early = pair.left.outbox.remove();
        assertThat(pair.toRight.isConnected(seconds(180) - 1)).isTrue();
        pair.nowNanos = seconds(180);
        assertThat(pair.toRight.isConnected(pair.nowNanos)).isFalse();
        pair.right.receive(pair.left.path, early, pair.nowNanos);
        assertThat(pair.right.drops(DropReason.KEYPAIR_EXPIRED)).isEqualTo(1);
        pair.sendFromLeft("late");
        assertThat(pair.left.lastSent()).hasSize(HandshakeInitiation.LENGTH);
        pair.left.tunnel.onTimeout(pair.nowNanos);
        assertThat(pair.left.events).endsWith("disconnected");
        pair.deliver();
        assertThat(pair.right.received).containsExactly("late");
    }

    @Test
    void keysAreErasedAfterThreeTimesThat() {
        Pair pair = Pair.connected();
        Keypair keypair = requireNonNull(pair.toRight.lane().current());
        pair.advance(539.9);
        assertThat(keypair.sendKey().isDestroyed()).isFalse();
        pair.advance(0.2);
        assertThat(keypair.sendKey().isDestroyed()).isTrue();
        assertThat(keypair.sendKey().getEncoded()).containsOnly(0);
        assertThat(keypair.receiveKey().getEncoded()).containsOnly(0);
        assertThat(pair.toRight.lane().current()).isNull();
        assertThat(pair.left.tunnel.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void anInitiationIsRepeatedEachFiveSecondsAndAThirdAtMost() {
        Pair pair = new Pair();
        pair.network = datagram -> false;
        pair.sendFromLeft("ping");
        for (int i = 1; i <= 10; i++) {
            int sent = pair.left.sent.size();
            pair.advanceTo(seconds(5 * i) - 1);
            assertThat(pair.left.sent.size()).isLessThanOrEqualTo(i + 1);
            pair.advanceTo(seconds(5.333 * i + 0.001));
            assertThat(pair.left.sent.size()).isGreaterThanOrEqualTo(sent);
        }
        assertThat(pair.left.sentTypes()).hasSizeBetween(10, 11).containsOnly(HandshakeInitiation.TYPE);
    }

    @Test
    void afterNinetySecondsItIsGivenUp() {
        Pair pair = new Pair();
        pair.network = datagram -> false;
        pair.sendFromLeft("one");
        pair.sendFromLeft("two");
        pair.advance(89.9);
        assertThat(pair.left.events).isEmpty();
        pair.advance(6);
        assertThat(pair.left.events).containsExactly("gaveUp");
        assertThat(pair.left.drops(DropReason.NO_HANDSHAKE)).isEqualTo(2);
        int sent = pair.left.sent.size();
        pair.advance(3600);
        assertThat(pair.left.sent).hasSize(sent);
        assertThat(pair.left.tunnel.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);

        pair.network = datagram -> true;
        pair.sendFromLeft("three");
        pair.deliver();
        assertThat(pair.right.received).containsExactly("three");
    }

    @Test
    void singleInitiationIsNotRepeated() {
        Pair pair = new Pair();
        pair.network = datagram -> false;
        for (int i = 1; i <= 2; i++) {
            pair.left.tunnel.initiateOnce(pair.toRight, pair.nowNanos);
            pair.advance(6);
            assertThat(pair.left.sentTypes()).hasSize(i).containsOnly(HandshakeInitiation.TYPE);
            assertThat(pair.left.events).hasSize(i).containsOnly("gaveUp");
        }
    }

    @Test
    void singleInitiationLeavesAnAttemptThatIsUnderWayAlone() {
        Pair pair = new Pair();
        pair.network = datagram -> false;
        pair.sendFromLeft("one");
        pair.advance(12);
        int sent = pair.left.sent.size();
        pair.left.tunnel.initiateOnce(pair.toRight, pair.nowNanos);
        assertThat(pair.left.sent).hasSize(sent);
        pair.advance(70);
        assertThat(pair.left.events).isEmpty();
        pair.advance(15);
        assertThat(pair.left.events).containsExactly("gaveUp");
    }

    @Test
    void packetTurnsASingleInitiationIntoAnAttempt() {
        Pair pair = new Pair();
        pair.network = datagram -> false;
        pair.left.tunnel.initiateOnce(pair.toRight, pair.nowNanos);
        pair.advance(1);
        pair.sendFromLeft("one");
        pair.advance(80);
        assertThat(pair.left.events).isEmpty();
        assertThat(pair.left.sent).hasSizeGreaterThan(10);
    }

    @Test
    void aNewPacketProlongsTheAttempt() {
        Pair pair = new Pair();
        pair.network = datagram -> false;
        pair.sendFromLeft("one");
        pair.advance(60);
        pair.sendFromLeft("two");
        pair.advance(89);
        assertThat(pair.left.events).isEmpty();
        pair.advance(7);
        assertThat(pair.left.events).containsExactly("gaveUp");
    }

    @Test
    void dataIsAnsweredByAnEmptyMessageAfterTenSeconds() {
        Pair pair = Pair.connected();
        pair.advance(1);
        pair.sendFromLeft("ping");
        pair.assertThatRightAnswersAfterTenSeconds();
        pair.advance(100);
        assertThat(pair.right.sentTypes()).containsExactly(2, 4);
        assertThat(pair.left.sentTypes()).containsExactly(1, 4, 4);
    }

    @Test
    void aReplyIsAnswerEnough() {
        Pair pair = Pair.connected();
        pair.sendFromLeft("ping");
        pair.deliver();
        pair.sendFromRight("pong");
        pair.advance(60);
        assertThat(pair.right.sentTypes()).containsExactly(2, 4);
        assertThat(pair.left.sentTypes()).containsExactly(1, 4, 4, 4);
    }

    @Test
    void silentPeerIsAskedForANewHandshake() {
        Pair pair = Pair.connected();
        pair.network = datagram -> false;
        pair.sendFromLeft("ping");
        pair.advance(14.9);
        assertThat(pair.left.lastSent()[0]).isEqualTo((byte) TransportData.TYPE);
        pair.advance(0.5);
        assertThat(pair.left.lastSent()[0]).isEqualTo((byte) HandshakeInitiation.TYPE);
    }

    @Test
    void theSilenceCountsFromTheFirstPacketNotTheLast() {
        Pair pair = Pair.connected();
        pair.network = datagram -> false;
        for (int i = 0; i < 16; i++) {
            pair.sendFromLeft("ping");
            pair.advance(1);
        }
        assertThat(pair.left.sentTypes().stream().filter(type -> type == HandshakeInitiation.TYPE))
                .hasSize(2);
    }

    @Test
    void persistentKeepalivesKeepComing() {
        Pair pair = Pair.connected();
        pair.toRight.persistentKeepaliveNanos(seconds(25));
        pair.advance(100);
        assertThat(pair.left.sentTypes()).containsExactly(1, 4, 4, 4, 4, 4);
        pair.toRight.persistentKeepaliveNanos(0);
        pair.advance(100);
        assertThat(pair.left.sentTypes()).containsExactly(1, 4, 4, 4, 4, 4);
    }

    @Test
    void aPersistentKeepaliveConnectsByItselfAndNeverGivesUpForGood() {
        Pair pair = new Pair();
        pair.left.tunnel.removePeer(pair.toRight);
        pair.left.tunnel.addPeer(new PeerConfig(pair.right.publicKey(), PresharedKey.NONE, seconds(25)));
        pair.network = datagram -> false;
        assertThat(pair.left.tunnel.nextDeadlineNanos()).isZero();
        pair.advance(3600);
        pair.network = datagram -> true;
        pair.advance(120);
        assertThat(pair.toLeft.isConnected(pair.nowNanos)).isTrue();
        for (int i = 0; i < 360; i++) {
            pair.advance(10);
            assertThat(pair.toLeft.isConnected(pair.nowNanos)).isTrue();
        }
    }

    @Test
    void aKeepaliveIntervalBelowTheHandshakeTimeoutDoesNotSpin() {
        Pair pair = new Pair();
        pair.network = datagram -> false;
        pair.toRight.persistentKeepaliveNanos(seconds(1));
        pair.advance(600);
        assertThat(pair.left.sent.size()).isLessThan(125);
    }

    @Test
    void dataThatComesWhileAnAnswerIsOwedGetsAnAnswerOfItsOwn() {
        Pair pair = Pair.connected();
        pair.sendFromLeft("first");
        pair.advance(5);
        pair.sendFromLeft("second");
        pair.advance(5.1);
        assertThat(pair.right.sentTypes()).containsExactly(2, 4);
        pair.advance(10);
        assertThat(pair.right.sentTypes()).containsExactly(2, 4, 4);
        pair.advance(100);
        assertThat(pair.right.sentTypes()).containsExactly(2, 4, 4);
    }

    @Test
    void theEndOfTheLastKeypairIsToldOnce() {
        Pair pair = Pair.connected();
        pair.advance(179.9);
        assertThat(pair.left.events).containsExactly("connected as initiator");
        pair.advance(0.2);
        assertThat(pair.left.events).containsExactly("connected as initiator", "disconnected");
        assertThat(pair.right.events).containsExactly("connected as responder", "disconnected");
        pair.advance(3600);
        assertThat(pair.left.events).hasSize(2);
    }

    @Test
    void aHandshakeThatWasNeverConfirmedHasNoEndToTell() {
        Pair pair = new Pair();
        pair.network = datagram -> datagram[0] == HandshakeInitiation.TYPE;
        pair.sendFromLeft("ping");
        pair.advance(3600);
        assertThat(pair.right.events).isEmpty();
        assertThat(pair.right.tunnel.indicesInUse()).isZero();
    }

    @Test
    void anInitiationAskedForTooSoonIsSentWhenItMayBe() {
        Pair pair = Pair.connected();
        pair.advance(1);
        pair.left.tunnel.initiate(pair.toRight, pair.nowNanos);
        assertThat(pair.left.sentTypes()).containsExactly(1, 4);
        pair.advance(4.5);
        assertThat(pair.left.sentTypes()).containsExactly(1, 4, 1, 4);
    }

    @Test
    void theOldestStagedPacketGoes() {
        Pair pair = new Pair();
        for (int i = 0; i < 130; i++) {
            pair.sendFromLeft("packet " + i);
        }
        assertThat(pair.left.drops(DropReason.STAGING_FULL)).isEqualTo(2);
        pair.deliver();
        assertThat(pair.right.received).hasSize(128).startsWith("packet 2").endsWith("packet 129");
    }

    @Test
    void aSuspendedNodeComesBack() {
        Pair pair = Pair.connected();
        pair.sendFromLeft("before");
        pair.deliver();
        pair.nowNanos += seconds(3600);
        pair.left.tunnel.onTimeout(pair.nowNanos);
        pair.right.tunnel.onTimeout(pair.nowNanos);
        pair.left.outbox.clear();
        pair.right.outbox.clear();
        pair.advance(10);
        pair.sendFromLeft("after");
        pair.advance(6);
        assertThat(pair.right.received).containsExactly("before", "after");
    }

    @Test
    void theDataPathWakesTheLoopOnceNotPerPacket() {
        Pair pair = Pair.connected();
        int before = pair.left.wakeups;
        for (int i = 0; i < 1000; i++) {
            pair.sendFromLeft("ping");
            pair.sendFromRight("pong");
            pair.deliver();
            pair.advance(0.001);
        }
        assertThat(pair.left.wakeups - before).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void hoursOfTrafficSurviveALossyNetwork(long seed) {
        Random random = new Random(seed);
        Pair pair = new Pair();
        pair.network = datagram -> random.nextInt(100) >= 20;
        int sent = 0;
        while (pair.nowNanos < seconds(4 * 3600)) {
            pair.advance(random.nextInt(20) == 0 ? random.nextInt(400) : random.nextDouble() * 10);
            if (random.nextBoolean()) {
                pair.sendFromLeft("from left");
            } else {
                pair.sendFromRight("from right");
            }
            sent++;
            assertThat(pair.toRight.lane().txPackets()).isLessThanOrEqualTo(sent);
        }
        pair.advance(100);
        int arrived = pair.left.received.size() + pair.right.received.size();
        assertThat(arrived).as("of %s, seed %s", sent, seed).isBetween(sent * 70 / 100, sent);
        assertThat(pair.left.drops).doesNotContainKeys(DropReason.NOT_AUTHENTIC, DropReason.REPLAYED);
    }
}
