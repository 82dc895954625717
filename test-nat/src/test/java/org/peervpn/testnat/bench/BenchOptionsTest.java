package org.peervpn.testnat.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class BenchOptionsTest {
    @Test
    void withoutArgumentsAllIsMeasuredInFiveRounds() {
        BenchOptions options = BenchOptions.parse();

        assertThat(options.rows()).containsExactly(Row.values());
        assertThat(options.rounds()).isEqualTo(5);
        assertThat(options.pace()).isEqualTo(Pace.FULL);
    }

    @Test
    void rowsAreNamedByTheirWords() {
        assertThat(BenchOptions.parse("--quick", "ping-loaded", "tcp").rows())
                .containsExactly(Row.TCP, Row.PING_LOADED);
    }

    @Test
    void quickIsOneRoundUnlessMoreAreWanted() {
        assertThat(BenchOptions.parse("--quick").rounds()).isEqualTo(1);
        assertThat(BenchOptions.parse("--rounds", "3", "--quick").rounds()).isEqualTo(3);
    }

    @Test
    void whatIsNoRowIsToldWithThoseThatAre() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BenchOptions.parse("speed"))
                .withMessageContaining("no row speed")
                .withMessageContaining("ping-loaded");
    }

    @Test
    void roundsAreANumber() {
        for (String bad : new String[] {"0", "-1", "100", "many"}) {
            assertThatIllegalArgumentException().isThrownBy(() -> BenchOptions.parse("--rounds", bad));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> BenchOptions.parse("--rounds"));
    }
}
