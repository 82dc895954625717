package org.peervpn.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.peervpn.tunnel.Pair.seconds;

import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HandshakeTest {
    private static final PresharedKey PSK =
            PresharedKey.parse(Base64.getEncoder().encodeToString(new byte[] {
                1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
                29, 30, 31, 32
            }));

    @Test
    void messagesHaveTheLengthsOfThePaper() {
        Pair pair = new Pair();
        pair.sendFromLeft("ping");
        pair.deliver();
        assertThat(pair.left.sent).extracting(datagram -> datagram.length).containsExactly(148, 48);
        assertThat(pair.right.sent).extracting(datagram -> datagram.length).containsExactly(92);
    }

    @Test
    void theInitiatorWithNothingToSayConfirmsByAKeepalive() {
        Pair pair = Pair.connected();
        assertThat(pair.left.sentTypes()).containsExactly(1, 4);
        assertThat(pair.left.lastSent()).hasSize(TransportData.MIN_LENGTH);
        assertThat(pair.right.received).isEmpty();
        assertThat(pair.toRight.isConnected(0)).isTrue();
        assertThat(pair.toLeft.isConnected(0)).isTrue();
    }

    @Test
    void theResponderDoesNotSendBeforeTheInitiatorHasConfirmed() {
        Pair pair = new Pair();
        pair.network = datagram -> datagram[0] != TransportData.TYPE;
        pair.sendFromLeft("lost");
        pair.deliver();
        assertThat(pair.toLeft.isConnected(0)).isFalse();
        pair.sendFromRight("too early");
        assertThat(pair.right.sentTypes()).containsExactly(2, 1);

        pair.network = datagram -> true;
        pair.deliver();
        assertThat(pair.left.received).containsExactly("too early");
    }

    @Test
    void aPresharedKeyBelongsToTheHandshake() {
        Pair pair = new Pair(PSK, PSK);
        pair.sendFromLeft("ping");
        pair.deliver();
        assertThat(pair.right.received).containsExactly("ping");
    }

    @Test
    void differentPresharedKeysNeverConnect() {
        Pair pair = new Pair(PSK, PresharedKey.NONE);
        pair.sendFromLeft("ping");
        pair.deliver();
        assertThat(pair.left.drops(DropReason.BAD_HANDSHAKE)).isEqualTo(1);
        pair.advance(300);
        assertThat(pair.right.received).isEmpty();
        assertThat(pair.left.events).containsExactly("gaveUp");
        assertThat(pair.left.drops(DropReason.NO_HANDSHAKE)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void everyChangedBitIsRefused(int type) {
        Pair pair = new Pair();
        if (type == CookieReply.TYPE) {
            putUnderLoad(pair.right, 0);
        }
        byte[][] caught = new byte[1][];
        pair.network = datagram -> {
            if (datagram[0] == type && caught[0] == null) {
                caught[0] = datagram;
                return false;
            }
            return true;
        };
        pair.sendFromLeft("ping");
        pair.deliver();
        byte[] message = caught[0];
        boolean fromLeft = type == HandshakeInitiation.TYPE || type == TransportData.TYPE;
        Node from = fromLeft ? pair.left : pair.right;
        Node to = fromLeft ? pair.right : pair.left;
        int end = type <= HandshakeResponse.TYPE ? message.length - 16 : message.length; // without mac2
        for (int bit = 0; bit < end * 8; bit++) {
            byte[] changed = message.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            to.receive(from.path, changed, 0);
        }

        assertThat(to.drops.values().stream().mapToInt(count -> count).sum()).isEqualTo(end * 8);
        assertThat(to.received).isEmpty();
        assertThat(to.events).isEmpty();
        to.receive(from.path, message, 0);
        assertThat(to.drops.values().stream().mapToInt(count -> count).sum()).isEqualTo(end * 8);
    }

    @Test
    void everyOtherLengthIsRefused() {
        Pair pair = new Pair();
        for (int type = 1; type <= 4; type++) {
            for (int length = 0; length < 200; length++) {
                byte[] datagram = new byte[length];
                if (length > 0) {
                    datagram[0] = (byte) type;
                }
                pair.left.receive(pair.right.path, datagram, 0);
            }
        }
        assertThat(pair.left.drops.keySet())
                .containsExactlyInAnyOrder(DropReason.BAD_LENGTH, DropReason.BAD_MAC1, DropReason.UNKNOWN_RECEIVER);
        assertThat(pair.left.drops(DropReason.BAD_MAC1)).isEqualTo(1);
        assertThat(pair.left.drops(DropReason.UNKNOWN_RECEIVER)).isEqualTo(2 + 200 - TransportData.MIN_LENGTH);
        assertThat(pair.left.sent).isEmpty();
    }

    @Test
    void bothMayBeginAtOnce() {
        Pair pair = new Pair();
        pair.sendFromLeft("from left");
        pair.sendFromRight("from right");
        pair.deliver();
        assertThat(pair.right.received).containsExactly("from left");
        assertThat(pair.left.received).containsExactly("from right");

        pair.sendFromLeft("again");
        pair.sendFromRight("again");
        pair.deliver();
        assertThat(pair.right.received).containsExactly("from left", "again");
        assertThat(pair.left.received).containsExactly("from right", "again");
        assertThat(pair.left.drops).isEmpty();
        assertThat(pair.right.drops).isEmpty();
    }

    @Test
    void bothMayBeginAtOnceWhateverComesFirst() {
        Pair pair = new Pair();
        pair.sendFromLeft("from left");
        pair.sendFromRight("from right");
        byte[] leftInitiation = pair.left.outbox.remove();
        byte[] rightInitiation = pair.right.outbox.remove();
        pair.right.receive(pair.left.path, leftInitiation, 0);
        pair.deliver(); // left has its response, and has sent, before it sees the other initiation
        pair.left.receive(pair.right.path, rightInitiation, 0);
        pair.deliver();

        pair.sendFromLeft("again");
        pair.sendFromRight("again");
        pair.deliver();
        assertThat(pair.right.received).containsExactly("from left", "again");
        assertThat(pair.left.received).containsExactly("from right", "again");
    }

    @Test
    void nothingIsLostWhenOneOfTwoThatBeganAtOnceRenewsTheKeys() {
        Pair pair = new Pair();
        pair.sendFromLeft("from left");
        pair.sendFromRight("from right");
        pair.deliver(); // each seals with the keypair of its own handshake now
        pair.nowNanos = Pair.seconds(10);

        pair.sendFromLeft("overtaken");
        byte[] overtaken = pair.left.outbox.remove();
        pair.left.tunnel.initiate(pair.toRight, pair.nowNanos);
        pair.right.receive(pair.left.path, pair.left.outbox.remove(), pair.nowNanos);
        pair.right.receive(pair.left.path, overtaken, pair.nowNanos);
        pair.sendFromRight("before the confirmation");
        pair.deliver();

        assertThat(pair.right.received).containsExactly("from left", "overtaken");
        assertThat(pair.left.received).containsExactly("from right", "before the confirmation");
    }

    @Test
    void aReplayedInitiationIsRefused() {
        Pair pair = Pair.connected();
        byte[] initiation = pair.left.sent.get(0);
        pair.right.receive(pair.left.path, initiation, seconds(60));
        assertThat(pair.right.drops(DropReason.REPLAYED_HANDSHAKE)).isEqualTo(1);
        assertThat(pair.right.replies).hasSize(1);
    }

    @Test
    void aPeerMayBeginFiftyTimesASecond() {
        Pair pair = new Pair();
        byte[][] initiations = new byte[3][];
        for (int i = 0; i < initiations.length; i++) {
            pair.left.tunnel.initiate(pair.toRight, seconds(6 * i));
            initiations[i] = pair.left.lastSent();
        }
        pair.right.receive(pair.left.path, initiations[0], seconds(20));
        pair.right.receive(pair.left.path, initiations[1], seconds(20.019));
        assertThat(pair.right.drops(DropReason.RATE_LIMITED)).isEqualTo(1);
        pair.right.receive(pair.left.path, initiations[2], seconds(20.02));
        assertThat(pair.right.replies).hasSize(2);
    }

    @Test
    void theResponseToAnEarlierInitiationIsOfNoUse() {
        Pair pair = new Pair();
        pair.left.tunnel.initiate(pair.toRight, 0);
        pair.right.receive(pair.left.path, pair.left.outbox.remove(), 0);
        pair.left.tunnel.onTimeout(seconds(5.4));
        pair.left.receive(pair.right.path, pair.right.outbox.remove(), seconds(5.4));
        assertThat(pair.left.drops(DropReason.UNKNOWN_RECEIVER)).isEqualTo(1);

        pair.nowNanos = seconds(5.4);
        pair.deliver();
        assertThat(pair.toRight.isConnected(pair.nowNanos)).isTrue();
        assertThat(pair.toLeft.isConnected(pair.nowNanos)).isTrue();
    }

    @Test
    void strangersGetNoAnswer() {
        Node stranger = new Node("stranger", 3);
        Pair pair = new Pair();
        Peer peer = stranger.tunnel.addPeer(new PeerConfig(pair.right.publicKey(), PresharedKey.NONE, 0));
        stranger.tunnel.initiate(peer, 0);
        pair.right.receive(stranger.path, stranger.lastSent(), 0);
        assertThat(pair.right.events).containsExactly("unknownPeer");
        assertThat(pair.right.drops(DropReason.UNKNOWN_PEER)).isEqualTo(1);
        assertThat(pair.right.sent).isEmpty();
        assertThat(pair.right.tunnel.peers()).hasSize(1);
    }

    @Test
    void aStrangerWhomTheNodeAdmitsIsAnswered() {
        Node stranger = new Node("stranger", 3);
        Pair pair = new Pair();
        pair.right.admission = key -> new PeerConfig(key, PresharedKey.NONE, 0);
        Peer peer = stranger.tunnel.addPeer(new PeerConfig(pair.right.publicKey(), PresharedKey.NONE, 0));
        stranger.tunnel.sendPacket(peer, Pair.packet("hello"), 0);
        pair.right.receive(stranger.path, stranger.outbox.remove(), 0);
        stranger.receive(pair.right.path, pair.right.outbox.remove(), 0);
        pair.right.receive(stranger.path, stranger.outbox.remove(), 0);
        assertThat(pair.right.received).containsExactly("hello");
        assertThat(pair.right.paths).containsExactly(stranger.path);
        assertThat(pair.right.tunnel.peer(stranger.publicKey())).isNotNull();
    }

    @Test
    void aForgedInitiationAsksNobody() {
        Node stranger = new Node("stranger", 3);
        Node right = new Node("right", 2);
        Peer peer = stranger.tunnel.addPeer(new PeerConfig(right.publicKey(), PresharedKey.NONE, 0));
        stranger.tunnel.initiate(peer, 0);
        byte[] forged = stranger.lastSent();
        forged[90] ^= 1; // in the sealed timestamp
        Macs.putMac1(forged, Macs.mac1Key(right.publicKey()));
        right.receive(stranger.path, forged, 0);
        assertThat(right.drops(DropReason.BAD_HANDSHAKE)).isEqualTo(1);
        assertThat(right.events).isEmpty();
    }

    @Test
    void roamingIsReportedForEachKindOfMessage() {
        Pair pair = new Pair();
        Path second = Node.path("198.51.100.7", 7);
        Path third = Node.path("198.51.100.7", 8);
        pair.sendFromLeft("ping");
        pair.right.receive(second, pair.left.outbox.remove(), 0);
        assertThat(pair.right.paths).containsExactly(second);
        pair.left.receive(third, pair.right.outbox.remove(), 0);
        assertThat(pair.left.paths).containsExactly(third);
        byte[] data = pair.left.outbox.remove();
        pair.right.receive(second, data, 0);
        assertThat(pair.right.paths).containsExactly(second);
        pair.right.receive(third, data, 0);
        assertThat(pair.right.paths).containsExactly(second); // replayed by somebody else
        pair.sendFromLeft("pong");
        pair.right.receive(third, pair.left.outbox.remove(), 0);
        assertThat(pair.right.paths).containsExactly(second, third);
    }

    @Test
    void keysThatCannotBePeersAreRefused() {
        Pair pair = new Pair();
        NoisePublicKey weak = NoisePublicKey.of(new byte[32]);
        for (NoisePublicKey key : Arrays.asList(weak, pair.left.publicKey(), pair.right.publicKey())) {
            assertThatThrownBy(() -> pair.left.tunnel.addPeer(new PeerConfig(key, PresharedKey.NONE, 0)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aWeakEphemeralIsRefused() {
        Pair pair = new Pair();
        pair.left.tunnel.initiate(pair.toRight, 0);
        byte[] initiation = pair.left.lastSent();
        Arrays.fill(initiation, 8, 40, (byte) 0);
        Macs.putMac1(initiation, Macs.mac1Key(pair.right.publicKey()));
        pair.right.receive(pair.left.path, initiation, 0);
        assertThat(pair.right.drops(DropReason.BAD_HANDSHAKE)).isEqualTo(1);
    }

    @Test
    void theWallClockMayStepBack() {
        Pair pair = Pair.connected();
        pair.left.wallClock = pair.left.wallClock.minusSeconds(86_400);
        pair.advance(200);
        pair.sendFromLeft("still there");
        pair.deliver();
        assertThat(pair.right.received).containsExactly("still there");
        pair.left.wallClock = pair.left.wallClock.plusSeconds(3 * 86_400);
        pair.advance(200);
        pair.sendFromLeft("and there");
        pair.deliver();
        assertThat(pair.right.received).containsExactly("still there", "and there");
        assertThat(pair.right.drops).isEmpty();
    }

    @Test
    void aRemovedPeerIsAStranger() {
        Pair pair = Pair.connected();
        pair.sendFromLeft("late");
        pair.right.tunnel.removePeer(pair.toLeft);
        pair.deliver();
        assertThat(pair.right.received).isEmpty();
        assertThat(pair.right.drops(DropReason.UNKNOWN_RECEIVER)).isEqualTo(1);
        assertThat(pair.right.tunnel.peers()).isEmpty();
        assertThat(pair.right.tunnel.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(pair.toLeft.isConnected(0)).isFalse();

        pair.sendFromRight("too late");
        pair.right.tunnel.initiate(pair.toLeft, 0);
        pair.right.tunnel.sendKeepalive(pair.toLeft, 0);
        pair.right.tunnel.removePeer(pair.toLeft);
        assertThat(pair.right.sentTypes()).containsExactly(2);
        assertThat(pair.right.drops(DropReason.UNKNOWN_PEER)).isEqualTo(1);
        assertThat(pair.right.tunnel.indicesInUse()).isZero();
    }

    /** By initiations of a stranger who knows the node's key. */
    static void putUnderLoad(Node node, long nowNanos) {
        byte[] initiation = new byte[HandshakeInitiation.LENGTH];
        initiation[0] = HandshakeInitiation.TYPE;
        Macs.putMac1(initiation, Macs.mac1Key(node.publicKey()));
        for (int i = 0; i <= HandshakeLoad.MAX_PER_SECOND; i++) {
            node.receive(Node.path("203.0.113.9", 9), initiation, nowNanos);
        }
        node.drops.clear();
        node.outbox.clear();
        node.sent.clear();
    }
}
