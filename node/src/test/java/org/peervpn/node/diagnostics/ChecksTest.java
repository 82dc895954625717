package org.peervpn.node.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.peervpn.node.diagnostics.Finding.Status;
import org.peervpn.node.diagnostics.InternetChecks.StunAnswer;
import org.peervpn.node.diagnostics.InternetChecks.Trial;
import org.peervpn.node.diagnostics.MachineChecks.Software;
import org.peervpn.node.diagnostics.MachineChecks.TunAttempt;
import org.peervpn.node.diagnostics.NetworkChecks.Address;
import org.peervpn.routing.Cidr;

/** What is concluded from what was seen. */
class ChecksTest {
    private static final Cidr OVERLAY = Cidr.parse("100.64.0.0/10");
    private static final String CHAINS = """
            {"nftables": [{"metainfo": {"version": "1.0.6"}},
             {"chain": {"family": "ip", "table": "nat", "name": "POSTROUTING", "hook": "postrouting", "policy": "accept"}},
             {"chain": {"family": "%s", "table": "%s", "name": "FORWARD", "hook": "forward", "policy": "%s"}},
             {"chain": {"family": "ip", "table": "filter", "name": "DOCKER-USER"}}]}
            """;

    @ParameterizedTest
    @CsvSource({
        "6.1.0-18-amd64, CONSCRYPT, true, OK",
        "5.12, JDK, true, OK",
        "10.0.1, JDK, true, OK",
        "5.11.22, JDK, true, WARNING",
        "4.19.0, CONSCRYPT, true, WARNING",
        "6.1.0, BOUNCY_CASTLE, true, WARNING",
        "6.1.0, CONSCRYPT, false, WARNING",
        "strange, CONSCRYPT, true, OK"
    })
    void versions(String kernel, String aead, boolean epoll, Status status) {
        Finding finding =
                MachineChecks.software(new Software("0.1.0", "17.0.9", "Linux on amd64", kernel, aead, epoll));

        assertThat(finding.status()).isEqualTo(status);
        assertThat(finding.detail()).contains("peervpn 0.1.0", "Java 17.0.9", kernel, aead, epoll ? "epoll" : "NIO");
    }

    @Test
    void privileges() {
        Finding root = MachineChecks.privileges(0, 0x1ffffffffffL, null);
        assertThat(root.status()).isEqualTo(Status.OK);
        assertThat(root.detail()).startsWith("user 0 (root), ").contains("CAP_NET_ADMIN", "CAP_NET_RAW");

        Finding user = MachineChecks.privileges(1000, 1L << 13, "this needs root");
        assertThat(user.status()).isEqualTo(Status.WARNING);
        assertThat(user.detail()).isEqualTo("user 1000, CAP_NET_RAW");
        assertThat(user.advice()).contains("this needs root");
        assertThat(MachineChecks.privileges(1000, 0, "this needs root").detail())
                .contains("no capability");
    }

    @ParameterizedTest
    @EnumSource(TunAttempt.class)
    void tun(TunAttempt attempt) {
        Finding finding = MachineChecks.tun(attempt, "the reason");

        assertThat(finding.status())
                .isEqualTo(
                        switch (attempt) {
                            case MADE -> Status.OK;
                            case NOT_PERMITTED -> Status.WARNING;
                            case NO_DEVICE, FAILED -> Status.PROBLEM;
                        });
    }

    @Test
    void clock() {
        assertThat(MachineChecks.clock(Instant.parse("2026-05-05T00:00:00Z")).status())
                .isEqualTo(Status.OK);
        assertThat(MachineChecks.clock(Instant.EPOCH).status()).isEqualTo(Status.WARNING);
        assertThat(MachineChecks.clock(Instant.parse("2100-01-01T00:00:00Z")).status())
                .isEqualTo(Status.WARNING);
    }

    @Test
    void leftovers() {
        assertThat(MachineChecks.leftovers(0, false, "").status()).isEqualTo(Status.OK);
        assertThat(MachineChecks.leftovers(7, false, "").advice()).contains("--repair");
        assertThat(MachineChecks.leftovers(7, true, "").status()).isEqualTo(Status.OK);
        assertThat(MachineChecks.leftovers(null, false, "the reason").detail()).contains("not checked: the reason");
    }

    @Test
    void routes() {
        assertThat(NetworkChecks.routes("eth0 by 192.0.2.1", null, "2").detail())
                .isEqualTo("IPv4: eth0 by 192.0.2.1, IPv6: none, rp_filter 2");
        assertThat(NetworkChecks.routes(null, "eth0", null).status()).isEqualTo(Status.OK);
        assertThat(NetworkChecks.routes(null, null, null).status()).isEqualTo(Status.WARNING);
    }

    @ParameterizedTest
    @CsvSource({
        "ip, filter, drop, WARNING",
        "inet, firewalld, drop, WARNING",
        "ip, filter, accept, OK",
        "inet, peervpn_peervpn0, drop, OK"
    })
    void firewallOfOthers(String family, String table, String policy, Status status) {
        Finding finding = NetworkChecks.firewall(CHAINS.formatted(family, table, policy), false);

        assertThat(finding.status()).isEqualTo(status);
        if (status == Status.WARNING) {
            assertThat(finding.detail()).contains(family + " " + table + " FORWARD");
            assertThat(String.valueOf(finding.advice()).contains("DOCKER-USER")).isEqualTo(table.equals("filter"));
        }
    }

    @Test
    void firewallThatCannotBeSeen() {
        assertThat(NetworkChecks.firewall("no JSON", false).status()).isEqualTo(Status.WARNING);
        assertThat(NetworkChecks.firewall("{}", false).status()).isEqualTo(Status.OK);
        assertThat(NetworkChecks.noFirewall(true, "missing").status()).isEqualTo(Status.PROBLEM);
        assertThat(NetworkChecks.noFirewall(false, "missing").status()).isEqualTo(Status.WARNING);
    }

    @Test
    void addresses() throws UnknownHostException {
        Address tailscale = new Address("tailscale0", InetAddress.getByName("100.101.102.103"));
        Address own = new Address("peervpn0", InetAddress.getByName("100.64.0.1"));
        Address lan = new Address("eth0", InetAddress.getByName("192.168.1.2"));

        assertThat(NetworkChecks.addresses(List.of(own, lan), OVERLAY, "peervpn0")
                        .status())
                .isEqualTo(Status.OK);
        assertThat(NetworkChecks.addresses(List.of(own, lan, tailscale), OVERLAY, "peervpn0")
                        .detail())
                .startsWith("tailscale0 has 100.101.102.103, ");
    }

    @Test
    void dns() {
        assertThat(InternetChecks.dns(List.of("9.9.9.9"), "a.example", true, 12).detail())
                .isEqualTo("name servers 9.9.9.9; a.example found in 12 ms");
        assertThat(InternetChecks.dns(List.of(), "a.example", false, 12).status())
                .isEqualTo(Status.WARNING);
        assertThat(InternetChecks.dns(List.of(), null, false, 0).status()).isEqualTo(Status.OK);
    }

    @Test
    void stun() {
        List<StunAnswer> answers = List.of(new StunAnswer("a:1", 12.4), new StunAnswer("b:2", null));

        assertThat(InternetChecks.stun(answers, "192.0.2.1:51820", false).detail())
                .isEqualTo("public endpoint: 192.0.2.1:51820 (not confirmed); a:1 12 ms, b:2 silent");
        assertThat(InternetChecks.stun(answers, null, false).advice()).contains("another port");
        assertThat(InternetChecks.stun(List.of(new StunAnswer("b:2", null)), null, false)
                        .advice())
                .contains("blocks UDP");
        assertThat(InternetChecks.stun(List.of(), null, false).status()).isEqualTo(Status.OK);
    }

    @Test
    void loopback() {
        assertThat(InternetChecks.loopback(new Trial(true, 3.14159, 250)).detail())
                .startsWith("handshake in 3.1 ms, then 250 MB/s");
        assertThat(InternetChecks.loopback(new Trial(false, 0, 0)).status()).isEqualTo(Status.PROBLEM);
    }

    @Test
    void node() {
        assertThat(InternetChecks.node(null, 0, 0, null).status()).isEqualTo(Status.OK);
        assertThat(InternetChecks.node("CONNECTED", 3, 2, "139118-205156-230232")
                        .detail())
                .isEqualTo("CONNECTED; 2 of 3 peers connected; exit in use: 139118-205156-230232");
        assertThat(InternetChecks.node("RECONNECTING", 1, 0, null).status()).isEqualTo(Status.WARNING);
    }
}
