package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** While a client is connected, nothing leaves its uplink but the node's own datagrams and what stays in the LAN. */
@ExtendWith(LabExtension.class)
class LeakIT {
    private static final SitePlan CLIENT = SitePlan.of("client", NatType.PORT_RESTRICTED)
            .with(SiteFeature.IPV6)
            .withHosts(2);

    @Test
    void onlyTheTunnelAndTheLanAreSeenOnTheUplink(Lab lab) {
        Scenery scenery = Scenery.build(lab, SitePlan.of("exit", NatType.PUBLIC).with(SiteFeature.IPV6), CLIENT);
        scenery.connect();
        Host client = scenery.client().host();

        try (Sniffer leaks = sniffer(scenery)) {
            assertThat(scenery.seenByWebOverIpv4(client))
                    .isEqualTo(scenery.exitSite().publicAddress());
            assertThat(scenery.seenByWebOverIpv6(client))
                    .isEqualTo(scenery.seenByWebOverIpv6(scenery.exit().host()));
            assertThat(client.pings(neighbour(scenery).ipv4()))
                    .as("the LAN stays reachable")
                    .isTrue();
            tryToLeak(scenery);

            assertThat(leaks.packets()).isEmpty();
        }
    }

    @Test
    void ipv6IsRefusedWhereTheExitHasNone(Lab lab) {
        Scenery scenery = Scenery.build(lab, SitePlan.of("exit", NatType.PUBLIC), CLIENT);
        scenery.connect();
        Host client = scenery.client().host();

        try (Sniffer leaks = sniffer(scenery)) {
            CommandResult overIpv6 =
                    Scenery.fetch(client, "http://[" + scenery.web().ipv6() + "]/");
            assertThat(overIpv6.exitCode())
                    .as("refused at once (curl: 7), not after a timeout (28): " + overIpv6)
                    .isEqualTo(7);
            tryToLeak(scenery);

            assertThat(leaks.packets()).isEmpty();
        }
        assertThat(scenery.seenByWebOverIpv4(client))
                .isEqualTo(scenery.exitSite().publicAddress());
    }

    /** As a hostile DHCP server hands them out (TunnelVision), or one that calls public prefixes its LAN (TunnelCrack). */
    @Test
    void foreignRoutesDoNotLeadAroundTheTunnel(Lab lab) {
        Scenery scenery = Scenery.build(lab, SitePlan.of("exit", NatType.PUBLIC).with(SiteFeature.IPV6), CLIENT);
        Host client = scenery.client().host();
        String gateway = client.ipv4().replaceFirst("\\d+$", "1");
        client.ip("route add 0.0.0.0/1 via " + gateway);
        scenery.connect();
        client.ip(
                "route add 128.0.0.0/1 via " + gateway,
                "route add " + scenery.web().ipv4() + " dev eth0",
                "route add 2000::/4 dev eth0",
                // So that what goes astray is seen as a packet, and not as a question for its neighbour.
                "neighbour add " + scenery.web().ipv4() + " lladdr 02:00:00:00:00:01 dev eth0",
                "neighbour add " + scenery.web().ipv6() + " lladdr 02:00:00:00:00:01 dev eth0");

        try (Sniffer leaks = sniffer(scenery)) {
            assertThat(scenery.seenByWebOverIpv4(client))
                    .isEqualTo(scenery.exitSite().publicAddress());
            tryToLeak(scenery);

            assertThat(leaks.packets()).isEmpty();
        }
    }

    /** Else each datagram would become the content of the next one, round and round. */
    @Test
    void ownDatagramsNeverGoIntoTheTunnel(Lab lab) {
        Scenery scenery = Scenery.build(lab, SitePlan.of("exit", NatType.PUBLIC), CLIENT);
        scenery.connect();
        Host client = scenery.client().host();
        String gateway = client.ipv4().replaceFirst("\\d+$", "1");

        client.ip("route replace default dev peervpn0");
        for (int i = 0; i < 3; i++) {
            client.exec("ping", "-n", "-c", "1", "-W", "1", scenery.web().ipv4());
        }
        long sent =
                scenery.client().status().path("peers").path(0).path("txBytes").asLong();
        client.ip("route replace default via " + gateway + " dev eth0");

        assertThat(sent).as("bytes sent to the peer").isLessThan(1_000_000);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> client.pings(scenery.web().ipv4()));
    }

    /** The node asks the router to open its port: PCP and NAT-PMP, and the search for UPnP. */
    static final String PORT_MAPPING = "(udp dst port 5351 or (udp and dst host 239.255.255.250 and dst port 1900))";

    /** The node looks for peers in the local network; the kernel tells the routers that it belongs to the groups. */
    static final String LAN_BEACON = "(udp dst port 51899 and (dst host 239.255.112.118 or dst host ff12::7065:6572))"
            + " or igmp or dst host ff02::16";

    /** The nodes may prefer to meet by IPv6, where their addresses are the hosts'. */
    private static final String BETWEEN_NODES =
            "(ip6 and udp src port " + Peervpn.PORT + " and udp dst port " + Peervpn.PORT + ")";

    /** Sees what leaves the client's uplink, but for the node's own port and private addresses. */
    static Sniffer sniffer(Scenery scenery) {
        String lan = scenery.client().host().ipv4().replaceFirst("\\.\\d+$", ".0/24");
        String servers = "host " + scenery.exitSite().publicAddress() + " or host " + Lab.STUN_ADDRESS + " or host "
                + Lab.OTHER_STUN_ADDRESS;
        return Sniffer.startForAllBut(
                scenery.client().host(),
                "eth0",
                "(udp port " + Peervpn.PORT + " and (" + servers + ")) or " + BETWEEN_NODES + " or (src net " + lan
                        + " and dst net " + lan + ") or " + PORT_MAPPING + " or (" + LAN_BEACON + ")");
    }

    /** Whether these succeed does not matter here, only by which way they go. */
    static void tryToLeak(Scenery scenery) {
        Host client = scenery.client().host();
        Host web = scenery.web();
        for (String address : List.of(web.ipv4(), web.ipv6())) {
            String url = "http://" + (address.contains(":") ? "[" + address + "]" : address) + "/";
            client.exec("ping", "-n", "-c", "2", "-W", "1", address);
            client.exec("ping", "-n", "-c", "2", "-W", "1", "-I", "eth0", address);
            Scenery.fetch(client, url, "--max-time", "2");
            Scenery.fetch(client, url, "--max-time", "2", "--interface", "eth0");
        }
        Scenery.fetch(client, "http://" + web.ipv4() + "/", "--max-time", "2", "--interface", client.ipv4());
        Scenery.fetch(client, "http://[" + web.ipv6() + "]/", "--max-time", "2", "--interface", client.ipv6());
        client.exec("ping", "-n", "-c", "1", "-W", "1", "-M", "dont", "-s", "3000", web.ipv4());
    }

    private static Host neighbour(Scenery scenery) {
        return scenery.clientSite().hosts().get(1);
    }
}
