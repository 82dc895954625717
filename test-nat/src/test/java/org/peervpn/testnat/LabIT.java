package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peervpn.testnat.tool.EchoServer;
import org.peervpn.testnat.tool.NatProbe;
import org.peervpn.testnat.tool.ProbeServer;
import org.peervpn.testnat.tool.UdpEcho;

/** Proves by probes that the laboratory is what it claims to be, before anything is proved with it. */
class LabIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Map<String, Site> SITES = new LinkedHashMap<>();
    private static final Map<String, RunningProcess> PROBES = new LinkedHashMap<>();

    @SuppressWarnings("NullAway.Init")
    private static Lab lab;

    @BeforeAll
    static void buildEverySiteAndProbeThemAtOnce() {
        lab = Lab.create();
        add(SitePlan.of("pub", NatType.PUBLIC).with(SiteFeature.IPV6));
        add(SitePlan.of("fw", NatType.FIREWALL).with(SiteFeature.IPV6));
        add(SitePlan.of("full", NatType.FULL_CONE).with(SiteFeature.HAIRPIN));
        add(SitePlan.of("addr", NatType.ADDRESS_RESTRICTED));
        add(SitePlan.of("port", NatType.PORT_RESTRICTED)
                .with(SiteFeature.ROUTER_ADVERTISEMENTS)
                .withHosts(2));
        add(SitePlan.of("rnd", NatType.PORT_RESTRICTED).with(SiteFeature.RANDOM_PORT, SiteFeature.HAIRPIN));
        add(SitePlan.of("frnd", NatType.FULL_CONE).with(SiteFeature.RANDOM_PORT));
        add(SitePlan.of("adm", NatType.ADDRESS_DEPENDENT));
        add(SitePlan.of("sym", NatType.SYMMETRIC));
        add(SitePlan.of("seq", NatType.SYMMETRIC_SEQ));
        add(SitePlan.of("blk", NatType.BLOCKED));
        add(SitePlan.of("cgn", NatType.PORT_RESTRICTED).behind(NatType.SYMMETRIC));
        add(SitePlan.of("cone", NatType.PORT_RESTRICTED).behind(NatType.FULL_CONE));
        add(SitePlan.of("short", NatType.PORT_RESTRICTED).withMappingLifetime(Duration.ofSeconds(2)));

        lab.inet()
                .startJava(ProbeServer.class, Lab.STUN_ADDRESS, Lab.OTHER_STUN_ADDRESS)
                .awaitLine("listening", PATIENCE);
        lab.inet()
                .startJava(EchoServer.class, Lab.STUN_ADDRESS, Lab.STUN_ADDRESS_V6)
                .awaitLine("listening", PATIENCE);
        SITES.forEach((name, site) -> PROBES.put(
                name,
                name.equals("short")
                        ? site.host().startJava(NatProbe.class, Lab.STUN_ADDRESS, Lab.OTHER_STUN_ADDRESS, "1", "4")
                        : site.host().startJava(NatProbe.class, Lab.STUN_ADDRESS, Lab.OTHER_STUN_ADDRESS)));
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    @ParameterizedTest
    @CsvSource({
        "pub,  independent,  independent,  preserved,  true",
        "fw,   address+port, independent,  preserved,  true",
        "full, independent,  independent,  preserved,  true",
        "addr, address,      independent,  preserved,  false",
        "port, address+port, independent,  preserved,  false",
        "rnd,  address+port, independent,  changed,    true",
        "frnd, independent,  independent,  changed,    false",
        "adm,  address+port, address,      changed,    false",
        "sym,  address+port, address+port, random,     false",
        "seq,  address+port, address+port, sequential, false",
        "cgn,  address+port, address+port, random,     false",
        "cone, address+port, independent,  preserved,  false"
    })
    void siteBehavesAsItsTypeSays(String name, String filtering, String mapping, String ports, String hairpin) {
        assertThat(probe(name))
                .startsWith("filtering=%s mapping=%s ports=%s hairpin=%s external=%s "
                        .formatted(
                                filtering, mapping, ports, hairpin, site(name).publicAddress()));
    }

    @Test
    void blockedSiteHasTcpButNoUdp() {
        assertThat(probe("blk")).isEqualTo("filtering=none mapping=none");
        assertThat(seenByWebServer("blk", Lab.STUN_ADDRESS))
                .isEqualTo(site("blk").publicAddress());
    }

    @Test
    void idleMappingDiesAfterItsLifetime() {
        assertThat(probe("short")).endsWith(" lives1=true lives4=false");
    }

    @Test
    void webServerSeesThePublicAddress() {
        assertThat(seenByWebServer("port", Lab.STUN_ADDRESS))
                .isEqualTo(site("port").publicAddress());
        assertThat(seenByWebServer("pub", Lab.STUN_ADDRESS_V6)).isEqualTo("2001:db8:0:0:0:0:0:101");
    }

    @Test
    void datagramsOfAllSizesComeBackThroughANat() {
        RunningProcess client =
                site("port").host().startJava(UdpEcho.class, Lab.STUN_ADDRESS, "1", "1472", "9000", "65507");

        assertThat(client.awaitExit(PATIENCE)).as(client.toString()).isZero();
    }

    @Test
    void ipv6GoesOutAndOnlyAnswersComeIn() {
        for (String name : List.of("fw", "port")) {
            Host host = site(name).host();
            assertThat(host.pings(Lab.STUN_ADDRESS_V6)).as(name + " out").isTrue();
            assertThat(lab.inet().pings(host.ipv6())).as(name + " in").isFalse();
        }
    }

    @Test
    void hostsOfOneSiteReachEachOther() {
        List<Host> hosts = site("port").hosts();

        assertThat(hosts.get(0).pings(hosts.get(1).ipv4())).isTrue();
        assertThat(hosts.get(0).pings(hosts.get(1).ipv6())).isTrue();
    }

    @Test
    void coturnTellsBothItsAddresses() {
        Coturn.start(lab);

        assertThat(lab.inet().output("ss", "-Hlun"))
                .contains(Lab.STUN_ADDRESS + ":3478", Lab.OTHER_STUN_ADDRESS + ":3479");
    }

    @Test
    void wireGuardGoPeersPingEachOther() {
        Site one = site("full");
        Site other = site("pub");
        WireGuardGo left = WireGuardGo.start(one.host(), "wg0", 51820);
        WireGuardGo right = WireGuardGo.start(other.host(), "wg0", 51820);
        left.addAddress("10.9.0.1/24");
        right.addAddress("10.9.0.2/24");
        right.addPeer(left.publicKey(), "", "10.9.0.1/32");

        left.addPeer(right.publicKey(), other.publicAddress() + ":51820", "10.9.0.2/32");

        left.awaitHandshake(PATIENCE);
        assertThat(one.host().pings("10.9.0.2")).isTrue();
        double rate = Iperf.gigabitsPerSecond(one.host(), other.host(), "10.9.0.2", Duration.ofSeconds(1));
        assertThat(rate).isPositive();
    }

    @Test
    void namesAreResolvedByTheHostsOwnResolver() throws IOException {
        Dnsmasq.serveNames(lab.inet(), Lab.OTHER_STUN_ADDRESS, Map.of("web.test", Lab.STUN_ADDRESS));
        Host host = site("addr").host();

        Files.writeString(host.etc("resolv.conf"), "nameserver " + Lab.OTHER_STUN_ADDRESS + "\n");

        assertThat(host.output("getent", "ahostsv4", "web.test")).startsWith(Lab.STUN_ADDRESS);
    }

    @Test
    void snifferSeesWhatIsNotExpected() {
        Host host = site("pub").host();
        try (Sniffer sniffer = Sniffer.startForAllBut(host, "eth0", "udp port " + EchoServer.UDP_PORT)) {
            RunningProcess expected = host.startJava(UdpEcho.class, Lab.STUN_ADDRESS, "100");
            assertThat(expected.awaitExit(PATIENCE)).isZero();
            assertThat(sniffer.packets()).isEmpty();

            assertThat(host.pings(Lab.OTHER_STUN_ADDRESS)).isTrue();

            assertThat(sniffer.awaitPacket("ICMP echo request", PATIENCE)).contains(Lab.OTHER_STUN_ADDRESS);
        }
    }

    @Test
    void stateShowsChangesAndThatTheyAreUndone() {
        Host host = site("port").host();
        MachineState before = host.state();
        host.ip("rule add priority 7 lookup 7", "route add 203.0.113.0/24 via 192.168.5.1 table 7");
        host.nft("table inet made { }\n");
        host.sysctl("net.ipv4.ip_forward=1");

        assertThat(host.state().differencesFrom(before))
                .contains(
                        "ip rule: + 7:\tfrom all lookup 7",
                        "ip route: + 203.0.113.0/24 via 192.168.5.1 dev eth0 table 7",
                        "nft: + table inet made {",
                        "sysctl: + net.ipv4.ip_forward = 1");

        host.sysctl("net.ipv4.ip_forward=0");
        host.nft("delete table inet made\n");
        host.ip("route del 203.0.113.0/24 table 7", "rule del priority 7");
        assertThat(host.state().differencesFrom(before)).isEmpty();
    }

    @Test
    void hostsKeepTheStateOfProgramsApart() {
        List<Host> hosts = site("port").hosts();
        assertThat(hosts.get(1).output("hostname")).isEqualTo("port.2");

        hosts.get(0).output("touch", "/var/lib/peervpn/mine");

        assertThat(hosts.get(0).output("ls", "/var/lib/peervpn")).isEqualTo("mine");
        assertThat(hosts.get(1).output("ls", "/var/lib/peervpn")).isEmpty();
    }

    @Test
    void closeLeavesNothingBehind() {
        Lab other = Lab.create();
        Host host = other.add(SitePlan.of("home", NatType.FULL_CONE)).host();
        RunningProcess polite = host.start("sleep", "600");
        RunningProcess stubborn = host.start("sh", "-c", "trap '' TERM; echo here; while :; do sleep 600; done");
        stubborn.awaitLine("here", PATIENCE);
        LabTraces traces = other.traces();
        assertThat(traces.namespaces()).hasSize(3);

        other.close();

        assertThat(polite.isAlive()).isFalse();
        assertThat(stubborn.isAlive()).isFalse();
        assertThat(traces.namespaces()).isEmpty();
        assertThat(traces.directory()).doesNotExist();
        assertThat(traces.etc("home")).doesNotExist();
    }

    @Test
    void killedRunIsRemovedByTheNextOne() throws IOException {
        RunningProcess run = RunningProcess.start(
                "abandoned laboratory",
                List.of(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AbandonedLab.class.getName()),
                line -> {});
        String id = run.awaitLine("^pv", PATIENCE);
        run.signal("KILL");
        run.awaitExit(PATIENCE);
        assertThat(Path.of("/run/peervpn-lab", id)).exists();

        Lab.create().close();

        assertThat(Path.of("/run/peervpn-lab", id)).doesNotExist();
        assertThat(lab.inet().exec("ip", "netns", "list").output()).doesNotContain(id);
    }

    @Test
    void interruptedRunRemovesItself() {
        RunningProcess run = RunningProcess.start(
                "abandoned laboratory",
                List.of(
                        "env",
                        "--default-signal=INT",
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AbandonedLab.class.getName()),
                line -> {});
        String id = run.awaitLine("^pv", PATIENCE);

        run.signal("INT");

        Awaitility.await().atMost(PATIENCE).until(() -> !run.isAlive());
        assertThat(Path.of("/run/peervpn-lab", id)).doesNotExist();
    }

    @Test
    void processThatEndsEarlyIsReportedWithItsOutput() {
        RunningProcess process = lab.inet().start("sh", "-c", "echo out of luck >&2; exit 3");

        assertThatThrownBy(() -> process.awaitLine("Ready", PATIENCE))
                .isInstanceOf(LabException.class)
                .hasMessageContaining("out of luck")
                .hasMessageContaining("exit code 3");
    }

    private static void add(SitePlan plan) {
        SITES.put(plan.name(), lab.add(plan));
    }

    private static Site site(String name) {
        return Objects.requireNonNull(SITES.get(name));
    }

    private static String probe(String name) {
        return Objects.requireNonNull(PROBES.get(name)).awaitLine("filtering=", PATIENCE);
    }

    private static String seenByWebServer(String name, String server) {
        String host = server.contains(":") ? "[" + server + "]" : server;
        return site(name).host().output("curl", "--silent", "--show-error", "--max-time", "5", "http://" + host + "/");
    }
}
