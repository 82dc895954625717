package org.peervpn.testnat.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.peervpn.testnat.LabException;

class PingsTest {
    private static final String PRINTED = """
            64 bytes from 10.9.0.2: icmp_seq=1 ttl=64 time=0.300 ms
            64 bytes from 10.9.0.2: icmp_seq=2 ttl=64 time=0.1 ms
            64 bytes from 10.9.0.2: icmp_seq=3 ttl=64 time=12 ms
            """;

    @Test
    void lostOnesCountAsASecond() {
        Pings pings = Pings.parse(PRINTED, 4);

        assertThat(pings.millis()).containsExactly(0.1, 0.3, 12.0, 1000.0);
        assertThat(pings.quantile(0.5)).isEqualTo(12);
        assertThat(pings.quantile(0.99)).isEqualTo(1000);
    }

    @Test
    void noneAnsweredIsAnError() {
        assertThatExceptionOfType(LabException.class).isThrownBy(() -> Pings.parse("", 4));
    }
}
