package org.peervpn.tunnel.udp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peervpn.tunnel.tun.NetworkNamespace;

/** A child JVM runs {@link UdpProbe} in a network namespace of its own. */
class UdpPortIT {
    private NetworkNamespace namespace;

    @BeforeEach
    void makeNamespace() throws Exception {
        namespace = new NetworkNamespace();
        namespace.run("ip", "link", "set", "lo", "up");
    }

    @AfterEach
    void removeNamespace() throws Exception {
        namespace.delete();
    }

    @Test
    void markedSocketFollowsTheRulesForItsMark() throws Exception {
        for (String uplink : new String[] {"1", "2"}) {
            String device = "up" + uplink;
            namespace.run("ip", "tuntap", "add", device, "mode", "tun");
            namespace.run("ip", "address", "add", "10.0." + uplink + ".1/24", "dev", device);
            namespace.run("ip", "link", "set", device, "up");
        }
        namespace.run("ip", "route", "add", "default", "dev", "up1");
        namespace.run("ip", "route", "add", "default", "dev", "up2", "table", "77");
        namespace.run("ip", "rule", "add", "fwmark", "7", "table", "77");

        assertThat(namespace.java(UdpProbe.class, "local-address", "0")).contains("local 10.0.1.1");
        assertThat(namespace.java(UdpProbe.class, "local-address", "7")).contains("local 10.0.2.1");
    }

    @Test
    void markIsRefusedToTheUnprivileged() throws Exception {
        assertThat(namespace.javaUnprivileged(UdpProbe.class, "local-address", "7"))
                .contains("cannot mark sockets (SO_MARK): run as root or grant CAP_NET_ADMIN");
        assertThat(namespace.javaUnprivileged(UdpProbe.class, "local-address", "0"))
                .contains("local none");
    }

    @Test
    void portWorksWithoutIpv6() throws Exception {
        namespace.run("sysctl", "-w", "net.ipv6.conf.all.disable_ipv6=1");

        assertThat(namespace.java(UdpProbe.class, "no-route")).contains("dropped 2, then received 1");
    }

    @Test
    void noRouteIsCountedAndDoesNotDisturbThePort() throws Exception {
        assertThat(namespace.java(UdpProbe.class, "no-route")).contains("dropped 2, then received 1");
    }

    /** Also where a train does not fit the path, and what is not cut leaves in fragments. */
    @ParameterizedTest
    @CsvSource({"65536, true, true", "1300, true, true", "1300, false, true", "65536, true, false", "1300, false, false"
    })
    void trainsArriveAsWhatTheyWereMadeOf(String mtu, String segmented, String batched) throws Exception {
        namespace.run("ip", "link", "set", "lo", "mtu", mtu);

        assertThat(namespace.java(UdpProbe.class, "trains", segmented, batched))
                .contains("arrived as sent", "dropped 0");
    }
}
