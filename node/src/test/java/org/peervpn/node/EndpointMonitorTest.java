package org.peervpn.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.peervpn.node.NodeEvent.EndpointMonitored;
import org.peervpn.node.NodeEvent.EndpointMonitored.Form;

class EndpointMonitorTest {
    private final EndpointMonitor monitor = new EndpointMonitor();

    @Test
    void eachLookHasItsForm() {
        assertThat(monitor.look(null)).isEqualTo(new EndpointMonitored(Form.UNKNOWN, null, null));
        assertThat(monitor.look("1.2.3.4:5")).isEqualTo(new EndpointMonitored(Form.DISCOVERED, "1.2.3.4:5", null));
        assertThat(monitor.look("1.2.3.4:5"))
                .isEqualTo(new EndpointMonitored(Form.PERSISTENT, "1.2.3.4:5", "1.2.3.4:5"));
        assertThat(monitor.look("1.2.3.4:6")).isEqualTo(new EndpointMonitored(Form.CHANGED, "1.2.3.4:6", "1.2.3.4:5"));
    }

    @Test
    void anEndpointThatComesBackIsComparedWithTheOneBefore() {
        monitor.look("1.2.3.4:5");
        assertThat(monitor.look(null)).isEqualTo(new EndpointMonitored(Form.UNKNOWN, null, "1.2.3.4:5"));

        assertThat(monitor.look("1.2.3.4:7")).isEqualTo(new EndpointMonitored(Form.CHANGED, "1.2.3.4:7", "1.2.3.4:5"));
    }
}
