package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.peervpn.testnat.tool.UdpEcho;

/** Debian's wireguard-go on either side of a node of ours. */
@ExtendWith(LabExtension.class)
class StockPeerIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final SitePlan EXIT = SitePlan.of("exit", NatType.PUBLIC).with(SiteFeature.IPV6);
    private static final SitePlan CLIENT =
            SitePlan.of("client", NatType.PORT_RESTRICTED).with(SiteFeature.IPV6);

    @Test
    void stockClientLeavesByOurExit(Lab lab) {
        Scenery scenery = Scenery.build(lab, EXIT, CLIENT);
        scenery.exit().startReady("--exit");

        StockClient stock =
                StockClient.connect(scenery.exit(), scenery.clientSite().host(), scenery.web());

        assertThatTrafficLeavesByTheExit(scenery);
        stock.wireGuard().stop();
    }

    @Test
    void ourClientLeavesByAStockExit(Lab lab) {
        Scenery scenery = Scenery.build(lab, EXIT, CLIENT);
        Host exit = scenery.exitSite().host();
        WireGuardGo stock = WireGuardGo.start(exit, "wg0", Peervpn.PORT);
        exit.sysctl("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        exit.nft("""
                table inet exit {
                  chain postrouting { type nat hook postrouting priority 100;
                    iifname wg0 oifname eth0 masquerade
                  }
                }
                """);
        String allowed =
                scenery.client().addresses().stream().map(StockClient::prefix).collect(Collectors.joining(", "));
        stock.addPeer(scenery.client().publicKey(), "", allowed);
        // A stock interface has a route for what it sends into the tunnel; wg-quick would add it.
        scenery.client().addresses().forEach(address -> exit.ip("route add " + address + " dev wg0"));

        scenery.client()
                .startReady(
                        "--connect=" + stock.publicKey() + "@" + exit.ipv4() + ":" + Peervpn.PORT,
                        "--exit-via=" + stock.publicKey());

        assertThatTrafficLeavesByTheExit(scenery);
    }

    private static void assertThatTrafficLeavesByTheExit(Scenery scenery) {
        Host client = scenery.clientSite().host();
        Host exit = scenery.exitSite().host();
        assertThat(scenery.seenByWebOverIpv4(client))
                .isEqualTo(scenery.exitSite().publicAddress());
        assertThat(scenery.seenByWebOverIpv6(client)).isEqualTo(scenery.seenByWebOverIpv6(exit));
        RunningProcess udp = client.startJava(UdpEcho.class, scenery.web().ipv4(), "1", "1400", "9000");
        assertThat(udp.awaitExit(PATIENCE)).as(udp.toString()).isZero();
    }
}
