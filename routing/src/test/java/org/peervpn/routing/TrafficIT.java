package org.peervpn.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.peervpn.routing.Laboratory.Child;

/** Which way packets go, in real network namespaces, as root. */
class TrafficIT {

    private static final String SERVER = Laboratory.SERVER;
    private static final String SERVER_IPV6 = Laboratory.SERVER_IPV6;
    private static final String NO_LEAK = "packets 0 bytes 0";

    @Test
    void nothingLeavesByTheUplinkInClear() throws Exception {
        try (Laboratory lab = new Laboratory()) {
            Child router = client(lab);
            watch(lab, "ip daddr " + SERVER, "ip6 daddr " + SERVER_IPV6);

            attempts(lab);
            // TunnelVision: a DHCP server hands out routes.
            lab.inNode("ip route add 198.51.100.0/25 via 192.168.7.1");
            lab.inNode("ip -6 route add 2001:db8:99::/64 via 2001:db8:7::1");
            attempts(lab);
            // TunnelCrack: the local network claims public addresses.
            lab.inNode("ip address add 198.51.100.9/24 dev eth0");
            lab.inNode("ip address add 2001:db8:99::9/64 dev eth0 nodad");
            assertThat(router.ask("client")).isEqualTo("done []");
            attempts(lab);
            // The interface goes down, and its routes with it.
            lab.inNode("ip link set " + Laboratory.TUN + " down");
            attempts(lab);
            lab.inNode("nft flush ruleset");
            attempts(lab);

            assertThat(lab.inInternet("nft list counters")).contains(NO_LEAK).doesNotContainPattern("packets [1-9]");
        }
    }

    @Test
    void containersDoNotLeakEither() throws Exception {
        try (Laboratory lab = new Laboratory()) {
            lab.inNode("sysctl -qw net.ipv4.ip_forward=1");
            String container = lab.addNamespace("c");
            Laboratory.run(
                    "ip", "-n", lab.node, "link", "add", "br0", "type", "veth", "peer", "name", "c0", "netns",
                    container);
            lab.inNode("ip address add 172.17.0.1/16 dev br0");
            lab.inNode("ip link set br0 up");
            Laboratory.run("ip", "-n", container, "address", "add", "172.17.0.2/16", "dev", "c0");
            Laboratory.run("ip", "-n", container, "link", "set", "c0", "up");
            Laboratory.run("ip", "-n", container, "route", "add", "default", "via", "172.17.0.1");
            lab.inInternet("ip route add 172.17.0.0/16 via 192.168.7.2");
            String ping = "ip netns exec " + container + " ping -c1 -W1 ";
            assertThat(lab.nodeCan("ping -c1 -W1 172.17.0.2")).isTrue();
            assertThat(lab.can(ping + SERVER)).isTrue();

            client(lab);
            watch(lab, "ip daddr " + SERVER, "ip6 daddr " + SERVER_IPV6);
            assertThat(lab.nodeCan("ping -c1 -W1 172.17.0.2")).isTrue();
            assertThat(lab.can(ping + SERVER)).isFalse();
            lab.inNode("ip link set " + Laboratory.TUN + " down");
            assertThat(lab.can(ping + SERVER)).isFalse();

            assertThat(lab.inInternet("nft list counters")).contains(NO_LEAK).doesNotContainPattern("packets [1-9]");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void whatMayBypassDoes(int rpFilter) throws Exception {
        try (Laboratory lab = laboratory(rpFilter)) {
            lab.inInternet("ip address add 203.0.113.77/32 dev lo");
            client(lab);

            assertThat(lab.nodeCan("ping -c1 -W2 192.168.7.1"))
                    .as("local network")
                    .isTrue();
            assertThat(lab.nodeCan("ping -c1 -W2 203.0.113.77")).as("exclude").isTrue();
            String mark = " -m " + new RouterSetup(Laboratory.TUN, lab.directory, lab.directory).mark() + " ";
            assertThat(lab.nodeCan("ping -c1 -W2" + mark + SERVER)).as("marked").isTrue();
            assertThat(lab.nodeCan("ping -6 -c1 -W2" + mark + SERVER_IPV6))
                    .as("marked")
                    .isTrue();
            assertThat(lab.internetCan("ping -c1 -W2 -I " + SERVER + " 192.168.7.2"))
                    .as("asked from outside")
                    .isTrue();
            assertThat(lab.internetCan("ping -6 -c1 -W2 -I " + SERVER_IPV6 + " 2001:db8:7::2"))
                    .as("asked from outside")
                    .isTrue();
            assertThat(lab.nodeCan("ping -c1 -W1 " + SERVER))
                    .as("anything else")
                    .isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0,198.51.100.1,192.168.7.2",
        "1,198.51.100.1,192.168.7.2",
        "2,198.51.100.1,192.168.7.2",
        "0,2001:db8:99::1,2001:db8:7::2",
        "1,2001:db8:99::1,2001:db8:7::2"
    })
    void sessionsFromOutsideSurvive(int rpFilter, String from, String to) throws Exception {
        try (Laboratory lab = laboratory(rpFilter)) {
            Session before = Session.open(lab, 2222, from, to);

            Child router = client(lab);
            before.serverSpeaks("opened before");
            before.serverSpeaks("and again");
            Session.open(lab, 2223, from, to).serverSpeaks("opened since");
            assertThat(router.ask("client exit")).isEqualTo("done []");
            before.serverSpeaks("still");
        }
    }

    @Test
    void neighboursCannotReachOverlayAddresses() throws Exception {
        try (Laboratory lab = new Laboratory()) {
            lab.inInternet("ip route add 100.64.0.1/32 via 192.168.7.2");
            lab.inInternet("ip -6 route add fd70:6565:7276::1/128 via 2001:db8:7::2");
            lab.addTun();
            Child router = lab.router();
            assertThat(router.hear()).isEqualTo("ready");
            assertThat(router.ask("mesh")).isEqualTo("done []");

            assertThat(lab.internetCan("ping -c1 -W1 100.64.0.1")).isFalse();
            assertThat(lab.internetCan("ping -6 -c1 -W1 fd70:6565:7276::1")).isFalse();
            assertThat(lab.nodeCan("ping -c1 -W1 100.64.0.1")).isTrue();
            assertThat(lab.nodeCan("ping -6 -c1 -W1 fd70:6565:7276::1")).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"0,exit", "1,exit", "2,exit", "1,client exit"})
    void peersReachTheInternetAndOneAnotherThroughTheExit(int rpFilter, String config) throws Exception {
        try (Laboratory lab = laboratory(rpFilter)) {
            String peer = lab.addPeer();
            Child router = lab.router();
            assertThat(router.hear()).isEqualTo("ready");
            assertThat(router.ask(config)).isEqualTo("done []");
            String inPeer = "ip netns exec " + peer + " ";

            assertThat(lab.can(inPeer + "ping -c1 -W2 192.168.7.1")).isTrue();
            if (config.equals("exit")) {
                // Nothing out there knows the way to an overlay address: it was the exit's that was answered.
                assertThat(lab.can(inPeer + "ping -c1 -W2 " + SERVER)).isTrue();
                assertThat(lab.can(inPeer + "ping -6 -c1 -W2 " + SERVER_IPV6)).isTrue();
                watch(
                        lab,
                        "tcp flags syn tcp option maxseg size > 1380",
                        "tcp flags syn tcp option maxseg size <= 1380");
                Session session = Session.open(lab, lab.internet, peer, 8080, "100.64.0.2", SERVER);
                session.serverSpeaks("through the exit");
                assertThat(lab.inInternet("nft list counter inet watch first")).contains(NO_LEAK);
                assertThat(lab.inInternet("nft list counter inet watch second")).contains("packets 1 ");
            }

            // The second peer is at the same end of the link: what the exit forwards to it is counted there.
            lab.inNode("ip neigh replace 100.64.0.3 dev " + Laboratory.TUN + " lladdr " + address(lab, peer));
            Laboratory.run(Stream.concat(
                            Laboratory.words(inPeer + "nft").stream(),
                            Stream.of("add table inet watch { counter first { } ;"
                                    + " chain arriving { type filter hook prerouting priority -300 ;"
                                    + " iifname p0 ip saddr 100.64.0.2 ip daddr 100.64.0.3 counter name first ; } ; }"))
                    .filter(word -> !word.isEmpty())
                    .toArray(String[]::new));
            assertThat(lab.can(inPeer + "ping -c1 -W1 100.64.0.3")).isFalse();
            assertThat(Laboratory.run("ip", "netns", "exec", peer, "nft", "list", "counters"))
                    .contains("packets 1 ");
            lab.inInternet("ip route add 100.64.0.2/32 via 192.168.7.2");
            assertThat(lab.internetCan("ping -c1 -W1 100.64.0.2")).isFalse();
        }
    }

    @Test
    void firewallComesBackWhenItsOwnerWasKilled() throws Exception {
        try (Laboratory lab = new Laboratory()) {
            Child router = client(lab);
            ProcessHandle owner = router.process()
                    .descendants()
                    .filter(process -> process.info().command().orElse("").endsWith("nft"))
                    .findFirst()
                    .orElseThrow();
            owner.destroyForcibly();
            owner.onExit().join();

            assertThat(router.ask("client")).isEqualTo("done []");
            assertThat(lab.inNode("nft list tables")).contains("peervpn_peervpn0");
        }
    }

    private static String address(Laboratory lab, String peer) throws IOException {
        assertThat(lab.can("ip netns exec " + peer + " ping -c1 -W1 100.64.0.1"))
                .isTrue();
        return Laboratory.run("ip", "netns", "exec", peer, "cat", "/sys/class/net/p0/address")
                .strip();
    }

    private static void attempts(Laboratory lab) throws IOException {
        for (String attempt : List.of(
                "ping -c1 -W1 " + SERVER,
                "ping -c1 -W1 -I eth0 " + SERVER,
                "ping -c1 -W1 -I 192.168.7.2 " + SERVER,
                "ping -6 -c1 -W1 " + SERVER_IPV6,
                "ping -6 -c1 -W1 -I eth0 " + SERVER_IPV6,
                "ping -6 -c1 -W1 -I 2001:db8:7::2 " + SERVER_IPV6)) {
            assertThat(lab.nodeCan(attempt)).as(attempt).isFalse();
        }
    }

    /** Counts packets that come to the internet. */
    private static void watch(Laboratory lab, String first, String second) throws IOException {
        lab.inInternet("nft add table inet watch { counter first { } ; counter second { } ;"
                + " chain arriving { type filter hook prerouting priority -300 ; } ; }");
        lab.inInternet("nft add rule inet watch arriving " + first + " counter name first");
        lab.inInternet("nft add rule inet watch arriving " + second + " counter name second");
    }

    private static Laboratory laboratory(int rpFilter) throws IOException {
        Laboratory lab = new Laboratory();
        lab.inNode("sysctl -qw net.ipv4.conf.all.rp_filter=" + rpFilter + " net.ipv4.conf.default.rp_filter=" + rpFilter
                + " net.ipv4.conf.eth0.rp_filter=" + rpFilter);
        return lab;
    }

    private static Child client(Laboratory lab) throws IOException {
        lab.addTun();
        Child router = lab.router();
        assertThat(router.hear()).isEqualTo("ready");
        assertThat(router.ask("client")).isEqualTo("done []");
        return router;
    }

    private record Session(Child server, Child client) {
        static Session open(Laboratory lab, int port, String from, String to) throws IOException {
            return open(lab, lab.node, lab.internet, port, from, to);
        }

        static Session open(Laboratory lab, String serverAt, String clientAt, int port, String from, String to)
                throws IOException {
            Child server = lab.java(serverAt, SessionMain.class, List.of("server", String.valueOf(port)));
            assertThat(server.hear()).isEqualTo("listening");
            Child client = lab.java(clientAt, SessionMain.class, List.of("client", from, to, String.valueOf(port)));
            assertThat(client.hear()).isEqualTo("connected");
            assertThat(server.hear()).isEqualTo("accepted");
            return new Session(server, client);
        }

        void serverSpeaks(String words) throws IOException {
            assertThat(server.ask(words)).isEqualTo("said");
            assertThat(client.hear()).isEqualTo(words);
        }
    }
}
