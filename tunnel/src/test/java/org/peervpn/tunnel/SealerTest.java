package org.peervpn.tunnel;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.peervpn.tunnel.Pair.seconds;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peervpn.tunnel.crypto.AeadKey;
import org.peervpn.tunnel.crypto.AeadProvider;

class SealerTest {
    private final Sealer sealer = new Sealer();

    @ParameterizedTest
    @CsvSource({"false,false", "true,false", "false,true", "true,true"})
    void packetsOfEveryLengthArriveFromAndInEveryKindOfBuffer(boolean directPacket, boolean directDatagram) {
        Pair pair = Pair.connected();
        ByteBuffer datagram = buffer(directDatagram, 2000);
        for (int length = 0; length < 200; length++) {
            byte[] content = new byte[length];
            Arrays.fill(content, (byte) 'x');
            ByteBuffer packet = buffer(directPacket, length).put(content).flip();
            datagram.clear().position(7);

            assertThat(sealer.seal(pair.toRight.lane(), packet, datagram, 0)).isTrue();

            assertThat(packet.hasRemaining()).isFalse();
            int datagramBytes = datagram.position() - 7;
            assertThat(datagramBytes).isBetween(length + 32, length + Sealer.MAX_OVERHEAD);
            assertThat(datagramBytes % 16).isZero();
            pair.right.tunnel.receiveDatagram(pair.left.path, datagram.flip().position(7), 0);
            if (length > 0) {
                assertThat(pair.right.received).hasSize(length).endsWith("x".repeat(length));
            }
        }
        assertThat(pair.right.drops).isEmpty();
        assertThat(pair.toRight.lane().txPackets()).isEqualTo(199);
        assertThat(pair.toLeft.lane().rxPackets()).isEqualTo(199);
        assertThat(pair.toLeft.lane().rxBytes()).isEqualTo(pair.toRight.lane().txBytes());
    }

    @Test
    void withoutAKeypairNothingIsTouched() {
        Pair pair = new Pair();
        ByteBuffer packet = Pair.packet("ping");
        ByteBuffer datagram = ByteBuffer.allocate(100);
        assertThat(sealer.seal(pair.toRight.lane(), packet, datagram, 0)).isFalse();
        pair = Pair.connected();
        assertThat(sealer.seal(pair.toRight.lane(), packet, datagram, seconds(180)))
                .isFalse();
        assertThat(packet.remaining()).isEqualTo(4);
        assertThat(datagram.position()).isZero();
    }

    @Test
    void aDatagramThatIsTooSmallIsOurMistakeAndCostsNoCounter() {
        Pair pair = Pair.connected();
        assertThatThrownBy(() -> sealer.seal(pair.toRight.lane(), Pair.packet("ping"), ByteBuffer.allocate(47), 0))
                .isInstanceOf(IllegalArgumentException.class);
        ByteBuffer datagram = ByteBuffer.allocate(48);
        sealer.seal(pair.toRight.lane(), Pair.packet("ping"), datagram, 0);
        assertThat(TransportData.counter(datagram.flip())).isEqualTo(1);
    }

    @Test
    void anExhaustedKeypairSealsNothingAndIsRenewed() {
        Pair pair = Pair.connected();
        Keypair exhausted = keypair(Timing.REJECT_AFTER_MESSAGES - 2);
        pair.toRight.lane().current(exhausted);
        ByteBuffer datagram = ByteBuffer.allocate(200);
        assertThat(sealer.seal(pair.toRight.lane(), Pair.packet("a"), datagram.clear(), 0))
                .isTrue();
        assertThat(sealer.seal(pair.toRight.lane(), Pair.packet("b"), datagram.clear(), 0))
                .isTrue();
        assertThat(sealer.seal(pair.toRight.lane(), Pair.packet("c"), datagram.clear(), 0))
                .isFalse();
        pair.left.tunnel.onTimeout(seconds(6));
        assertThat(pair.left.lastSent()).hasSize(HandshakeInitiation.LENGTH);
    }

    @Test
    void aRekeyIsAskedForOnceByMessagesToo() {
        Pair pair = Pair.connected();
        pair.toRight.lane().current(keypair(Timing.REKEY_AFTER_MESSAGES - 2));
        int before = pair.left.wakeups;
        ByteBuffer datagram = ByteBuffer.allocate(200);
        sealer.seal(pair.toRight.lane(), ByteBuffer.allocate(0), datagram.clear(), 0);
        assertThat(pair.left.wakeups).isEqualTo(before);
        for (int i = 0; i < 5; i++) {
            sealer.seal(pair.toRight.lane(), ByteBuffer.allocate(0), datagram.clear(), 0);
        }
        assertThat(pair.left.wakeups).isEqualTo(before + 1);
        assertThat(pair.left.tunnel.nextDeadlineNanos()).isZero();
    }

    @Test
    void aSealerBesideTheLoopArmsItsTimers() {
        Pair pair = Pair.connected();
        pair.network = datagram -> false;
        sealer.seal(pair.toRight.lane(), Pair.packet("ping"), ByteBuffer.allocate(100), seconds(1));
        assertThat(pair.left.wakeups).isEqualTo(1);
        pair.advance(15.9);
        assertThat(pair.left.sentTypes()).containsExactly(1, 4);
        pair.advance(0.5);
        assertThat(pair.left.sentTypes()).containsExactly(1, 4, 1);
    }

    @Test
    void keysAreWipedOnlyAfterTheLastUserHasLetThemGo() {
        Keypair keypair = keypair(0);
        assertThat(keypair.tryAcquire()).isTrue();
        keypair.release();
        assertThat(keypair.tryAcquire()).isTrue();
        keypair.release(); // the loop's
        assertThat(keypair.sendKey().isDestroyed()).isFalse();
        keypair.release();
        assertThat(keypair.sendKey().isDestroyed()).isTrue();
        assertThat(keypair.receiveKey().isDestroyed()).isTrue();
        assertThat(keypair.tryAcquire()).isFalse();
        assertThatThrownBy(keypair::release).isInstanceOf(IllegalStateException.class);
    }

    /** Two threads seal while the loop replaces and erases keypairs; what they seal must open with the true keys. */
    @Test
    void aSealingThreadNeverMeetsAZeroedKey() throws Exception {
        Pair pair = Pair.connected();
        Lane lane = pair.toRight.lane();
        Map<Integer, byte[]> receiveKeys = new HashMap<>();
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch started = new CountDownLatch(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<Future<List<byte[]>>> results = new ArrayList<>();
        for (AeadProvider provider : List.of(AeadProvider.JDK, AeadProvider.chosen())) {
            results.add(threads.submit(() -> {
                Sealer own = new Sealer(provider);
                List<byte[]> sealed = new ArrayList<>();
                ByteBuffer datagram = ByteBuffer.allocate(100);
                started.countDown();
                while (!done.get()) {
                    if (own.seal(lane, Pair.packet("race"), datagram.clear(), 0) && sealed.size() < 100_000) {
                        sealed.add(Arrays.copyOf(datagram.array(), datagram.position()));
                    }
                }
                return sealed;
            }));
        }
        started.await();
        for (int index = 1; index <= 20_000; index++) {
            byte[] keyBytes = new byte[AeadKey.LENGTH];
            Arrays.fill(keyBytes, (byte) index);
            keyBytes[0] = (byte) (index >> 8);
            keyBytes[1] = (byte) (index >> 16);
            receiveKeys.put(index, keyBytes);
            AeadKey key = new AeadKey(keyBytes, 0);
            Keypair replacement =
                    new Keypair(index, index, new SessionKeys(key, key, ByteBuffer.allocate(32)), false, 0);
            Keypair replaced = requireNonNull(lane.current());
            lane.current(replacement);
            if (index > 1) {
                replaced.release();
            }
        }
        done.set(true);
        threads.shutdown();
        assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();

        Opener opener = new Opener();
        int checked = 0;
        for (Future<List<byte[]>> result : results) {
            for (byte[] bytes : result.get()) {
                ByteBuffer message = ByteBuffer.wrap(bytes);
                int index = TransportData.receiverIndex(message);
                byte[] keyBytes = receiveKeys.get(index);
                if (keyBytes != null) { // not of the keypair from before the race
                    AeadKey key = new AeadKey(keyBytes, 0);
                    assertThat(opener.open(
                                    new Keypair(
                                            index, index, new SessionKeys(key, key, ByteBuffer.allocate(32)), false, 0),
                                    message))
                            .as("sealed by keypair %s", index)
                            .isTrue();
                    checked++;
                }
            }
        }
        assertThat(checked).isPositive();
    }

    @Test
    void noTwoThreadsGetTheSameCounter() throws Exception {
        Lane lane = Pair.connected().toRight.lane();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<List<Long>>> results = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            results.add(threads.submit(() -> {
                Sealer own = new Sealer();
                ByteBuffer datagram = ByteBuffer.allocate(100);
                List<Long> counters = new ArrayList<>();
                for (int n = 0; n < 5_000; n++) {
                    own.seal(lane, Pair.packet("race"), datagram.clear(), 0);
                    counters.add(TransportData.counter(datagram.flip()));
                }
                return counters;
            }));
        }
        threads.shutdown();
        List<Long> all = new ArrayList<>();
        for (Future<List<Long>> result : results) {
            all.addAll(result.get());
        }
        assertThat(all).hasSize(20_000).doesNotHaveDuplicates();
        assertThat(lane.txPackets()).isEqualTo(20_000);
    }

    private static Keypair keypair(long firstCounter) {
        AeadKey send = new AeadKey(
                new byte[] {
                    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
                    28, 29, 30, 31, 32
                },
                0);
        AeadKey receive = new AeadKey(send.getEncoded(), 0);
        return new Keypair(1, 2, new SessionKeys(send, receive, ByteBuffer.allocate(32)), false, 0, firstCounter);
    }

    private static ByteBuffer buffer(boolean direct, int capacity) {
        return direct ? ByteBuffer.allocateDirect(capacity) : ByteBuffer.allocate(capacity);
    }
}
