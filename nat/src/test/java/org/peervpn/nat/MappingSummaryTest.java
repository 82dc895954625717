package org.peervpn.nat;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MappingSummaryTest {
    private final Map<InetSocketAddress, InetSocketAddress> observed = new LinkedHashMap<>();

    @Test
    void whoAloneSeesAnotherAddressIsNotBelieved() {
        see("1.1.1.1", "11.22.0.1", 4000);
        see("2.2.2.2", "11.22.0.1", 4000);
        see("3.3.3.3", "11.99.99.99", 9999);

        assertThat(MappingSummary.last(observed)).isEqualTo(new InetSocketAddress("11.22.0.1", 4000));
        assertThat(MappingSummary.of(observed, 4000, List.of()).mapping()).isEqualTo(Behavior.ENDPOINT_INDEPENDENT);
    }

    @Test
    void ofANatWithSeveralAddressesAllAreCredible() {
        see("1.1.1.1", "11.22.0.1", 4000);
        see("2.2.2.2", "11.22.0.2", 5000);

        assertThat(MappingSummary.last(observed)).isEqualTo(new InetSocketAddress("11.22.0.2", 5000));
        assertThat(MappingSummary.of(observed, 4000, List.of()).isHard()).isTrue();
    }

    @Test
    void whereNothingWasSeenNothingIsKnown() {
        assertThat(MappingSummary.last(observed)).isNull();
        assertThat(MappingSummary.of(observed, 4000, List.of())).isEqualTo(NatSummary.UNKNOWN);
    }

    private void see(String server, String address, int port) {
        observed.put(new InetSocketAddress(server, 3478), new InetSocketAddress(address, port));
    }
}
