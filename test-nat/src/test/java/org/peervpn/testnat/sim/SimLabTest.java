package org.peervpn.testnat.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimLabTest {
    private static final long SCENARIOS = Long.getLong("peervpn.scenarios", 10_000);

    @Test
    void whateverTheNetworkDoesNodesKeepTheRules() {
        Campaign campaign = Campaign.run(1, SCENARIOS);

        assertThat(campaign.failures())
                .as(() -> Campaign.howToReplay(
                        campaign.failures().keySet().iterator().next()))
                .isEmpty();
        assertThat(campaign.connected()).isGreaterThanOrEqualTo(campaign.expected());
        assertThat(campaign.expected()).isGreaterThan(campaign.pairs() / 2);
    }

    /**
     * Routers that take what comes too early for themselves; one of two sessions that began at once renewed; a datagram for
     * a host that has left; the address of a peer in the network where we were before, and one that is ours now; a channel
     * that was closed although the tunnel had been led to it.
     */
    @ParameterizedTest
    @ValueSource(longs = {698, 2241, 2677, 3084, 5595, 5001453, 5004089, 5004572, 5007861, 5015598, 5018379})
    void whatOnceWentWrongGoesWell(long seed) {
        ScenarioRun.Outcome outcome = new ScenarioRun(new ScenarioDraw(seed).draw(), null).play();

        assertThat(outcome.connected()).isGreaterThanOrEqualTo(outcome.expected());
    }

    @Test
    void theNumberOfThreadsMakesNoDifference() {
        assertThat(Campaign.run(100, 30, 3)).usingRecursiveComparison().isEqualTo(Campaign.run(100, 30, 1));
    }

    @Test
    void theSameSeedIsTheSameLife() {
        assertThat(life(7)).isEqualTo(life(7)).isNotEmpty();
        assertThat(life(8)).isNotEqualTo(life(7));
    }

    private static List<String> life(long seed) {
        List<String> lines = new ArrayList<>();
        new ScenarioRun(new ScenarioDraw(seed).draw(), lines::add).play();
        return lines;
    }
}
