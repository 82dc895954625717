package org.peervpn.testnat.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.peervpn.testnat.bench.Results.Spread;

class ResultsTest {
    private final Results results = new Results(List.of("no VPN", "theirs", "ours"), "theirs");

    @Test
    void ratiosAreOfTheSameRound() {
        round(4, 2);
        round(10, 20);
        round(1, 3);

        assertThat(results.ratio(Row.TCP, "ours")).contains(new Spread(2, 0.5, 3));
        assertThat(results.spread(Row.TCP, "theirs")).contains(new Spread(4, 1, 10));
    }

    @Test
    void whatCouldNotBeMeasuredMovesNoPair() {
        round(4, Double.NaN);
        round(10, 20);

        assertThat(results.ratio(Row.TCP, "ours")).contains(new Spread(2, 2, 2));
    }

    @Test
    void nothingIsDividedByZero() {
        round(0, 0);

        assertThat(results.ratio(Row.TCP, "ours")).isEmpty();
    }

    @Test
    void tableHasMediansAndSpread() {
        round(4, 2);
        round(10, 20);

        assertThat(Table.of(results))
                .contains("| one TCP stream, Gbit/s | – | 7.00 (4.00–10.0) | 11.0 (2.00–20.0) |")
                .contains("| one TCP stream (more is better) | 1.25 (0.500–2.00) |");
    }

    private void round(double theirs, double ours) {
        results.add(Row.TCP, "no VPN", Double.NaN);
        results.add(Row.TCP, "theirs", theirs);
        results.add(Row.TCP, "ours", ours);
    }
}
