package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
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
        StockExit exit = StockExit.start(scenery.exitSite().host(), scenery.client(), "");

        scenery.client().startReady(exit.connectOptions());

        assertThatTrafficLeavesByTheExit(scenery);
    }

    static void assertThatTrafficLeavesByTheExit(Scenery scenery) {
        Host client = scenery.clientSite().host();
        Host exit = scenery.exitSite().host();
        assertThat(scenery.seenByWebOverIpv4(client))
                .isEqualTo(scenery.exitSite().publicAddress());
        assertThat(scenery.seenByWebOverIpv6(client)).isEqualTo(scenery.seenByWebOverIpv6(exit));
        RunningProcess udp = client.startJava(UdpEcho.class, scenery.web().ipv4(), "1", "1400", "9000");
        assertThat(udp.awaitExit(PATIENCE)).as(udp.toString()).isZero();
    }
}
