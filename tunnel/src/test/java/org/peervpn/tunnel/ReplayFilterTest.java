package org.peervpn.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReplayFilterTest {
    private final ReplayFilter filter = new ReplayFilter();

    @Test
    void windowIsWideEnough() {
        assertThat(ReplayFilter.WINDOW).isGreaterThanOrEqualTo(8192);
    }

    @Test
    void eachCounterIsAcceptedOnce() {
        for (long counter : new long[] {0, 1, 2, 9, 8, 63, 64, 65, 7, 128, 127}) {
            assertThat(filter.accept(counter)).isTrue();
            assertThat(filter.accept(counter)).isFalse();
        }
    }

    @Test
    void theOldestOfTheWindowIsAcceptedAndTheOneBeforeIsNot() {
        for (long greatest = 1_000_000; greatest < 1_000_200; greatest++) {
            ReplayFilter fresh = new ReplayFilter();
            assertThat(fresh.accept(greatest)).isTrue();
            assertThat(fresh.accept(greatest - ReplayFilter.WINDOW)).isTrue();
            assertThat(fresh.accept(greatest - ReplayFilter.WINDOW)).isFalse();
            assertThat(fresh.accept(greatest - ReplayFilter.WINDOW - 1)).isFalse();
        }
    }

    @Test
    void aLeapForgetsWhatIsTooOldAndNothingElse() {
        assertThat(filter.accept(5)).isTrue();
        assertThat(filter.accept(5 + 1_000_000_000_000L)).isTrue();
        assertThat(filter.accept(5)).isFalse();
        assertThat(filter.accept(4 + 1_000_000_000_000L)).isTrue();
        assertThat(filter.accept(4 + 1_000_000_000_000L)).isFalse();
    }

    @Test
    void theLastCountersBeforeTheLimitAreAcceptedAndNoneAfter() {
        assertThat(filter.accept(Timing.REJECT_AFTER_MESSAGES)).isFalse();
        assertThat(filter.accept(-1)).isFalse();
        assertThat(filter.accept(Timing.REJECT_AFTER_MESSAGES - 1)).isTrue();
        assertThat(filter.accept(Timing.REJECT_AFTER_MESSAGES - 1)).isFalse();
        assertThat(filter.accept(Timing.REJECT_AFTER_MESSAGES - 2)).isTrue();
        assertThat(filter.accept(0)).isFalse();
    }

    @Test
    void ofManyThreadsAtMostOneGetsACounterAccepted() throws Exception {
        int counters = 500_000;
        AtomicIntegerArray accepted = new AtomicIntegerArray(counters);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        for (int i = 0; i < 4; i++) {
            threads.execute(() -> {
                for (int counter = 0; counter < counters; counter++) {
                    if (filter.accept(counter)) {
                        accepted.incrementAndGet(counter);
                    }
                }
            });
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        assertThat(IntStream.range(0, counters).map(accepted::get)).containsOnly(1);
    }

    @Test
    void agreesWithASetOnRandomCounters() {
        Random random = new Random(7);
        Set<Long> seen = new HashSet<>();
        long greatest = 0;
        for (int i = 0; i < 200_000; i++) {
            greatest += random.nextInt(200) == 0 ? random.nextInt(20_000) : random.nextInt(2);
            long counter = Math.max(0, greatest - random.nextInt(random.nextInt(100) == 0 ? 17_000 : 50));
            if (counter > greatest - ReplayFilter.WINDOW) {
                assertThat(filter.accept(counter)).isEqualTo(seen.add(counter));
            }
        }
    }

    @Test
    void agreesWithASetWhileItGrows() {
        for (int seed = 0; seed < 500; seed++) {
            Random random = new Random(seed);
            ReplayFilter fresh = new ReplayFilter();
            Set<Long> seen = new HashSet<>();
            int leap = 1 << random.nextInt(14);
            long greatest = 0;
            for (int i = 0; i < 300; i++) {
                long counter = Math.max(0, greatest - leap + random.nextInt(2 * leap));
                greatest = Math.max(greatest, counter);
                boolean isNew = greatest - counter <= ReplayFilter.WINDOW && seen.add(counter);
                assertThat(fresh.accept(counter)).isEqualTo(isNew);
            }
        }
    }
}
