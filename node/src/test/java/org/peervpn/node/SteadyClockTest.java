package org.peervpn.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SteadyClockTest {
    private Instant now = World.EPOCH;
    private final List<Instant> told = new ArrayList<>();

    @Test
    void aClockThatGoesForwardIsToldAsItIs() {
        SteadyClock clock = new SteadyClock(() -> now, Instant.EPOCH, told::add);

        assertThat(clock.instant()).isEqualTo(World.EPOCH);
        now = World.EPOCH.plusSeconds(86_400);
        assertThat(clock.instant()).isEqualTo(now);
        assertThat(told).containsExactly(World.EPOCH, now);
    }

    @Test
    void noMomentIsToldTwiceWhileTheClockIsBehind() {
        SteadyClock clock = new SteadyClock(() -> now, World.EPOCH.plusSeconds(86_400), told::add);

        Instant first = clock.instant();
        Instant second = clock.instant();

        assertThat(first).isAfter(World.EPOCH.plusSeconds(86_400));
        assertThat(Duration.between(first, second)).isGreaterThan(Duration.ofNanos(1 << 24));
        now = World.EPOCH.plusSeconds(90_000);
        assertThat(clock.instant()).isEqualTo(now);
    }
}
