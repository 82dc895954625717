package org.peervpn.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class Tai64nTest {
    private Instant wallClock = Instant.ofEpochSecond(1_000_000_000, 500_000_000);
    private final Tai64n timestamps = new Tai64n(() -> wallClock);

    @Test
    void countsFromTheTaiEpochAndHidesTheFineGrain() {
        // 0x1dcd6500 nanoseconds, without the low 24 bits
        assertThat(HexFormat.of().formatHex(timestamps.next())).isEqualTo("400000003b9aca0a1d000000");
    }

    @Test
    void isGreaterEachTimeWhateverTheClockSays() {
        byte[] last = timestamps.next();
        for (int i = 0; i < 1000; i++) {
            wallClock = wallClock.plusSeconds(i % 3 == 0 ? 86_400 : i % 3 == 1 ? -86_400 : 0);
            byte[] next = timestamps.next();
            assertThat(Arrays.compareUnsigned(next, last)).isPositive();
            last = next;
        }
    }
}
