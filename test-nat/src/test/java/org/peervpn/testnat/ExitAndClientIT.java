package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.peervpn.testnat.tool.UdpEcho;

/** An exit and its clients across the internet, behind several kinds of NAT. */
@ExtendWith(LabExtension.class)
class ExitAndClientIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int FOUR_MEGABYTES = 4_000_000;

    @ParameterizedTest
    @CsvSource({"PUBLIC, PUBLIC", "FULL_CONE, PUBLIC", "PUBLIC, PORT_RESTRICTED", "FULL_CONE, PORT_RESTRICTED"})
    void trafficLeavesByTheExit(NatType exitType, NatType clientType, Lab lab) {
        Scenery scenery = scenery(lab, exitType, clientType);

        scenery.connect();

        assertThatAllTrafficLeavesByTheExit(scenery);
    }

    @Test
    void bothBehindFilteringNatsConnectWhenTheExitAddsTheClient(Lab lab) {
        Scenery scenery = scenery(lab, NatType.PORT_RESTRICTED, NatType.PORT_RESTRICTED);
        scenery.exit().startReady("--exit");
        String clientLine = scenery.client().line();

        scenery.client().start("--connect=" + scenery.exit().line());
        scenery.exit().call("--add=" + clientLine).orThrow();

        scenery.client().awaitReady();
        assertThatAllTrafficLeavesByTheExit(scenery);
    }

    @Test
    void bothBehindFilteringNatsConnectWhenBothAreToldTo(Lab lab) {
        Scenery scenery = scenery(lab, NatType.PORT_RESTRICTED, NatType.PORT_RESTRICTED);
        String clientLine = scenery.client().line();
        String exitLine = scenery.exit().line();

        scenery.exit().start("--exit", "--connect=" + clientLine);
        scenery.client().start("--connect=" + exitLine);

        scenery.client().awaitReady();
        assertThat(scenery.seenByWebOverIpv4(scenery.client().host()))
                .isEqualTo(scenery.exitSite().publicAddress());
    }

    @Test
    void endpointMayBeAName(Lab lab) throws IOException {
        Scenery scenery = scenery(lab, NatType.PUBLIC, NatType.PORT_RESTRICTED);
        String address = scenery.exitSite().publicAddress();
        Dnsmasq.serveNames(lab.inet(), Lab.OTHER_STUN_ADDRESS, Map.of("exit.test", address));
        Files.writeString(scenery.client().host().etc("resolv.conf"), "nameserver " + Lab.OTHER_STUN_ADDRESS + "\n");
        scenery.exit().startReady("--exit");

        scenery.client().startReady("--connect=" + scenery.exit().line().replace(address, "exit.test"));

        assertThat(scenery.seenByWebOverIpv4(scenery.client().host())).isEqualTo(address);
    }

    @Test
    void exitAdmitsAClientItHasNeverHeardOf(Lab lab) {
        Scenery scenery = scenery(lab, NatType.PUBLIC, NatType.PUBLIC);

        scenery.connect();

        JsonNode peer = scenery.exit().peer(scenery.client().publicKey());
        assertThat(peer.path("admitted").asBoolean()).as(peer.toString()).isTrue();
        assertThat(peer.path("path").path("type").asText()).isEqualTo("DIRECT");
        assertThat(peer.path("rxPackets").asLong()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--workers=0", "--workers=3"})
    void twoClientsReachEachOther(String workers, Lab lab) {
        Scenery scenery = scenery(lab, NatType.PUBLIC, NatType.PORT_RESTRICTED);
        Peervpn other = Peervpn.on(
                lab.add(SitePlan.of("other", NatType.PORT_RESTRICTED)).host());
        scenery.connect(workers);

        other.startReady("--connect=" + scenery.exit().line(), workers);

        for (String address : other.addresses()) {
            assertThat(scenery.client().host().pings(address)).as(address).isTrue();
        }
        for (String address : scenery.client().addresses()) {
            assertThat(other.host().pings(address)).as(address).isTrue();
        }
        assertThat(scenery.seenByWebOverIpv4(other.host()))
                .isEqualTo(scenery.exitSite().publicAddress());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--workers=0", "--workers=2"})
    void foreignInnerSourcesAreRefused(String workers, Lab lab) {
        Scenery scenery = scenery(lab, NatType.PUBLIC, NatType.PUBLIC);
        scenery.connect(workers);
        Host stockHost = lab.add(SitePlan.of("stock", NatType.PORT_RESTRICTED)).host();
        StockClient stock = StockClient.connect(scenery.exit(), stockHost, scenery.web());
        String neighbour = ipv4(scenery.client().addresses());
        stockHost.ip("address add 10.66.0.1/32 dev lo", "address add " + neighbour + "/32 dev lo");
        long dropsBefore = drops(scenery.exit());

        try (Sniffer atWeb = Sniffer.start(scenery.web(), "eth0", "icmp")) {
            for (String source : List.of("10.66.0.1", neighbour)) {
                assertThat(stockHost
                                .exec(
                                        "ping",
                                        "-n",
                                        "-c",
                                        "2",
                                        "-W",
                                        "1",
                                        "-I",
                                        source,
                                        scenery.web().ipv4())
                                .succeeded())
                        .as("from " + source)
                        .isFalse();
            }

            assertThat(atWeb.packets()).isEmpty();
        }
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(drops(scenery.exit())).isGreaterThanOrEqualTo(dropsBefore + 4));
        assertThat(stockHost.pings(scenery.web().ipv4()))
                .as("with its own source " + stock)
                .isTrue();
    }

    private static Scenery scenery(Lab lab, NatType exitType, NatType clientType) {
        return Scenery.build(
                lab,
                SitePlan.of("exit", exitType).with(SiteFeature.IPV6),
                SitePlan.of("client", clientType).with(SiteFeature.IPV6));
    }

    static void assertThatAllTrafficLeavesByTheExit(Scenery scenery) {
        Host client = scenery.client().host();
        Host web = scenery.web();

        assertThat(scenery.seenByWebOverIpv4(client))
                .isEqualTo(scenery.exitSite().publicAddress());
        assertThat(scenery.seenByWebOverIpv6(client))
                .isEqualTo(scenery.seenByWebOverIpv6(scenery.exit().host()));
        for (String address : List.of(web.ipv4(), web.ipv6())) {
            assertThat(client.pings(address)).as("ping " + address).isTrue();
            assertThat(client.exec("ping", "-n", "-c", "3", "-i", "0.3", "-W", "2", "-s", "4000", address)
                            .succeeded())
                    .as("large ping " + address)
                    .isTrue();
            RunningProcess udp = client.startJava(UdpEcho.class, address, "1", "1200", "1472", "9000", "60000");
            assertThat(udp.awaitExit(PATIENCE)).as(udp.toString()).isZero();
            assertThat(postedComesBack(client, address)).as("TCP " + address).isTrue();
        }
        for (String address : scenery.exit().addresses()) {
            assertThat(client.pings(address)).as("the exit's " + address).isTrue();
        }
    }

    private static boolean postedComesBack(Host client, String server) {
        String url = "http://" + (server.contains(":") ? "[" + server + "]" : server) + "/";
        String file = client.directory().resolve("posted").toString();
        client.output("sh", "-c", "head -c " + FOUR_MEGABYTES + " /dev/urandom > " + file);
        Scenery.fetch(client, url, "--max-time", "15", "--data-binary", "@" + file, "--output", file + ".back")
                .orThrow();
        return client.exec("cmp", file, file + ".back").succeeded();
    }

    private static String ipv4(List<String> addresses) {
        return addresses.stream()
                .filter(address -> !address.contains(":"))
                .findFirst()
                .orElseThrow();
    }

    private static long drops(Peervpn node) {
        return StreamSupport.stream(node.status().path("drops").spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .sum();
    }
}
