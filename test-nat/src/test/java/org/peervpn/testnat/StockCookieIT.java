package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.testnat.StockPeerIT.assertThatTrafficLeavesByTheExit;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.peervpn.testnat.flood.FloodKind;

/** A side that is flooded with initiations demands a cookie of the other one, and gets it. */
@ExtendWith(LabExtension.class)
class StockCookieIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** At most: it is stopped when a cookie has been brought. */
    private static final Duration FLOODED = PATIENCE.multipliedBy(2);

    private static final SitePlan EXIT = SitePlan.of("exit", NatType.PUBLIC).with(SiteFeature.IPV6);
    private static final SitePlan CLIENT = SitePlan.of("client", NatType.PUBLIC).with(SiteFeature.IPV6);

    /** Cookie replies, initiations that bear a cookie (their mac2 is not zero), and responses. */
    private static final String WITH_COOKIES = "udp port %d and host %s and"
            + " (udp[8] = 3 or udp[8] = 2 or (udp[8] = 1 and (udp[140:4] != 0 or udp[144:4] != 0)))";

    private static final String COOKIE_REPLY = "length 64$";
    private static final String INITIATION = "length 148$";
    private static final String RESPONSE = "length 92$";

    /** A node of ours is under load from some hundred a second on. */
    @Test
    void stockClientAnswersOurCookieReply(Lab lab) {
        Scenery scenery = Scenery.build(lab, EXIT, CLIENT);
        Host client = scenery.clientSite().host();
        scenery.exit().startReady("--exit");
        WireGuardGo stock = WireGuardGo.start(client, StockClient.INTERFACE, Peervpn.PORT);
        String publicKey = scenery.exit().publicKey();
        Attacker attacker = new Attacker(lab);

        try (Sniffer sniffer = sniffer(client)) {
            RunningProcess flooder = flood(attacker, publicKey, scenery, 2_000);
            StockClient.connect(scenery.exit(), stock, client, scenery.web(), "");
            assertThatACookieWasDemandedAndBrought(sniffer);
            assertThat(flooder.isAlive()).as("the flood goes on").isTrue();
            flooder.stop();
        }
        assertThat(scenery.exit().status().path("drops").path("cookie_demanded").asLong())
                .isPositive();
        assertThatTrafficLeavesByTheExit(scenery);
    }

    /** wireguard-go is under load while many initiations wait to be looked at. */
    @Test
    void ourClientAnswersTheCookieReplyOfAStockExit(Lab lab) {
        Scenery scenery = Scenery.build(lab, EXIT, CLIENT);
        StockExit stock = StockExit.start(scenery.exitSite().host(), scenery.client(), "");
        String publicKey = stock.wireGuard().publicKey();
        Attacker attacker = new Attacker(lab);

        try (Sniffer sniffer = sniffer(scenery.clientSite().host())) {
            RunningProcess flooder = flood(attacker, publicKey, scenery, 20_000);
            scenery.client().startReady(stock.connectOptions());
            assertThatACookieWasDemandedAndBrought(sniffer);
            assertThat(flooder.isAlive()).as("the flood goes on").isTrue();
            flooder.stop();
        }
        assertThatTrafficLeavesByTheExit(scenery);
    }

    private static RunningProcess flood(Attacker attacker, String publicKey, Scenery scenery, int perSecond) {
        String exit = scenery.exitSite().host().ipv4() + ":" + Peervpn.PORT;
        return attacker.flood(FloodKind.INITIATIONS, publicKey, exit, exit, perSecond, FLOODED);
    }

    private static Sniffer sniffer(Host client) {
        return Sniffer.start(client, "eth0", WITH_COOKIES.formatted(Peervpn.PORT, client.ipv4()));
    }

    private static void assertThatACookieWasDemandedAndBrought(Sniffer sniffer) {
        sniffer.awaitPacket(RESPONSE, PATIENCE);
        List<String> packets = sniffer.packets();
        assertThat(packets).as("the first").first().asString().containsPattern(COOKIE_REPLY);
        assertThat(packets).anyMatch(packet -> packet.matches(".*" + INITIATION));
        assertThat(packets.get(packets.size() - 1)).containsPattern(RESPONSE);
    }
}
