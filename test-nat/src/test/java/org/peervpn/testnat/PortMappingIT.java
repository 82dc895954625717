package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Ports opened at a real router, which gives datagrams other ports than those that it opens. */
@ExtendWith(LabExtension.class)
class PortMappingIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** A router is asked every 30 s whether it has forgotten us. */
    private static final Duration REBOOT_PATIENCE = Duration.ofSeconds(100);

    private static Scenery scenery(Lab lab) {
        return Scenery.build(
                lab,
                SitePlan.of("exit", NatType.PORT_RESTRICTED).with(SiteFeature.RANDOM_PORT),
                SitePlan.of("client", NatType.SYMMETRIC));
    }

    @Test
    void byPcp(Lab lab) {
        Scenery scenery = scenery(lab);
        Miniupnpd router = Miniupnpd.start(scenery.exitSite());

        opensThePortAndClosesItAgain(scenery, router, "PCP", "PCP");
    }

    @Test
    void theNatTestTellsHowAPortCouldBeOpenedAndOpensNone(Lab lab) {
        Scenery scenery = scenery(lab);
        Miniupnpd router = Miniupnpd.start(scenery.exitSite());

        assertThat(routerIn(scenery.exit().natTest())).isEqualTo("PCP NAT_PMP UPNP_IGD, cgn false");
        assertThat(router.mapsAny()).isFalse();
    }

    @Test
    void byNatPmp(Lab lab) {
        Scenery scenery = scenery(lab);
        Miniupnpd router = Miniupnpd.startNatPmp(scenery.exitSite());

        opensThePortAndClosesItAgain(scenery, router, "NAT_PMP", "NAT-PMP");
    }

    @Test
    void byUpnp(Lab lab) {
        Scenery scenery = scenery(lab);
        Miniupnpd router = Miniupnpd.startUpnp(scenery.exitSite());

        opensThePortAndClosesItAgain(scenery, router, "UPNP_IGD", "UPnP-IGD");
    }

    private static void opensThePortAndClosesItAgain(
            Scenery scenery, Miniupnpd router, String protocol, String protocolText) {
        String endpoint = scenery.exitSite().publicAddress() + ":" + Peervpn.PORT;
        Peervpn exit = scenery.exit();
        exit.startReady("--exit");
        exit.node().awaitLine("^Port mapping: " + endpoint + " by " + protocolText + "$", PATIENCE);
        exit.node().awaitLine("^Connect with: .*@" + endpoint + "$", PATIENCE);
        JsonNode mapping = exit.status().path("portMapping");
        assertThat(mapping.path("protocol").asText()).isEqualTo(protocol);
        assertThat(mapping.path("endpoint").asText()).isEqualTo(endpoint);
        assertThat(mapping.path("usable").asBoolean()).isTrue();
        assertThat(mapping.path("expiresSeconds").asLong()).isBetween(7_000L, 7_200L);
        assertThat(router.maps(Peervpn.PORT)).isTrue();
        assertThat(exit.line()).endsWith("@" + endpoint);

        scenery.client().startReady("--connect=" + exit.line());
        assertThat(scenery.seenByWebOverIpv4(scenery.client().host()))
                .isEqualTo(scenery.exitSite().publicAddress());

        assertThat(exit.end("TERM")).isZero();
        assertThat(router.maps(Peervpn.PORT)).isFalse();
    }

    @Test
    void aRouterThatHasForgottenTheMappingIsAskedAgain(Lab lab) {
        Scenery scenery = scenery(lab);
        Miniupnpd router = Miniupnpd.start(scenery.exitSite());
        // By its clock alone, which begins with it, a reboot in the first seconds of a router's life cannot be told.
        router.awaitAge(Duration.ofSeconds(40));
        scenery.exit().startReady("--exit");
        scenery.exit().node().awaitLine("^Port mapping: ", PATIENCE);
        Awaitility.await().atMost(PATIENCE).until(() -> router.maps(Peervpn.PORT));

        router.reboot();
        assertThat(router.maps(Peervpn.PORT)).isFalse();

        Awaitility.await().atMost(REBOOT_PATIENCE).until(() -> router.maps(Peervpn.PORT));
    }

    @Test
    void whatTheRouterSaysIsComparedWithWhatStunServersSee(Lab lab) {
        Scenery scenery = scenery(lab);
        Miniupnpd.startBelieving(scenery.exitSite(), Lab.NET + ".99");
        Peervpn exit = scenery.exit();

        exit.startReady("--exit");
        exit.node().awaitLine("^Port mapping: .*, of no use: another NAT stands behind the router$", PATIENCE);

        assertThat(exit.status().path("portMapping").path("usable").asBoolean()).isFalse();
        assertThat(exit.line()).contains("@" + scenery.exitSite().publicAddress() + ":");
        assertThat(routerIn(exit.natTest())).isEqualTo("PCP NAT_PMP UPNP_IGD, cgn true");
    }

    @Test
    void behindACarriersNatNoPortIsSaidToBeOpen(Lab lab) {
        Scenery scenery = Scenery.build(
                lab,
                SitePlan.of("exit", NatType.PORT_RESTRICTED).behind(NatType.PORT_RESTRICTED),
                SitePlan.of("client", NatType.PUBLIC));
        Miniupnpd router = Miniupnpd.start(scenery.exitSite());
        Peervpn exit = scenery.exit();

        exit.startReady("--exit");
        exit.line(); // by now STUN has answered, and the router, which is nearer

        assertThat(exit.status().path("portMapping").isNull()).isTrue();
        assertThat(router.maps(Peervpn.PORT)).isFalse();
        // This router tells nobody an address that is not public.
        assertThat(routerIn(exit.natTest())).isEqualTo("PCP NAT_PMP UPNP_IGD, cgn null");
    }

    @Test
    void nothingIsAskedOfTheRouterIfTheOperatorDoesNotWantIt(Lab lab) {
        Scenery scenery = scenery(lab);
        Miniupnpd router = Miniupnpd.start(scenery.exitSite());
        Peervpn exit = scenery.exit();

        exit.startReady("--exit", "--no-port-mapping");
        exit.line(); // by now STUN has answered

        assertThat(router.maps(Peervpn.PORT)).isFalse();
        assertThat(exit.status().path("portMapping").isNull()).isTrue();
        assertThat(exit.natTest().path("portMapping").isNull()).isTrue();
    }

    private static String routerIn(JsonNode report) {
        return String.join(" ", Peervpn.texts(report.path("portMapping"))) + ", cgn " + report.path("cgn");
    }
}
