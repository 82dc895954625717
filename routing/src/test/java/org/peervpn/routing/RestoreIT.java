package org.peervpn.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peervpn.routing.Laboratory.Child;

/** However a node ends, the machine is as before: in real network namespaces, as root. */
class RestoreIT {

    private static final List<String> CONFIGS =
            List.of("mesh", "client", "client exit", "client exit", "exit", "mesh", "client", "mesh", "client exit");

    @ParameterizedTest
    @CsvSource({"0,0", "0,1", "0,2", "1,0", "1,1", "1,2"})
    void closingPutsAllBack(int ipForward, int rpFilter) throws Exception {
        try (Laboratory lab = laboratory(ipForward, rpFilter)) {
            String before = lab.state();
            lab.addTun();
            Child router = lab.router();
            assertThat(router.hear()).isEqualTo("ready");

            for (String config : CONFIGS) {
                assertThat(router.ask(config)).as(config).isEqualTo("done []");
                assertThat(lab.inNode("sysctl -n net.ipv4.ip_forward").strip())
                        .isEqualTo(config.contains("exit") ? "1" : String.valueOf(ipForward));
            }
            assertThat(router.ask("close")).isEqualTo("done []");

            lab.removeTun();
            assertThat(lab.state()).isEqualTo(before);
            assertThat(journals(lab)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"0,1", "1,0", "1,2"})
    void nextStartPutsBackWhatAKilledNodeLeft(int ipForward, int rpFilter) throws Exception {
        try (Laboratory lab = laboratory(ipForward, rpFilter)) {
            String before = lab.state();
            lab.addTun();
            Child router = lab.router();
            assertThat(router.hear()).isEqualTo("ready");
            assertThat(router.ask("client exit")).isEqualTo("done []");
            router.kill();
            lab.removeTun();
            assertThat(journals(lab)).hasSize(1);

            // A machine with a dead node has its network.
            assertThat(lab.nodeCan("ping -c1 -W2 " + Laboratory.SERVER)).isTrue();
            assertThat(lab.nodeCan("ping -6 -c1 -W2 " + Laboratory.SERVER_IPV6)).isTrue();

            assertThat(lab.router().hear()).isEqualTo("ready");
            assertThat(lab.state()).isEqualTo(before);
            assertThat(journals(lab)).isEmpty();
        }
    }

    /**
     * Killed before every single operation of set-up and tear-down, and the repair killed at one of its own. The device of
     * a killed node may still be there; whether it goes before or after must not matter.
     */
    @ParameterizedTest
    @CsvSource({"exit, by turns", "client, by turns", "client exit, repair", "client exit, next start"})
    void beingKilledAtAnyOperationCanBeRepaired(String config, String by) throws Exception {
        try (Laboratory lab = laboratory(0, 1)) {
            startAdvertising(lab);
            Child router = lab.router();
            assertThat(router.hear()).isEqualTo("ready");
            String before = lab.state();
            boolean survived = false;
            int n = 0;
            for (; !survived; n++) {
                boolean nextStart = by.equals("by turns") ? n % 2 == 0 : by.equals("next start");
                boolean deviceGoesFirst = n % 4 < 2;
                lab.addTun();
                assertThat(router.ask("open " + n)).isEqualTo("ready");
                survived = router.ask(config).startsWith("done")
                        && router.ask("close").startsWith("done");
                router.ask("die");
                if (deviceGoesFirst) {
                    lab.removeTun();
                }
                // Another one now and then, which may come to its end.
                assertThat(router.ask("repair " + n % 7)).isIn("died", "repaired");
                if (nextStart && deviceGoesFirst) {
                    lab.addTun();
                }
                assertThat(router.ask(nextStart ? "open" : "repair")).isIn("ready", "repaired");
                if (nextStart) {
                    assertThat(router.ask(config)).isEqualTo("done []");
                    assertThat(router.ask("close")).isEqualTo("done []");
                    router.ask("die");
                }
                if (nextStart || !deviceGoesFirst) {
                    lab.removeTun();
                }
                assertThat(lab.state()).as("killed before operation %d", n).isEqualTo(before);
                assertThat(journals(lab)).isEmpty();
            }
            System.out.println("killed at each of " + (n - 1) + " operations of " + config + ", then " + by);
        }
    }

    /** Each repair gets one operation further than the one before. */
    @Test
    void repairItselfMayBeKilledAtAnyOperation() throws Exception {
        try (Laboratory lab = laboratory(0, 1)) {
            startAdvertising(lab);
            Child router = lab.router();
            assertThat(router.hear()).isEqualTo("ready");
            String before = lab.state();
            lab.addTun();
            assertThat(router.ask("client exit")).isEqualTo("done []");
            router.ask("die");

            int n = 0;
            while (router.ask("repair " + n).equals("died")) {
                n++;
            }

            lab.removeTun();
            assertThat(n).isGreaterThanOrEqualTo(20);
            assertThat(lab.state()).isEqualTo(before);
            assertThat(journals(lab)).isEmpty();
        }
    }

    @Test
    void whatOthersUndoIsDoneAgain() throws Exception {
        try (Laboratory lab = laboratory(0, 1)) {
            String before = lab.state();
            lab.addTun();
            Child router = lab.router();
            assertThat(router.hear()).isEqualTo("ready");
            assertThat(router.ask("client exit")).isEqualTo("done []");
            assertThat(router.ask("intact")).isEqualTo("intact true");
            String whole = lab.state();
            for (String harm : List.of(
                    "ip rule flush",
                    "ip -6 rule flush",
                    "ip route flush table 1885749806",
                    "ip -6 route flush table 1885684270",
                    "ip address flush dev " + Laboratory.TUN,
                    "ip link set " + Laboratory.TUN + " down",
                    "ip link set " + Laboratory.TUN + " mtu 1300",
                    "sysctl -qw net.ipv4.ip_forward=0",
                    "sysctl -qw net.ipv4.conf.all.src_valid_mark=0")) {
                lab.inNode(harm);
                if (harm.endsWith("rule flush")) {
                    // It takes the kernel's own rules, too.
                    String family = harm.contains("-6") ? "-6 " : "";
                    lab.inNode("ip " + family + "rule add priority 32766 lookup main");
                    if (family.isEmpty()) {
                        lab.inNode("ip rule add priority 32767 lookup default");
                    }
                }
                await(harm).until(() -> router.ask("intact"), "intact false"::equals);
                assertThat(router.ask("client exit")).as(harm).isEqualTo("done []");
                await(harm).until(() -> lab.state().equals(whole));
            }
            assertThat(router.ask("close")).isEqualTo("done []");
            lab.removeTun();
            assertThat(lab.state()).isEqualTo(before);
        }
    }

    @Test
    void anInterfaceWithItsOwnForwardingKeepsIt() throws Exception {
        try (Laboratory lab = laboratory(0, 0)) {
            lab.inNode("sysctl -qw net.ipv4.conf.eth0.forwarding=1 net.ipv6.conf.eth0.forwarding=1"
                    + " net.ipv4.conf.all.accept_redirects=0");
            String before = lab.state();
            lab.addTun();
            Child router = lab.router();
            assertThat(router.hear()).isEqualTo("ready");
            assertThat(router.ask("exit")).isEqualTo("done []");
            assertThat(router.ask("close")).isEqualTo("done []");
            lab.removeTun();
            assertThat(lab.state()).isEqualTo(before);
        }
    }

    @Test
    void whatCannotBeSetIsTakenBackWithOneLine() throws Exception {
        try (Laboratory lab = laboratory(0, 0)) {
            lab.addTun();
            String before = lab.state();
            Child router = lab.router();
            assertThat(router.hear()).isEqualTo("ready");
            lab.inNode("ip link del " + Laboratory.TUN);
            assertThat(router.ask("client")).startsWith("failed cannot set link peervpn0: Cannot find device");
            lab.addTun();
            assertThat(lab.state()).isEqualTo(before);
            assertThat(journals(lab)).isEmpty();
        }
    }

    @Test
    void routerAdvertisementsSurviveForwarding() throws Exception {
        try (Laboratory lab = laboratory(0, 0)) {
            Child radvd = startAdvertising(lab);
            String before = lab.state();
            lab.addTun();
            Child router = lab.router();
            assertThat(router.hear()).isEqualTo("ready");

            assertThat(router.ask("exit")).isEqualTo("done []");
            assertThat(lab.inNode("ip -6 route show default")).contains("proto ra");
            assertThat(lab.inNode("sysctl -n net.ipv6.conf.eth0.accept_ra").strip())
                    .isEqualTo("2");
            assertThat(lab.nodeCan("ping -6 -c1 -W2 " + Laboratory.SERVER_IPV6)).isTrue();

            assertThat(router.ask("close")).isEqualTo("done []");
            lab.removeTun();
            assertThat(lab.state()).isEqualTo(before);
            assertThat(lab.inNode("ip -6 route show default")).contains("proto ra");
            radvd.kill();
        }
    }

    /** From now on the node's IPv6 default route is one that its router advertises. */
    private static Child startAdvertising(Laboratory lab) throws Exception {
        lab.inNode("ip -6 route del default");
        lab.inInternet("sysctl -qw net.ipv6.conf.all.forwarding=1");
        lab.inInternet("ip address add 2001:db8:77::1/64 dev out0 nodad");
        Path configuration = lab.directory.resolve("radvd.conf");
        Files.writeString(configuration, """
                interface out0 {
                  AdvSendAdvert on; MinRtrAdvInterval 3; MaxRtrAdvInterval 4; AdvDefaultLifetime 60;
                  prefix 2001:db8:77::/64 { };
                };
                """);
        Child radvd = lab.start(Stream.concat(
                        Laboratory.words("ip netns exec " + lab.internet + " radvd -n -m none -p").stream(),
                        Stream.of(lab.directory.resolve("radvd.pid").toString(), "-C", configuration.toString()))
                .toList());
        await().until(() -> lab.inNode("ip -6 route show default").contains("proto ra"));
        return radvd;
    }

    private static Laboratory laboratory(int ipForward, int rpFilter) throws Exception {
        Laboratory lab = new Laboratory();
        lab.inNode("sysctl -qw net.ipv4.conf.all.rp_filter=" + rpFilter);
        lab.inNode("sysctl -qw net.ipv4.conf.default.rp_filter=" + rpFilter);
        if (ipForward == 1) {
            lab.inNode("sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1");
        }
        return lab;
    }

    private static List<String> journals(Laboratory lab) throws Exception {
        Path state = lab.directory.resolve("state");
        if (!Files.isDirectory(state)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(state)) {
            return files.map(String::valueOf).toList();
        }
    }
}
