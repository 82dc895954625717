package org.peervpn.tunnel;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.tunnel.Pair.seconds;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransportReceiverTest {
    private static final Path ELSEWHERE = Node.path("198.51.100.7", 7);

    /** As {@link Pair#connected}, but both receive transport data beside the loop. */
    private static Pair connected() {
        Pair pair = Pair.connected();
        pair.left.receiveBesideLoop(true);
        pair.right.receiveBesideLoop(true);
        return pair;
    }

    @Test
    void freshPacketsArriveAndReplayedOrForgedOnesDoNot() {
        Pair pair = connected();
        pair.sendFromLeft("one");
        byte[] one = pair.left.outbox.remove();
        byte[] forged = one.clone();
        forged[forged.length - 1] ^= 1;
        pair.right.receive(pair.left.path, forged, 0);
        pair.right.receive(pair.left.path, one, 0);
        pair.right.receive(pair.left.path, one, 0);

        assertThat(pair.right.received).containsExactly("one");
        assertThat(pair.right.drops).isEqualTo(Map.of(DropReason.NOT_AUTHENTIC, 1, DropReason.REPLAYED, 1));
        assertThat(pair.toLeft.lane().rxPackets()).isEqualTo(1);
    }

    @Test
    void whatIsExpiredOrUnknownOrTooShortIsDropped() {
        Pair pair = connected();
        pair.sendFromLeft("one");
        byte[] one = pair.left.outbox.remove();
        byte[] unknown = one.clone();
        unknown[4] ^= 1;
        pair.right.receive(pair.left.path, one, seconds(180));
        pair.right.receive(pair.left.path, unknown, 0);
        pair.right.receive(pair.left.path, new byte[] {4, 0, 0, 0, 1}, 0);

        assertThat(pair.right.received).isEmpty();
        assertThat(pair.right.drops)
                .isEqualTo(Map.of(
                        DropReason.KEYPAIR_EXPIRED, 1, DropReason.UNKNOWN_RECEIVER, 1, DropReason.BAD_LENGTH, 1));
    }

    @Test
    void allOtherMessagesAreForTheLoop() {
        Pair pair = new Pair();
        pair.right.receiveBesideLoop(true);
        pair.left.tunnel.initiate(pair.toRight, 0);
        pair.right.receive(pair.left.path, pair.left.outbox.remove(), 0);
        pair.right.receive(pair.left.path, new byte[] {4, 0, 0}, 0);
        pair.right.receive(pair.left.path, new byte[] {4, 0, 0, 1, 5}, 0);

        assertThat(pair.right.sentTypes()).containsExactly(HandshakeResponse.TYPE);
        assertThat(pair.right.drops).isEqualTo(Map.of(DropReason.BAD_LENGTH, 1, DropReason.UNKNOWN_TYPE, 1));
    }

    @Test
    void nextKeypairIsConfirmedByTheLoopWhichIsWokenOnce() {
        Pair pair = new Pair();
        pair.right.receiveBesideLoop(true);
        pair.left.tunnel.initiate(pair.toRight, 0);
        pair.right.receive(pair.left.path, pair.left.outbox.remove(), 0);
        pair.sendFromRight("staged");
        pair.right.outbox.removeIf(datagram -> datagram[0] == HandshakeInitiation.TYPE);
        pair.left.receive(pair.right.path, pair.right.outbox.remove(), 0);
        for (int i = 0; i < 100; i++) {
            pair.sendFromLeft("data");
        }
        int before = pair.right.wakeups;
        pair.left.outbox.forEach(datagram -> pair.right.receive(pair.left.path, datagram, 0));
        pair.left.outbox.clear();

        assertThat(pair.right.received).hasSize(100);
        assertThat(pair.right.wakeups).isLessThanOrEqualTo(before + 2); // the keypair, and the answer that is owed
        assertThat(pair.right.events).isEmpty();
        assertThat(pair.right.tunnel.nextDeadlineNanos()).isZero();
        pair.right.tunnel.onTimeout(0);
        assertThat(pair.right.events).containsExactly("connected as responder");
        pair.deliver();
        assertThat(pair.left.received).containsExactly("staged");
        pair.right.tunnel.onTimeout(0);
        assertThat(pair.right.events).hasSize(1);
        assertThat(pair.right.tunnel.nextDeadlineNanos()).isPositive();
    }

    @Test
    void anEmptyMessageConfirmsToo() {
        Pair pair = new Pair();
        pair.right.receiveBesideLoop(true);
        pair.left.tunnel.initiate(pair.toRight, 0);
        pair.advance(0);
        assertThat(pair.right.events).containsExactly("connected as responder");
        assertThat(pair.toLeft.isConnected(0)).isTrue();
    }

    @Test
    void anotherPathIsReportedOnceUntilTheLoopKnows() {
        Pair pair = connected();
        pair.advance(1);
        int before = pair.right.wakeups;
        int paths = pair.right.paths.size();
        for (int i = 0; i < 100; i++) {
            pair.sendFromLeft("data");
            pair.right.receive(ELSEWHERE, pair.left.outbox.remove(), pair.nowNanos);
        }
        assertThat(pair.right.wakeups).isLessThanOrEqualTo(before + 1);
        assertThat(pair.toLeft.lane().path()).isEqualTo(pair.left.path);
        pair.right.tunnel.onTimeout(pair.nowNanos);
        assertThat(pair.right.paths.subList(paths, pair.right.paths.size())).containsExactly(ELSEWHERE);
        assertThat(pair.toLeft.lane().path()).isEqualTo(ELSEWHERE);

        pair.advance(1);
        pair.sendFromLeft("data");
        pair.deliver();
        pair.right.tunnel.onTimeout(pair.nowNanos);
        assertThat(pair.toLeft.lane().path()).as("back again").isEqualTo(pair.left.path);
    }

    @Test
    void peerThatIsBackBeforeTheLoopLooksHasNotMoved() {
        Pair pair = connected();
        pair.advance(1);
        pair.sendFromLeft("data");
        pair.right.receive(ELSEWHERE, pair.left.outbox.remove(), pair.nowNanos);
        pair.sendFromLeft("data");
        pair.deliver();
        pair.right.tunnel.onTimeout(pair.nowNanos);
        assertThat(pair.toLeft.lane().path()).isEqualTo(pair.left.path);
        assertThat(pair.right.paths).doesNotContain(ELSEWHERE);
    }

    @Test
    void peerThatIsHeardByTwoPathsAtOnceDoesNotKeepTheLoopBusy() {
        Pair pair = connected();
        pair.advance(1);
        int before = pair.right.paths.size();
        for (int i = 0; i < 1000; i++) {
            pair.sendFromLeft("data");
            Path source = i % 2 == 0 ? ELSEWHERE : pair.left.path;
            pair.right.receive(source, pair.left.outbox.remove(), pair.nowNanos);
            pair.right.tunnel.onTimeout(pair.nowNanos);
        }
        assertThat(pair.right.paths.size() - before).isBetween(1, 2);
    }

    @Test
    void forgedOrReplayedDatagramMovesNoPath() {
        Pair pair = connected();
        pair.sendFromLeft("one");
        byte[] one = pair.left.outbox.remove();
        pair.right.receive(pair.left.path, one, 0);
        pair.right.receive(ELSEWHERE, one, 0);
        byte[] forged = one.clone();
        forged[9] ^= 1;
        pair.right.receive(ELSEWHERE, forged, 0);
        pair.right.tunnel.onTimeout(0);

        assertThat(pair.right.paths).doesNotContain(ELSEWHERE);
    }

    @Test
    void peerThatOnlyAWorkerHearsIsAnsweredAfterTenSeconds() {
        Pair pair = connected();
        pair.advance(1);
        pair.sendFromLeft("ping");
        pair.assertThatRightAnswersAfterTenSeconds();
        pair.advance(100);
        assertThat(pair.right.sentTypes()).containsExactly(2, 4);
    }

    /** A look that is early enough for one timer may be too late for the other. */
    @Test
    void peerIsAnsweredInTimeAlsoIfTheLoopWaitsForAnAnswerOfItsOwn() {
        Pair pair = connected();
        Sealer sealer = new Sealer();
        pair.advance(1);
        sealer.seal(pair.toLeft.lane(), Pair.packet("lost"), ByteBuffer.allocate(100), pair.nowNanos);
        pair.advance(0.5);
        for (int i = 0; i < 3; i++) {
            pair.sendFromLeft("ping");
            pair.deliver();
            pair.right.tunnel.nextDeadlineNanos();
            sealer.seal(pair.toLeft.lane(), Pair.packet("lost"), ByteBuffer.allocate(100), pair.nowNanos);
            pair.right.tunnel.nextDeadlineNanos();
            pair.advance(1);
        }
        pair.sendFromLeft("ping");
        pair.assertThatRightAnswersAfterTenSeconds();
    }

    /** The answer was given before the loop got round to the first one; for the second it is not woken again. */
    @Test
    void peerIsAnsweredInTimeAlsoIfTheLoopWasWokenForAnEarlierAnswer() {
        Pair pair = connected();
        pair.advance(1);
        pair.sendFromLeft("ping");
        pair.right.receive(pair.left.path, pair.left.outbox.remove(), pair.nowNanos);
        new Sealer().seal(pair.toLeft.lane(), Pair.packet("pong"), ByteBuffer.allocate(100), pair.nowNanos);
        pair.right.tunnel.nextDeadlineNanos();
        pair.nowNanos += seconds(1);
        pair.sendFromLeft("ping");
        pair.right.receive(pair.left.path, pair.left.outbox.remove(), pair.nowNanos);
        pair.assertThatRightAnswersAfterTenSeconds();
    }

    @Test
    void theLoopIsWokenNowAndThenNotPerPacket() {
        Pair pair = connected();
        int before = pair.left.wakeups + pair.right.wakeups;
        Sealer sealer = new Sealer();
        ByteBuffer datagram = ByteBuffer.allocate(100);
        for (int i = 0; i < 10_000; i++) {
            sealer.seal(pair.toRight.lane(), Pair.packet("ping"), datagram.clear(), pair.nowNanos);
            pair.right.receive(pair.left.path, bytes(datagram), pair.nowNanos);
            sealer.seal(pair.toLeft.lane(), Pair.packet("pong"), datagram.clear(), pair.nowNanos);
            pair.left.receive(pair.right.path, bytes(datagram), pair.nowNanos);
            pair.advance(0.01);
        }
        assertThat(pair.nowNanos).isGreaterThanOrEqualTo(seconds(99));
        assertThat(pair.left.wakeups + pair.right.wakeups - before).isLessThan(60);
    }

    @Test
    void removedPeerIsHeardNoMore() {
        Pair pair = connected();
        pair.sendFromLeft("before");
        pair.sendFromLeft("after");
        pair.right.receive(ELSEWHERE, pair.left.outbox.remove(), 0);
        Keypair keypair = requireNonNull(pair.toLeft.lane().current());
        assertThat(keypair.tryAcquire()).isTrue(); // as a worker has that is at it just then
        pair.right.tunnel.removePeer(pair.toLeft);
        assertThat(keypair.receiveKey().isDestroyed()).isFalse();
        keypair.release();
        assertThat(keypair.receiveKey().isDestroyed()).isTrue();
        pair.right.receive(pair.left.path, pair.left.outbox.remove(), 0);
        pair.right.tunnel.onTimeout(0);

        assertThat(pair.right.received).containsExactly("before");
        assertThat(pair.right.drops).isEqualTo(Map.of(DropReason.UNKNOWN_RECEIVER, 1));
        assertThat(pair.right.paths).doesNotContain(ELSEWHERE);
        assertThat(pair.right.tunnel.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    /** Between the look-up and the opening the loop may let go of it. */
    @Test
    void keypairThatIsWipedIsNotOpenedWith() {
        Pair pair = connected();
        pair.sendFromLeft("late");
        requireNonNull(pair.toLeft.lane().current()).release();
        pair.right.receive(pair.left.path, pair.left.outbox.remove(), 0);

        assertThat(pair.right.drops).isEqualTo(Map.of(DropReason.UNKNOWN_RECEIVER, 1));
    }

    @Test
    void packetsOfBothSessionsArriveWhileTheKeysAreRenewed() {
        Pair pair = connected();
        pair.advance(120);
        pair.sendFromLeft("old");
        byte[] old = pair.left.outbox.remove();
        pair.left.tunnel.onTimeout(pair.nowNanos);
        pair.advance(0.1);
        assertThat(pair.right.events).containsExactly("connected as responder", "connected as responder");
        pair.sendFromLeft("new");
        pair.deliver();
        pair.right.receive(pair.left.path, old, pair.nowNanos);

        assertThat(pair.right.received).containsExactly("new", "old");
        assertThat(pair.right.drops).isEmpty();
    }

    @Test
    void initiatorThatOnlyReceivesRenewsInTime() {
        Pair pair = connected();
        pair.advance(165);
        pair.sendFromRight("due");
        pair.advance(0.1);
        assertThat(pair.left.events).containsExactly("connected as initiator", "connected as initiator");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void hoursOfTrafficSurviveALossyNetwork(long seed) {
        Random random = new Random(seed);
        Pair pair = new Pair();
        pair.network = datagram -> random.nextInt(100) >= 20;
        int sent = 0;
        while (pair.nowNanos < seconds(4 * 3600)) {
            pair.left.receiveBesideLoop(random.nextInt(4) > 0);
            pair.right.receiveBesideLoop(random.nextInt(4) > 0);
            pair.advance(random.nextInt(20) == 0 ? random.nextInt(400) : random.nextDouble() * 10);
            if (random.nextBoolean()) {
                pair.sendFromLeft("from left");
            } else {
                pair.sendFromRight("from right");
            }
            sent++;
        }
        pair.advance(100);
        int arrived = pair.left.received.size() + pair.right.received.size();
        assertThat(arrived).as("of %s, seed %s", sent, seed).isBetween(sent * 70 / 100, sent);
        assertThat(pair.left.drops).doesNotContainKeys(DropReason.NOT_AUTHENTIC, DropReason.REPLAYED);
    }

    @Test
    void ofManyThreadsOneTakesEachCounter() throws Exception {
        Pair pair = Pair.connected();
        List<byte[]> datagrams = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            pair.sendFromLeft("number " + i);
            datagrams.add(pair.left.outbox.remove());
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<Receiver>> results = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            List<byte[]> own = new ArrayList<>(datagrams);
            if (i >= 2) {
                Collections.shuffle(own, new Random(i));
            }
            results.add(threads.submit(() -> {
                Receiver receiver = new Receiver();
                TransportReceiver beside = pair.right.tunnel.newReceiver(receiver);
                own.forEach(datagram -> beside.receive(ELSEWHERE, ByteBuffer.wrap(datagram.clone()), 0));
                return receiver;
            }));
        }
        threads.shutdown();
        List<String> received = new ArrayList<>();
        int replayed = 0;
        for (Future<Receiver> result : results) {
            received.addAll(result.get().received);
            replayed += result.get().drops.getOrDefault(DropReason.REPLAYED, 0);
        }
        assertThat(received).hasSize(5000).doesNotHaveDuplicates();
        assertThat(replayed).isEqualTo(15_000);
        assertThat(pair.toLeft.lane().rxPackets()).isEqualTo(5000);
        pair.right.tunnel.onTimeout(0);
        assertThat(pair.toLeft.lane().path()).isEqualTo(ELSEWHERE);
    }

    /** While threads receive, the loop forgets the peer: what they open with is never a key that has been wiped. */
    @Test
    void aReceivingThreadNeverMeetsAZeroedKey() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        int received = 0;
        for (int round = 0; round < 100; round++) {
            Pair pair = Pair.connected();
            List<byte[]> datagrams = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                pair.sendFromLeft("race");
                datagrams.add(pair.left.outbox.remove());
            }
            AtomicBoolean begun = new AtomicBoolean();
            List<Future<Receiver>> results = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                results.add(threads.submit(() -> {
                    Receiver receiver = new Receiver();
                    TransportReceiver beside = pair.right.tunnel.newReceiver(receiver);
                    begun.set(true);
                    datagrams.forEach(datagram -> beside.receive(pair.left.path, ByteBuffer.wrap(datagram.clone()), 0));
                    return receiver;
                }));
            }
            while (!begun.get()) {
                Thread.onSpinWait();
            }
            pair.right.tunnel.removePeer(pair.toLeft);
            for (Future<Receiver> result : results) {
                assertThat(result.get().drops).doesNotContainKey(DropReason.NOT_AUTHENTIC);
                received += result.get().received.size();
            }
        }
        threads.shutdown();
        assertThat(received).isBetween(0, 10_000);
    }

    private static byte[] bytes(ByteBuffer datagram) {
        byte[] bytes = new byte[datagram.flip().remaining()];
        datagram.get(bytes);
        return bytes;
    }

    private static final class Receiver implements TransportReceiver.Output {
        final List<String> received = new ArrayList<>();
        final Map<DropReason, Integer> drops = new ConcurrentHashMap<>();

        @Override
        public void received(Lane lane, ByteBuffer payload) {
            byte[] bytes = new byte[payload.remaining()];
            payload.get(bytes);
            received.add(new String(bytes, US_ASCII).trim());
        }

        @Override
        public void dropped(DropReason reason) {
            drops.merge(reason, 1, Integer::sum);
        }
    }
}
