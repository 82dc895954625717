package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What befalls the networks around two nodes: uplinks that go, come, move and change; names and servers that do. */
@ExtendWith(LabExtension.class)
class UplinkFaultsIT {
    private static final SitePlan EXIT = SitePlan.of("exit", NatType.PUBLIC).with(SiteFeature.IPV6);
    private static final SitePlan CLIENT =
            SitePlan.of("client", NatType.PORT_RESTRICTED).with(SiteFeature.IPV6);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void clientOutlivesEveryChangeOfItsUplink(Lab lab) {
        Scenery scenery = Scenery.build(lab, EXIT, CLIENT);
        Host client = scenery.client().host();
        String lan = client.ipv4().replaceFirst("\\d+$", "");
        String lan6 = client.ipv6().replaceFirst("2$", "");
        Host router = scenery.clientSite().router();
        router.ip("address add " + lan + "254/24 dev lan");
        lab.wire(client, "eth1", router, "h9");
        router.ip("link set h9 master lan");
        client.ip("link set eth1 down");
        scenery.connect();

        client.ip("link set eth0 down");
        assertThat(client.pings(scenery.web().ipv4())).isFalse();
        client.ip(
                "link set eth0 up",
                "route add default via " + lan + "1 dev eth0",
                "address add " + lan6 + "2/64 dev eth0 nodad",
                "route add default via " + lan6 + "1 dev eth0");
        flows(scenery, "the uplink goes down and comes up again");

        client.ip("route replace default via " + lan + "254 dev eth0");
        flows(scenery, "the default route has another gateway");

        client.readdress(lan + "2", lan + "77", lan + "1");
        flows(scenery, "the uplink has another address");

        client.ip(
                "link set eth0 down",
                "link set eth0 name wan0",
                "link set wan0 up",
                "route add default via " + lan + "1 dev wan0");
        flows(scenery, "the uplink is renamed");
        new Fault("the uplink is renamed, what bypasses the tunnel")
                .comesTo("the LAN is reachable by its new name", () -> client.pings(lan + "1"));

        client.ip(
                "link set wan0 down",
                "link set eth1 up",
                "address add " + lan + "88/24 dev eth1",
                "route add default via " + lan + "1 dev eth1");
        flows(scenery, "the default route has another interface");
        try (Sniffer leaks = Sniffer.start(
                client,
                "eth1",
                "host " + scenery.web().ipv4() + " or host " + scenery.web().ipv6())) {
            for (String address : List.of(scenery.web().ipv4(), scenery.web().ipv6())) {
                client.exec("ping", "-n", "-c", "1", "-W", "1", address);
                client.exec("ping", "-n", "-c", "1", "-W", "1", "-I", "eth1", address);
            }
            assertThat(leaks.packets())
                    .as("around the tunnel by the new interface")
                    .isEmpty();
        }
        assertThat(scenery.client().node().errors())
                .as("said about all this")
                .noneMatch(line -> line.contains("ERROR"));
        assertThat(scenery.client().end("TERM")).isZero();
        assertThat(FaultsIT.journals(client)).isEmpty();
    }

    /**
     * What runs through the exit outlives the client's move; what runs between the two also outlives the exit's. (To the
     * rest of the world an exit that moves is another one.)
     */
    @Test
    void connectionsLiveOnWhileEitherEndRoams(Lab lab) {
        Scenery scenery = Scenery.build(
                // Through a NAT that filters by address nobody is heard from a new one. By IPv6 they would not meet at
                // the addresses that change here.
                lab, SitePlan.of("exit", NatType.PUBLIC), SitePlan.of("client", NatType.FULL_CONE));
        scenery.connect();
        Host client = scenery.client().host();
        Host exit = scenery.exit().host();
        String lan = client.ipv4().replaceFirst("\\d+$", "");
        String overlay = scenery.exit().addresses().get(0);

        RunningProcess outside =
                Iperf.stream(client, scenery.web(), scenery.web().ipv4(), 8);
        client.readdress(lan + "2", lan + "77", lan + "1");
        flows(scenery, "the client roams under load");
        assertThat(outside.awaitExit(PATIENCE)).as(outside.toString()).isZero();

        String moved = Lab.NET + ".99";
        RunningProcess between = Iperf.stream(client, exit, overlay, 15);
        exit.readdress(exit.ipv4(), moved, Lab.STUN_ADDRESS);
        new Fault("the exit's address changes under load")
                .comesTo(
                        "the client follows, a connection to the exit lives",
                        () -> path(scenery).startsWith(moved) && client.pings(overlay));
        assertThat(between.awaitExit(PATIENCE)).as(between.toString()).isZero();
        assertThat(scenery.client().node().output()).noneMatch(line -> line.contains("is gone"));
    }

    @Test
    void nameIsLookedUpAnewWhenItsAddressIsSilent(Lab lab) throws IOException {
        Scenery scenery = Scenery.build(lab, EXIT, CLIENT);
        Host exit = scenery.exit().host();
        Host client = scenery.client().host();
        exit.sysctl("net.ipv6.conf.eth0.disable_ipv6=1"); // by which it would be found without its name
        RunningProcess names = Dnsmasq.serveNames(lab.inet(), Lab.OTHER_STUN_ADDRESS, Map.of("exit.test", exit.ipv4()));
        Files.writeString(client.etc("resolv.conf"), "nameserver " + Lab.OTHER_STUN_ADDRESS + "\n");
        scenery.exit().startReady("--exit", "--endpoint=exit.test:51820");
        scenery.client().startReady("--connect=" + scenery.exit().line());
        assertThat(client.pings(scenery.web().ipv4())).isTrue();

        scenery.exit().end("KILL");
        String moved = Lab.NET + ".99";
        exit.readdress(exit.ipv4(), moved, Lab.STUN_ADDRESS);
        names.stop();
        Dnsmasq.serveNames(lab.inet(), Lab.OTHER_STUN_ADDRESS, Map.of("exit.test", moved));
        scenery.exit().startReady("--exit", "--endpoint=exit.test:51820");

        new Fault("the exit restarts at another address, to which its name now leads")
                .comesTo("the client finds it", () -> client.pings(scenery.web().ipv4()));
        assertThat(path(scenery)).startsWith(moved);
    }

    /** The exit remembers its clients and calls them. */
    @Test
    void exitIsRestartedUnderLoad(Lab lab) {
        Scenery scenery = Scenery.build(lab, EXIT, CLIENT);
        scenery.connect();
        Host client = scenery.client().host();
        RunningProcess stream =
                Iperf.stream(client, scenery.web(), scenery.web().ipv4(), 60);
        scenery.exit().end("KILL");
        scenery.exit().startReady("--exit");

        new Fault("the exit is killed and started again under load; since it is ready")
                .comesTo("traffic flows again", () -> client.pings(scenery.web().ipv4()));
        assertThat(stream.isAlive()).as(stream.toString()).isTrue();
    }

    @Test
    void nodesDoWithoutStunServersForAWhile(Lab lab) {
        Scenery scenery = Scenery.build(lab, EXIT, CLIENT);
        scenery.stun().stop();
        scenery.exit().start("--exit");
        scenery.exit().awaitReady();
        String line = scenery.exit().publicKey() + "@" + scenery.exit().host().ipv4() + ":" + Peervpn.PORT;
        Fault gone = new Fault("no STUN server answers at the start of either node");
        scenery.client().startReady("--connect=" + line);
        assertThat(scenery.client().host().pings(scenery.web().ipv4())).isTrue();
        gone.hasCome("they connect all the same");

        Fault back = new Fault("the STUN servers are back");
        Coturn.start(lab);
        scenery.exit()
                .node()
                .awaitLine("^Public endpoint: .*" + scenery.exit().host().ipv4(), PATIENCE);
        back.hasCome("the public endpoint is told");
    }

    /** With two addresses of each family, of which the kernel would choose the first for an answer. */
    @Test
    void answersLeaveFromTheAddressThatWasAsked(Lab lab) {
        Scenery scenery =
                Scenery.build(lab, EXIT, SitePlan.of("client", NatType.PUBLIC).with(SiteFeature.IPV6));
        Host exit = scenery.exit().host();
        String second = Lab.NET + ".99";
        String second6 = "2001:db8::99";
        exit.ip(
                "address add " + second + "/24 dev eth0",
                "address add " + second6 + "/64 dev eth0 nodad preferred_lft 0");
        scenery.exit().startReady("--exit");
        for (String asked : List.of(second + ":51820", "[" + second6 + "]:51820")) {
            Fault fault = new Fault("a client calls the second address of the exit's uplink, " + asked);
            Host client = scenery.client().host();
            String answers = "udp src port " + Peervpn.PORT + " and (dst host " + client.ipv4() + " or dst host "
                    + client.ipv6() + ")";
            try (Sniffer uplink = Sniffer.start(client, "eth0", answers)) {
                scenery.client().startReady("--connect=" + scenery.exit().publicKey() + "@" + asked);
                assertThat(scenery.client().host().pings(scenery.web().ipv4())).isTrue();
                String source = asked.startsWith("[") ? second6 : second;
                assertThat(uplink.packets()) // what answers a handshake; checks were asked at other addresses, too
                        .filteredOn(packet -> packet.endsWith(" length 92"))
                        .isNotEmpty()
                        .allMatch(packet -> packet.contains(" " + source + "." + Peervpn.PORT + " > "));
            }
            assertThat(scenery.client().end("TERM")).isZero();
            fault.hasCome("every answer comes from there");
        }
    }

    private static void flows(Scenery scenery, String fault) {
        new Fault(fault)
                .comesTo(
                        "traffic flows through the exit",
                        () -> scenery.client().host().pings(scenery.web().ipv4()));
        assertThat(scenery.seenByWebOverIpv4(scenery.client().host()))
                .isEqualTo(scenery.exitSite().publicAddress());
    }

    private static String path(Scenery scenery) {
        return scenery.client()
                .peer(scenery.exit().publicKey())
                .path("path")
                .path("endpoint")
                .asText();
    }
}
