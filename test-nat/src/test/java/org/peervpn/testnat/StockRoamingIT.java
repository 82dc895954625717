package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Debian's wireguard-go and a node of ours find one another again when either moves, and no connection is lost. */
@ExtendWith(LabExtension.class)
class StockRoamingIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final SitePlan EXIT = SitePlan.of("exit", NatType.PUBLIC).with(SiteFeature.IPV6);
    private static final SitePlan CLIENT =
            SitePlan.of("client", NatType.FULL_CONE).with(SiteFeature.IPV6);

    /** What runs through the exit outlives the client's move; what runs between the two also outlives the exit's. */
    @Test
    void connectionsOfAStockClientLiveOnWhileEitherEndRoams(Lab lab) {
        Scenery scenery = Scenery.build(lab, EXIT, CLIENT);
        Host client = scenery.clientSite().host();
        Host exit = scenery.exitSite().host();
        scenery.exit().startReady("--exit");
        String overlay = scenery.exit().addresses().get(0);
        StockClient.connect(scenery.exit(), client, scenery.web());
        client.ip("route add " + overlay + " dev " + StockClient.INTERFACE);

        RunningProcess outside =
                Iperf.stream(client, scenery.web(), scenery.web().ipv4(), 8);
        move(client);
        flows(client, scenery.web().ipv4(), "a stock client roams under load");
        assertThat(outside.awaitExit(PATIENCE)).as(outside.toString()).isZero();

        RunningProcess between = Iperf.stream(client, exit, overlay, 12);
        exit.readdress(exit.ipv4(), Lab.NET + ".99", Lab.STUN_ADDRESS);
        flows(client, overlay, "an exit of ours roams under load of a stock client");
        assertThat(between.awaitExit(PATIENCE)).as(between.toString()).isZero();
    }

    @Test
    void connectionsThroughAStockExitLiveOnWhileOurClientRoams(Lab lab) {
        Scenery scenery = Scenery.build(lab, EXIT, CLIENT);
        Host client = scenery.clientSite().host();
        StockExit stock = StockExit.start(scenery.exitSite().host(), scenery.client(), "");
        scenery.client().startReady(stock.connectOptions());

        RunningProcess outside =
                Iperf.stream(client, scenery.web(), scenery.web().ipv4(), 8);
        move(client);
        flows(client, scenery.web().ipv4(), "our client of a stock exit roams under load");
        assertThat(outside.awaitExit(PATIENCE)).as(outside.toString()).isZero();
    }

    /** wireguard-go holds on to the address that it has lost for 15 s, until it begins a handshake to hear from its peer. */
    private static void move(Host client) {
        String lan = client.ipv4().replaceFirst("\\d+$", "");
        client.readdress(lan + "2", lan + "77", lan + "1");
    }

    private static void flows(Host client, String address, String fault) {
        new Fault(fault).comesTo("traffic flows", () -> client.pings(address));
    }
}
