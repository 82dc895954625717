package org.peervpn.nat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.nat.RefreshInterval.SHORT_NANOS;
import static org.peervpn.nat.RefreshInterval.USUAL_NANOS;

import org.junit.jupiter.api.Test;

class RefreshIntervalTest {

    @Test
    void itIsShortWhereMappingsAreDear() {
        assertThat(RefreshInterval.nanos(NatSummary.UNKNOWN, null)).isEqualTo(USUAL_NANOS);
        assertThat(RefreshInterval.nanos(nat(Behavior.ENDPOINT_INDEPENDENT, false), null))
                .isEqualTo(USUAL_NANOS);
        assertThat(RefreshInterval.nanos(nat(Behavior.ENDPOINT_INDEPENDENT, true), null))
                .isEqualTo(SHORT_NANOS);
        assertThat(RefreshInterval.nanos(nat(Behavior.ADDRESS_AND_PORT_DEPENDENT, false), null))
                .isEqualTo(SHORT_NANOS);
        assertThat(RefreshInterval.nanos(nat(Behavior.ADDRESS_DEPENDENT, false), null))
                .isEqualTo(SHORT_NANOS);
    }

    @Test
    void aMeasuredLifetimeCounts() {
        assertThat(RefreshInterval.nanos(NatSummary.UNKNOWN, 39_900_000_000L)).isEqualTo(SHORT_NANOS);
        assertThat(RefreshInterval.nanos(NatSummary.UNKNOWN, 40_000_000_000L)).isEqualTo(USUAL_NANOS);
        assertThat(RefreshInterval.nanos(NatSummary.UNKNOWN, 10_000_000_000L)).isEqualTo(10_000_000_000L);
        assertThat(RefreshInterval.nanos(NatSummary.UNKNOWN, 0L)).isEqualTo(5_000_000_000L);
    }

    private static NatSummary nat(Behavior mapping, boolean carrierGrade) {
        return new NatSummary(true, mapping, null, null, 0, false, carrierGrade);
    }
}
