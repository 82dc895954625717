package org.peervpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.peervpn.node.DropCount;

class HandoverTest {
    private static final int MAX_WAITING = 40;

    private final Deque<Runnable> loop = new ArrayDeque<>();
    private final Deque<Runnable> afterInput = new ArrayDeque<>();
    private final DropCount drops = new DropCount();
    private final Handover handover = new Handover(loop::add, afterInput::add, drops, MAX_WAITING);
    private final List<Integer> received = new ArrayList<>();

    @Test
    void receiverGetsACopy() {
        ByteBuffer lent = ByteBuffer.allocate(8).putInt(0, 1).putInt(4, 2).position(4);
        handover.give(lent, copy -> received.add(copy.getInt()));
        lent.putInt(4, 3);
        loop.remove().run();

        assertThat(received).containsExactly(2);
    }

    @Test
    void loopIsAskedOnceAndTakesSixteenBeforeItLooksAtItsSockets() {
        give(0, 40);
        assertThat(loop).hasSize(1);

        loop.remove().run();
        assertThat(received).isEqualTo(numbers(0, 16));
        assertThat(afterInput).hasSize(1);
        give(40, 42);
        assertThat(loop).as("it will come by itself").isEmpty();

        afterInput.remove().run();
        assertThat(received).isEqualTo(numbers(0, 32));
        afterInput.remove().run();
        assertThat(received).isEqualTo(numbers(0, 42));
        assertThat(afterInput).isEmpty();

        give(42, 43);
        loop.remove().run();
        assertThat(received).isEqualTo(numbers(0, 43));
        assertThat(drops.counts()).isEmpty();
    }

    @Test
    void whatIsGivenWhileTheLoopTakesIsTakenToo() {
        handover.give(packet(0), copy -> give(1, 20));
        loop.remove().run();
        assertThat(received).isEqualTo(numbers(1, 16));
        assertThat(loop).isEmpty();
        afterInput.remove().run();
        assertThat(received).isEqualTo(numbers(1, 20));
    }

    @Test
    void moreThanMayWaitAreDroppedAndCounted() {
        give(0, MAX_WAITING + 5);
        assertThat(drops.counts()).isEqualTo(Map.of("loop_busy", 5L));

        loop.remove().run();
        give(100, 117);
        assertThat(drops.counts()).as("room for sixteen").isEqualTo(Map.of("loop_busy", 6L));

        while (!afterInput.isEmpty()) {
            afterInput.remove().run();
        }
        List<Integer> expected = new ArrayList<>(numbers(0, MAX_WAITING));
        expected.addAll(numbers(100, 116));
        assertThat(received).isEqualTo(expected);
    }

    @Test
    void receiverThatFailsStopsNoOther() {
        handover.give(packet(0), copy -> {
            throw new IllegalStateException("a mistake");
        });
        give(1, 3);
        assertThatThrownBy(loop.remove()::run).hasMessage("a mistake");

        afterInput.remove().run();
        assertThat(received).isEqualTo(numbers(1, 3));
    }

    @Test
    void ofManyThreadsEachPacketArrivesOrIsCounted() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        ExecutorService givers = Executors.newFixedThreadPool(4);
        AtomicInteger arrived = new AtomicInteger();
        Handover shared = new Handover(thread, thread, drops, MAX_WAITING);
        List<Future<?>> given = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            given.add(givers.submit(() -> {
                for (int number = 0; number < 5000; number++) {
                    shared.give(packet(number), copy -> arrived.incrementAndGet());
                }
            }));
        }
        for (Future<?> each : given) {
            each.get();
        }
        for (int i = 0; i <= MAX_WAITING; i++) {
            thread.submit(() -> {}).get(); // the loop has had a turn
        }
        givers.shutdown();
        thread.shutdown();

        assertThat(arrived.get() + drops.counts().getOrDefault("loop_busy", 0L)).isEqualTo(20_000);
        assertThat(arrived.get()).isGreaterThanOrEqualTo(MAX_WAITING);
    }

    private void give(int from, int to) {
        for (int number = from; number < to; number++) {
            handover.give(packet(number), copy -> received.add(copy.getInt()));
        }
    }

    private static ByteBuffer packet(int number) {
        return ByteBuffer.allocate(4).putInt(0, number);
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }
}
