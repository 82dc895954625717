package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SoakResultTest {
    private static final Duration SIX_MINUTES = Duration.ofMinutes(6);
    private static final List<Integer> STEADY = List.of(80, 100, 100);
    private static final TunnelQueues NO_DROPS = new TunnelQueues(1_000, 0, 9_000, 0);
    private static final TunnelQueues FIVE_PERCENT = new TunnelQueues(1_000, 0, 9_500, 500);

    @Test
    void runWithTwoRekeysAndWithoutLossPasses() {
        SoakResult result = pings(0, 0, 0, NO_DROPS, NO_DROPS);

        assertThat(result.faults()).isEmpty();
        assertThat(result.line())
                .contains("6.0", "3, 3 (3)", "1800, 0, 0", "80 100 100")
                .endsWith("PASS");
        assertThat(SoakResult.heading().lines().map(line -> line.indexOf("|")))
                .containsOnly(result.line().indexOf("|"));
        assertThat(SoakResult.heading().lines().map(line -> line.lastIndexOf("|")))
                .containsOnly(result.line().lastIndexOf("|"));
    }

    @Test
    void pingsMayBeLostWhileTheClientMoves() {
        assertThat(pings(18, 15, 1, NO_DROPS, NO_DROPS).faults()).isEmpty();
        assertThat(pings(19, 15, 1, NO_DROPS, NO_DROPS).faults()).containsExactly("more than 18 pings lost");
    }

    @Test
    void pingsMayBeLostInFullQueuesOfTheStockPeer() {
        assertThat(pings(183, 2, 0, FIVE_PERCENT, NO_DROPS).faults()).isEmpty();
        assertThat(pings(184, 2, 0, FIVE_PERCENT, NO_DROPS).faults()).containsExactly("more than 183 pings lost");
        assertThat(pings(0, 0, 0, FIVE_PERCENT, NO_DROPS).line()).contains("500, 0");
    }

    @Test
    void pingsMayNotBeLostInOurQueues() {
        assertThat(pings(90, 2, 0, NO_DROPS, FIVE_PERCENT).faults())
                .containsExactly("more than 3 pings lost", "our queues are full");
    }

    @Test
    void tunnelMayNotBeDownForLongerThanAMoveTakes() {
        assertThat(pings(16, 16, 1, NO_DROPS, NO_DROPS).faults()).containsExactly("more than 15 pings lost in a row");
    }

    @Test
    void longestGapBetweenAnswersIsFound() {
        assertThat(SoakResult.mostInARow(9, 1, 2, 6, 5, 9)).isEqualTo(2);
        assertThat(SoakResult.mostInARow(9, 4, 5, 6)).isEqualTo(3);
        assertThat(SoakResult.mostInARow(9, 1)).isEqualTo(8);
        assertThat(SoakResult.mostInARow(9)).isEqualTo(9);
        assertThat(SoakResult.mostInARow(0)).isZero();
    }

    @Test
    void everythingThatIsWrongIsTold() {
        SoakResult result = new SoakResult(
                "x",
                SIX_MINUTES,
                2,
                2,
                0,
                0,
                16,
                15,
                0,
                1,
                0,
                List.of(80, 90, 200),
                9000,
                false,
                NO_DROPS,
                FIVE_PERCENT);

        assertThat(result.faults()).hasSize(9);
        assertThat(result.line()).contains("FAIL: our node has ended; TCP connections were lost; ");
    }

    @Test
    void runThatWasInterruptedAtOnceHasNoFigures() {
        TunnelQueues unused = TunnelQueues.UNUSED;
        SoakResult result =
                new SoakResult("x", Duration.ZERO, 0, 0, 0, 0, 0, 15, 0, 0, 0, List.of(), 0, true, unused, unused);

        assertThat(result.line()).contains("0 0 0", "FAIL: ");
    }

    private static SoakResult pings(int lost, int inARow, int roamed, TunnelQueues stock, TunnelQueues ours) {
        return new SoakResult(
                "x", SIX_MINUTES, 3, 3, 1800, lost, inARow, 15, 9, 0, roamed, STEADY, 900, true, stock, ours);
    }
}
