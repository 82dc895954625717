package org.peervpn.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.peervpn.routing.MachineFacts.ForeignRoute;
import org.peervpn.routing.MachineFacts.OnLink;
import org.peervpn.routing.Operation.NftTable;
import org.peervpn.routing.Operation.Sysctl;
import org.peervpn.routing.RouterConfig.ExitUse;

class LinuxPlanTest {

    private static final RouterSetup SETUP = new RouterSetup("peervpn0", Path.of("/h"), Path.of("/s"));
    private static final List<Cidr> ALL = cidrs("0.0.0.0/0", "::/0");
    private static final Map<String, Integer> SYSCTLS = Map.of(
            "net/ipv4/ip_forward", 0,
            "net/ipv6/conf/all/forwarding", 0,
            "net/ipv4/conf/eth0/forwarding", 0,
            "net/ipv6/conf/eth0/forwarding", 0,
            "net/ipv6/conf/eth0/accept_ra", 1);

    @Test
    void meshRoutesPeersAndNothingElse() {
        assertThat(text(plan(machine("192.168.7.2/24"), mesh()))).isEqualTo("""
                link set dev peervpn0 mtu 1420 up
                address replace 100.64.0.1/32 dev peervpn0
                address replace fd70::1/128 dev peervpn0 nodad noprefixroute
                route replace 100.64.0.2/32 dev peervpn0 table 1885684270 protocol 112
                route replace 10.9.0.0/16 dev peervpn0 table 1885684270 protocol 112
                route replace fd70::2/128 dev peervpn0 table 1885684270 protocol 112
                nft peervpn_peervpn0
                rule add not fwmark 0x70650000/0xffff0000 priority 20942 lookup 1885684270 protocol 112
                rule add not fwmark 0x70650000/0xffff0000 priority 20942 lookup 1885684270 protocol 112
                """);
    }

    @Test
    void firewallStandsBeforeTrafficIsSwitched() {
        String text = text(plan(machine("192.168.7.2/24"), client(ALL, List.of())));

        assertThat(text.lines().toList())
                .containsSubsequence(
                        "sysctl net/ipv4/conf/all/src_valid_mark=1",
                        "nft peervpn_peervpn0",
                        "rule add not fwmark 0x70650000/0xffff0000 priority 24942 lookup 1885749806 protocol 112");
        assertThat(text.lines().filter(line -> line.contains("priority 24942")))
                .as("both families")
                .hasSize(2);
    }

    @Test
    void onlyPrivateOnLinkPrefixesAndExcludesBypass() {
        MachineFacts machine = machine(
                "192.168.7.2/24",
                "172.17.0.1/16",
                "169.254.3.4/16",
                "fd00:5::2/64",
                "fe80::5/64", // may
                "198.51.100.2/24",
                "100.65.0.1/10",
                "2001:db8::2/64",
                "10.0.0.1/7",
                "0.0.0.5/1",
                "fc00::1/6"); // may not

        assertThat(exitRoutes(machine, client(ALL, cidrs("203.0.113.0/24"))))
                .containsExactlyInAnyOrder(
                        "throw 203.0.113.0/24",
                        "throw 192.168.7.0/24",
                        "throw 172.17.0.0/16",
                        "throw 169.254.0.0/16",
                        "throw fd00:5::/64",
                        "throw fe80::/10",
                        "throw 224.0.0.0/24",
                        "throw 239.255.0.0/16",
                        "0.0.0.0/0 dev peervpn0",
                        "::/0 dev peervpn0");
    }

    @Test
    void operatorsWordBeatsTheNetworks() {
        RouterConfig wanted = client(cidrs("0.0.0.0/0", "192.168.7.0/24", "10.0.0.0/8"), cidrs("10.0.0.0/8"));

        assertThat(exitRoutes(machine("192.168.7.2/24"), wanted))
                .containsExactlyInAnyOrder(
                        "throw 224.0.0.0/24",
                        "throw 239.255.0.0/16",
                        "throw 10.0.0.0/8",
                        "192.168.7.0/24 dev peervpn0",
                        "0.0.0.0/0 dev peervpn0");
    }

    @Test
    void routersAreHeardBeforeForwardingIsOn() {
        assertThat(sysctls(plan(machine("192.168.7.2/24"), exit())))
                .containsExactly(
                        "net/ipv6/conf/eth0/accept_ra=2", "net/ipv4/ip_forward=1", "net/ipv6/conf/all/forwarding=1");
    }

    @Test
    void uplinkThatDoesNotForwardIsMadeTo() {
        MachineFacts machine = new MachineFacts(
                true,
                List.of(),
                List.of(),
                Set.of(),
                Set.of("eth0"),
                Map.of(
                        "net/ipv4/ip_forward", 1,
                        "net/ipv4/conf/eth0/forwarding", 0,
                        "net/ipv4/conf/peervpn0/forwarding", 0,
                        "net/ipv6/conf/all/forwarding", 1,
                        "net/ipv6/conf/eth0/forwarding", 1,
                        "net/ipv6/conf/eth0/accept_ra", 1));

        assertThat(sysctls(plan(machine, exit())))
                .containsExactly(
                        "net/ipv4/ip_forward=1", "net/ipv6/conf/all/forwarding=1",
                        "net/ipv4/conf/eth0/forwarding=1", "net/ipv4/conf/peervpn0/forwarding=1");
    }

    @Test
    void kernelWithoutIpv6IsAskedForNone() {
        MachineFacts machine = new MachineFacts(false, List.of(), List.of(), Set.of(), Set.of(), Map.of());

        assertThat(text(plan(
                        machine,
                        new RouterConfig(1420, mesh().addresses(), mesh().peers(), true, new ExitUse(ALL, List.of())))))
                .doesNotContain("fd70", "::/0", "net/ipv6")
                .containsOnlyOnce("priority 24942");
    }

    @Test
    void conflictsAreSaid() {
        MachineFacts machine = new MachineFacts(
                true,
                List.of(onLink("eth0", "100.64.0.9/10"), onLink("eth1", "10.9.1.1/24")),
                List.of(
                        new ForeignRoute("wg0", Cidr.parse("100.64.0.0/16")),
                        new ForeignRoute("eth0", Cidr.parse("0.0.0.0/0")),
                        new ForeignRoute("eth0", Cidr.parse("0.0.0.0/1")),
                        new ForeignRoute("eth0", Cidr.parse("fc00::/7"))),
                Set.of(),
                Set.of(),
                Map.of());

        assertThat(plan(machine, mesh()).warnings())
                .containsExactly(
                        "10.9.1.0/24 of eth1 overlaps with 10.9.0.0/16 of the overlay, which wins",
                        "100.64.0.0/10 of eth0 overlaps with 100.64.0.1/32 of the overlay, which wins",
                        "100.64.0.0/16 of wg0 overlaps with 100.64.0.1/32 of the overlay, which wins",
                        "eth0 has the address 100.64.0.9, in the range of the overlay's addresses:"
                                + " if peers cannot be reached, use --overlay on all nodes");
    }

    @Test
    void guardDecidesAsTheRoutingTablesDo() {
        String text = firewall(plan(
                machine("192.168.7.2/24", "10.1.0.1/16"),
                client(cidrs("0.0.0.0/0", "10.1.2.0/24"), cidrs("10.0.0.0/8"))));

        assertThat(text.substring(text.indexOf("chain guard {"), text.indexOf("chain leaving")))
                .isEqualTo("""
                chain guard {
                ip daddr 255.255.255.255 accept
                ip6 daddr { fe80::/10, ff02::/16 } accept
                ip daddr { 10.9.0.0/16, 100.64.0.2/32 } goto refuse
                ip6 daddr { fd70::2/128 } goto refuse
                ip daddr { 10.1.2.0/24 } goto refuse
                oifname { "eth0" } ip daddr { 192.168.7.0/24 } accept
                ip daddr { 224.0.0.0/24 } accept
                oifname { "eth0" } ip daddr { 10.1.0.0/16 } accept
                ip daddr { 239.255.0.0/16 } accept
                ip daddr { 10.0.0.0/8 } accept
                meta nfproto ipv4 goto refuse
                }
                """);
    }

    @Test
    void exitSpeaksOnlyForWhatGoesThroughIt() {
        String text = firewall(
                plan(machine("192.168.7.2/24"), client(cidrs("0.0.0.0/0", "10.1.2.0/24"), cidrs("10.0.0.0/8"))));

        assertThat(text.substring(text.indexOf("chain foreign_sources {"), text.indexOf("set kept4")))
                .isEqualTo("""
                chain foreign_sources {
                type filter hook prerouting priority mangle; policy accept;
                iifname != "peervpn0" return
                meta l4proto { icmp, ipv6-icmp } ct state related return
                ip saddr { 10.9.0.0/16, 100.64.0.2/32 } return
                ip6 saddr { fd70::2/128 } return
                ip saddr { 10.1.2.0/24 } return
                ip saddr { 192.168.7.0/24 } drop
                ip saddr { 224.0.0.0/24 } drop
                ip saddr { 239.255.0.0/16 } drop
                ip saddr { 10.0.0.0/8 } drop
                meta nfproto ipv4 return
                }
                """);
    }

    @Test
    void otherNodesOfThisMachineAreLeftAlone() {
        MachineFacts machine = new MachineFacts(true, List.of(), List.of(), Set.of("vpn1"), Set.of(), Map.of());
        RouterSetup other = new RouterSetup("vpn1", SETUP.home(), SETUP.stateDirectory());

        assertThat(firewall(plan(machine, client(ALL, List.of()))))
                .contains("oifname { \"lo\", \"peervpn0\", \"vpn1\" } return");
        assertThat(other.peersTable()).isNotEqualTo(SETUP.peersTable());
        assertThat(other.mark()).isNotEqualTo(SETUP.mark()).isNotZero();
        assertThat(other.peersPriority()).as("before our exit").isLessThan(SETUP.exitPriority());
    }

    private static LinuxPlan plan(MachineFacts machine, RouterConfig wanted) {
        return LinuxPlan.of(SETUP, machine, Sessions.NONE, wanted);
    }

    private static String text(LinuxPlan plan) {
        return plan.operations().stream()
                .map(operation -> {
                    if (operation instanceof Sysctl sysctl) {
                        return "sysctl " + sysctl.path() + "=" + sysctl.value() + "\n";
                    }
                    return IpBatch.isIp(operation) ? IpBatch.perform(List.of(operation)) : operation.key() + "\n";
                })
                .collect(Collectors.joining());
    }

    private static List<String> exitRoutes(MachineFacts machine, RouterConfig wanted) {
        String table = " table " + SETUP.exitTable();
        return text(plan(machine, wanted))
                .lines()
                .filter(line -> line.startsWith("route replace ") && line.contains(table))
                .map(line -> line.substring("route replace ".length(), line.indexOf(table)))
                .toList();
    }

    private static List<String> sysctls(LinuxPlan plan) {
        return text(plan)
                .lines()
                .filter(line -> line.startsWith("sysctl "))
                .map(line -> line.substring("sysctl ".length()))
                .toList();
    }

    private static String firewall(LinuxPlan plan) {
        return plan.operations().stream()
                .filter(NftTable.class::isInstance)
                .map(operation -> ((NftTable) operation).text())
                .collect(Collectors.joining());
    }

    private static RouterConfig mesh() {
        return new RouterConfig(
                1420,
                cidrs("100.64.0.1/32", "fd70::1/128"),
                cidrs("10.9.0.0/16", "100.64.0.2/32", "fd70::2/128"),
                false,
                null);
    }

    private static RouterConfig exit() {
        return new RouterConfig(1420, mesh().addresses(), mesh().peers(), true, null);
    }

    private static RouterConfig client(List<Cidr> routes, List<Cidr> excludes) {
        return new RouterConfig(1420, mesh().addresses(), mesh().peers(), false, new ExitUse(routes, excludes));
    }

    /** With these addresses at eth0, the uplink. */
    private static MachineFacts machine(String... addresses) {
        return new MachineFacts(
                true,
                Stream.of(addresses).map(address -> onLink("eth0", address)).toList(),
                List.of(),
                Set.of(),
                Set.of("eth0"),
                SYSCTLS);
    }

    private static OnLink onLink(String device, String text) {
        int slash = text.indexOf('/');
        Cidr address = Cidr.parse(text.substring(0, slash));
        return new OnLink(
                device,
                address.address(),
                Cidr.network(address.address(), Integer.parseInt(text.substring(slash + 1))));
    }

    private static List<Cidr> cidrs(String... prefixes) {
        return Stream.of(prefixes).map(Cidr::parse).toList();
    }
}
