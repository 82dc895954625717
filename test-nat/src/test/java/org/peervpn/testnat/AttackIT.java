package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A neighbour in the client's network attacks a client whose traffic goes through an exit. */
@ExtendWith(LabExtension.class)
class AttackIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String ROGUE_PREFIX = "2001:db8:66::";

    private static Scenery scenery(Lab lab, SiteFeature... features) {
        SitePlan client = SitePlan.of("client", NatType.PORT_RESTRICTED)
                .with(SiteFeature.IPV6)
                .withHosts(2);
        for (SiteFeature feature : features) {
            client = client.with(feature);
        }
        Scenery scenery = Scenery.build(lab, SitePlan.of("exit", NatType.PUBLIC).with(SiteFeature.IPV6), client);
        scenery.connect();
        return scenery;
    }

    private static Host neighbour(Scenery scenery) {
        return scenery.clientSite().hosts().get(1);
    }

    /** It says that it is the router, and that its prefix is local. */
    @Test
    void rogueRouterAdvertisementsLeadNothingAroundTheTunnel(Lab lab) {
        Scenery scenery = scenery(lab, SiteFeature.ROUTER_ADVERTISEMENTS);
        Host client = scenery.client().host();
        Host rogue = neighbour(scenery);
        rogue.ip("address add " + ROGUE_PREFIX + "1/64 dev eth0 nodad");

        try (Sniffer leaks = LeakIT.sniffer(scenery)) {
            Dnsmasq.advertise(rogue, "eth0", ROGUE_PREFIX);
            Awaitility.await()
                    .atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(client.output("ip", "-6", "route", "show"))
                            .contains(ROGUE_PREFIX + "/64"));
            LeakIT.tryToLeak(scenery);

            assertThat(leaks.packets()).isEmpty();
            assertThat(scenery.seenByWebOverIpv6(client))
                    .isEqualTo(scenery.seenByWebOverIpv6(scenery.exit().host()));
        }
    }

    /**
     * All that the client sends to its gateway comes to the neighbour: it sees the tunnel's datagrams and the node's own
     * questions, and no others.
     */
    @Test
    void whoPosesAsTheGatewaySeesTheTunnelOnly(Lab lab) {
        Scenery scenery = scenery(lab);
        Host client = scenery.client().host();
        Host spoofer = neighbour(scenery);
        String gateway = client.ipv4().replaceFirst("\\d+$", "1");
        String toTheExit = "udp and dst host " + scenery.exitSite().publicAddress() + " and dst port " + Peervpn.PORT;
        String toStun = "udp and (dst host " + Lab.STUN_ADDRESS + " or dst host " + Lab.OTHER_STUN_ADDRESS + ")";
        String mac = spoofer.output("ip", "-o", "link", "show", "dev", "eth0")
                .replaceFirst("(?s).*link/ether ([0-9a-f:]+).*", "$1");

        try (Sniffer seen = Sniffer.start(spoofer, "eth0", toTheExit);
                Sniffer inClear = Sniffer.startForAllBut(
                        spoofer,
                        "eth0",
                        "(" + toTheExit + ") or (" + toStun + ") or " + LeakIT.PORT_MAPPING + " or " + LeakIT.LAN_BEACON
                                + " or not src host " + client.ipv4())) {
            client.ip("neighbour replace " + gateway + " lladdr " + mac + " dev eth0 nud permanent");
            LeakIT.tryToLeak(scenery);

            seen.awaitPacket("UDP", PATIENCE);
            assertThat(inClear.packets()).isEmpty();
        }
    }

    /** CVE-2019-14899: answers to packets from outside would tell which overlay address is whose, and more. */
    @Test
    void packetsForOverlayAddressesFromTheLocalNetworkAreNotAnswered(Lab lab) {
        Scenery scenery = scenery(lab);
        Host client = scenery.client().host();
        Host attacker = neighbour(scenery);
        for (String address : scenery.client().addresses()) {
            String via = address.contains(":") ? client.ipv6() : client.ipv4();
            attacker.ip("route add " + address + " via " + via + " dev eth0");

            assertThat(attacker.pings(address)).as("ping " + address).isFalse();
            String url = "http://" + (address.contains(":") ? "[" + address + "]" : address) + ":9/";
            CommandResult connection = Scenery.fetch(attacker, url, "--max-time", "2");
            assertThat(connection.exitCode())
                    .as("silence (curl: 28), not a refusal (7): " + connection)
                    .isEqualTo(28);
        }
        assertThat(attacker.pings(client.ipv4())).as("the host itself answers").isTrue();
    }

    /** The exit takes from a peer only what bears the peer's own address, and passes on nothing else. */
    @Test
    void aPeerCannotSendAsSomebodyElse(Lab lab) {
        Scenery scenery = scenery(lab);
        Host client = scenery.client().host();
        String foreign = "198.51.100.7";
        client.ip("address add " + foreign + "/32 dev lo");

        try (Sniffer passedOn = Sniffer.start(scenery.exit().host(), "peervpn0", "src host " + foreign)) {
            for (String target : new String[] {
                scenery.web().ipv4(), scenery.exit().addresses().get(0)
            }) {
                client.exec("ping", "-n", "-c", "2", "-W", "1", "-I", foreign, target);
            }
            Awaitility.await()
                    .atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(scenery.exit()
                                    .status()
                                    .path("drops")
                                    .path("foreign_source")
                                    .asLong())
                            .isPositive());
            assertThat(passedOn.packets()).isEmpty();
        }
    }
}
