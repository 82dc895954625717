package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SoakResultTest {
    private static final Duration SIX_MINUTES = Duration.ofMinutes(6);
    private static final List<Integer> STEADY = List.of(80, 100, 100);

    @Test
    void runWithTwoRekeysAndWithoutLossPasses() {
        SoakResult result = new SoakResult("x", SIX_MINUTES, 3, 3, 1800, 0, 15, 9, 0, 0, STEADY, 900, true);

        assertThat(result.faults()).isEmpty();
        assertThat(result.line())
                .contains("6.0", "3, 3 (3)", "1800, 0", "80 100 100")
                .endsWith("PASS");
        assertThat(SoakResult.heading().lines().map(line -> line.indexOf("|")))
                .containsOnly(result.line().indexOf("|"));
    }

    @Test
    void pingsMayBeLostWhileTheClientMoves() {
        assertThat(new SoakResult("x", SIX_MINUTES, 3, 3, 1800, 18, 15, 9, 0, 1, STEADY, 900, true).faults())
                .isEmpty();
        assertThat(new SoakResult("x", SIX_MINUTES, 3, 3, 1800, 19, 15, 9, 0, 1, STEADY, 900, true).faults())
                .containsExactly("more than 18 pings lost");
    }

    @Test
    void everythingThatIsWrongIsTold() {
        SoakResult result =
                new SoakResult("x", SIX_MINUTES, 2, 2, 0, 0, 15, 0, 1, 0, List.of(80, 90, 200), 9000, false);

        assertThat(result.faults()).hasSize(7);
        assertThat(result.line()).contains("FAIL: our node has ended; TCP connections were lost; ");
    }

    @Test
    void runThatWasInterruptedAtOnceHasNoFigures() {
        SoakResult result = new SoakResult("x", Duration.ZERO, 0, 0, 0, 0, 15, 0, 0, 0, List.of(), 0, true);

        assertThat(result.line()).contains("0 0 0", "FAIL: ");
    }
}
