package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class TunnelQueuesTest {
    private static final String DEVICES = """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
              eth0:    9000      90    0    1    0     0          0         0     7000      70    0    2    0     0       0          0
               wg0:    5000      50    0    0    0     0          0         0     3960     396    0    4    0     0       0          0
            """;
    private static final String COUNTERS = """
            Tcp: ActiveOpens PassiveOpens
            Tcp: 5 6
            Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors
            Udp: 950 7 51 300 50 0
            UdpLite: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors
            UdpLite: 1 2 3 4 5 6
            """;

    @Test
    void whatTheKernelCountsIsRead() {
        assertThat(TunnelQueues.of("wg0", DEVICES, COUNTERS)).isEqualTo(new TunnelQueues(396, 4, 950, 50));
    }

    @Test
    void unknownInterfaceIsAnError() {
        assertThatThrownBy(() -> TunnelQueues.of("wg", DEVICES, COUNTERS)).isInstanceOf(LabException.class);
    }

    @Test
    void pingRisksBothQueues() {
        TunnelQueues queues = TunnelQueues.of("wg0", DEVICES, COUNTERS);

        assertThat(queues.dropped()).isEqualTo(54);
        assertThat(queues.shareDropped()).isCloseTo(0.01 + 0.05, within(1e-9));
        assertThat(TunnelQueues.UNUSED.shareDropped()).isZero();
    }
}
