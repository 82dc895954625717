package org.peervpn.routing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.peervpn.routing.LinuxPlan.ExitRoute;
import org.peervpn.routing.Operation.Way;
import org.peervpn.routing.Sessions.Connection;

/** Our nftables table as text. Core: a pure function; each line opens a block, closes one, or is a statement. */
final class Firewall {

    private static final String OUR_MARKS = "& 0xffff0000 == 0x70650000";

    private final StringBuilder text = new StringBuilder();
    private final RouterSetup setup;
    private final RouterConfig wanted;
    private final String tun;
    private final String mark;

    private Firewall(RouterSetup setup, RouterConfig wanted) {
        this.setup = setup;
        this.wanted = wanted;
        this.tun = quoted(setup.interfaceName());
        this.mark = String.format(Locale.ROOT, "0x%08x", setup.mark());
    }

    static String text(
            RouterSetup setup,
            Set<String> siblings,
            Sessions sessions,
            RouterConfig wanted,
            List<ExitRoute> exitRoutes) {
        Firewall firewall = new Firewall(setup, wanted);
        firewall.table(siblings, sessions, exitRoutes);
        return firewall.text.toString();
    }

    private void table(Set<String> siblings, Sessions sessions, List<ExitRoute> exitRoutes) {
        line("table inet " + setup.nftTable() + " {");
        line("flags owner");
        spoofed();
        if (wanted.usingExit() != null) {
            foreignSources(exitRoutes);
            inboundSessions(sessions);
        }
        leaks(siblings, exitRoutes);
        clampMss();
        if (wanted.offeringExit()) {
            exit();
        }
        line("}");
    }

    /** CVE-2019-14899: a neighbour must not find out our overlay addresses, nor inject into their connections. */
    private void spoofed() {
        line("chain spoofed {");
        line("type filter hook prerouting priority raw; policy accept;");
        for (Prefixes own : Prefixes.byFamily(wanted.addresses())) {
            line("iifname != { \"lo\", " + tun + " } " + own.daddr() + " drop");
        }
        line("}");
    }

    /** The exit must not speak for what does not go through it, such as a machine in our own network. */
    private void foreignSources(List<ExitRoute> exitRoutes) {
        line("chain foreign_sources {");
        line("type filter hook prerouting priority mangle; policy accept;");
        line("iifname != " + tun + " return");
        // A router in the exit's network may be called as one in ours, and the path's MTU has to be heard from it.
        line("meta l4proto { icmp, ipv6-icmp } ct state related return");
        for (Prefixes peers : Prefixes.byFamily(widest(wanted.peers()))) {
            line(peers.saddr() + " return");
        }
        byLength(exitRoutes).forEach((group, prefixes) -> {
            String verdict = group.way() == Way.THROW ? " drop" : " return";
            for (Prefixes family : Prefixes.byFamily(prefixes)) {
                line((group.length() == 0 ? family.family() : family.saddr()) + verdict);
            }
        });
        line("}");
    }

    /** Replies to connections that came in by an uplink leave by that uplink. */
    private void inboundSessions(Sessions sessions) {
        connections("kept4", "ipv4_addr", sessions, true);
        connections("kept6", "ipv6_addr", sessions, false);
        set("client_ports", "inet_service", sessions.udpPorts().stream().map(String::valueOf));

        line("chain arriving {");
        line("type filter hook prerouting priority mangle; policy accept;");
        line("iifname { \"lo\", " + tun + " } return");
        line("meta mark != 0 return");
        // Of containers, whose published port was connected to from outside.
        line("ct direction reply ct mark " + OUR_MARKS + " meta mark set " + mark + " return");
        line("ct direction reply return");
        // What is only forwarded is not marked: it belongs into the tunnel.
        line("fib daddr type { local, broadcast, multicast } goto arriving_here");
        line("}");

        // Whom a reply is for shows only now that masquerading has been taken back: perhaps a peer, for whom we are the
        // exit.
        line("chain reply_arriving {");
        line("type filter hook prerouting priority dstnat + 10; policy accept;");
        line("iifname { \"lo\", " + tun + " } return");
        line("meta mark 0 ct direction reply fib daddr type local meta mark set " + mark);
        line("}");

        line("chain arriving_here {");
        // A strict reverse path filter shall ask the user's tables.
        line("meta mark set " + mark);
        line("ct direction original ct mark 0 fib daddr type local goto new_session");
        line("}");

        // Only what certainly begins outside: a datagram to a client's port, or TCP without SYN, may be the answer to
        // something that we sent before connection tracking began.
        line("chain new_session {");
        line("tcp flags & (fin | syn | rst | ack) == syn ct mark set " + mark);
        line("udp dport != @client_ports ct mark set " + mark);
        line("icmp type echo-request ct mark set " + mark);
        line("icmpv6 type echo-request ct mark set " + mark);
        line("}");

        line("chain replying {");
        line("type route hook output priority mangle; policy accept;");
        line("meta mark != 0 return");
        line("ct direction reply ct mark " + OUR_MARKS + " meta mark set " + mark + " return");
        line("ip saddr . tcp sport . ip daddr . tcp dport @kept4 meta mark set " + mark);
        line("ip6 saddr . tcp sport . ip6 daddr . tcp dport @kept6 meta mark set " + mark);
        line("}");
    }

    /** What routes into the tunnel must not leave by another interface, whatever interface its socket is bound to. */
    private void leaks(Set<String> siblings, List<ExitRoute> exitRoutes) {
        Set<String> allowed = new TreeSet<>(siblings);
        allowed.add("lo");
        allowed.add(setup.interfaceName());
        String elsewhere = "oifname " + names(allowed) + " return";

        // Whatever routes the user sets: our own datagrams never go into our own tunnel, round and round. Not in the
        // output hook, where a packet that was just marked and rerouted still bears the name of its old interface.
        line("chain own_datagrams {");
        line("type filter hook postrouting priority filter; policy accept;");
        line("oifname " + tun + " meta mark " + mark + " drop");
        line("}");

        line("chain refuse {");
        line("reject with icmpx admin-prohibited");
        line("}");

        line("chain guard {");
        line("ip daddr 255.255.255.255 accept");
        line("ip6 daddr { fe80::/10, ff02::/16 } accept");
        for (Prefixes peers : Prefixes.byFamily(widest(wanted.peers()))) {
            line(peers.daddr() + " goto refuse");
        }
        byLength(exitRoutes).forEach(this::guardLine);
        line("}");

        line("chain leaving {");
        line("type filter hook output priority filter + 10; policy accept;");
        // Redirects would tell peers to reach one another without us.
        line("oifname " + tun + " icmp type redirect drop");
        line("oifname " + tun + " icmpv6 type nd-redirect drop");
        line(elsewhere);
        line("meta mark " + OUR_MARKS + " accept");
        // Neighbour discovery, which routers do not forward, and DHCP with a server behind a relay.
        line("icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, nd-redirect }"
                + " ip6 hoplimit 255 accept");
        line("udp sport 68 udp dport 67 accept");
        line("udp sport 546 udp dport 547 accept");
        line("goto guard");
        line("}");

        line("chain forwarding {");
        line("type filter hook forward priority filter + 10; policy accept;");
        if (wanted.offeringExit()) {
            for (Prefixes peers : Prefixes.byFamily(widest(wanted.peers()))) {
                line("iifname != " + tun + " oifname " + tun + " " + peers.daddr()
                        + " ct state != { established, related } drop");
            }
        }
        line(elsewhere);
        line("ct direction reply ct mark " + OUR_MARKS + " accept");
        line("goto guard");
        line("}");
    }

    private void guardLine(ExitGroup group, List<Cidr> prefixes) {
        for (Prefixes family : Prefixes.byFamily(prefixes)) {
            String match = group.length() == 0 ? family.family() : family.daddr();
            if (group.way() == Way.INTERFACE) {
                line(match + " goto refuse");
            } else if (group.devices().isEmpty()) {
                line(match + " accept");
            } else {
                line("oifname " + names(group.devices()) + " " + match + " accept");
            }
        }
    }

    private void clampMss() {
        line("chain clamp_mss {");
        line("type filter hook forward priority mangle; policy accept;");
        for (String direction : List.of("iifname ", "oifname ")) {
            line(direction + tun + " tcp flags & (syn | rst) == syn tcp option maxseg size set rt mtu");
        }
        line("}");
    }

    private void exit() {
        line("chain exit_nat {");
        line("type nat hook postrouting priority srcnat; policy accept;");
        line("iifname " + tun + " oifname != " + tun + " masquerade");
        if (wanted.usingExit() != null) {
            // On to our own exit, which knows nobody but us.
            for (Prefixes peers : Prefixes.bothFamilies(widest(wanted.peers()))) {
                line("iifname " + tun + " oifname " + tun + " " + peers.others() + " masquerade");
            }
        }
        line("}");
    }

    private void connections(String name, String type, Sessions sessions, boolean ipv4) {
        set(
                name,
                type + " . inet_service . " + type + " . inet_service",
                sessions.inbound().stream()
                        .filter(connection -> Cidr.host(connection.local()).isIpv4() == ipv4)
                        .map(Firewall::element));
    }

    private static String element(Connection connection) {
        return Cidr.text(connection.local()) + " . " + connection.localPort() + " . " + Cidr.text(connection.remote())
                + " . " + connection.remotePort();
    }

    private void set(String name, String type, Stream<String> elements) {
        String joined = elements.distinct().sorted().collect(Collectors.joining(", "));
        line("set " + name + " {");
        line("type " + type);
        if (!joined.isEmpty()) {
            line("elements = { " + joined + " }");
        }
        line("}");
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    private static String quoted(String interfaceName) {
        return '"' + interfaceName + '"';
    }

    private static String names(Set<String> interfaces) {
        return interfaces.stream().sorted().map(Firewall::quoted).collect(Collectors.joining(", ", "{ ", " }"));
    }

    /** Sets must not overlap, so what lies in a wider prefix is left out. */
    private static List<Cidr> widest(List<Cidr> prefixes) {
        List<Cidr> distinct = prefixes.stream().distinct().toList();
        return distinct.stream()
                .filter(prefix -> distinct.stream().noneMatch(wider -> !wider.equals(prefix) && wider.contains(prefix)))
                .toList();
    }

    /** Longest prefixes first, as the routing table decides. */
    private static Map<ExitGroup, List<Cidr>> byLength(List<ExitRoute> routes) {
        Map<ExitGroup, List<Cidr>> groups = new LinkedHashMap<>();
        routes.forEach(route -> groups.computeIfAbsent(
                        new ExitGroup(
                                route.prefix().isIpv4(), route.prefix().prefixLength(), route.way(), route.devices()),
                        key -> new ArrayList<>())
                .add(route.prefix()));
        return groups;
    }

    /** Exit routes that one line can hold. */
    private record ExitGroup(boolean ipv4, int length, Way way, Set<String> devices) {}

    /** Prefixes of one family. */
    private record Prefixes(String keyword, List<Cidr> prefixes) {
        static List<Prefixes> byFamily(List<Cidr> prefixes) {
            return bothFamilies(prefixes).stream()
                    .filter(family -> !family.prefixes.isEmpty())
                    .toList();
        }

        static List<Prefixes> bothFamilies(List<Cidr> prefixes) {
            return List.of(
                    new Prefixes("ip", prefixes.stream().filter(Cidr::isIpv4).toList()),
                    new Prefixes(
                            "ip6",
                            prefixes.stream().filter(prefix -> !prefix.isIpv4()).toList()));
        }

        String family() {
            return "meta nfproto " + (keyword.equals("ip") ? "ipv4" : "ipv6");
        }

        String daddr() {
            return keyword + " daddr " + list();
        }

        String saddr() {
            return keyword + " saddr " + list();
        }

        /** What goes to none of them. */
        String others() {
            return prefixes.isEmpty() ? family() : keyword + " daddr != " + list();
        }

        private String list() {
            return prefixes.stream().map(Cidr::toString).sorted().collect(Collectors.joining(", ", "{ ", " }"));
        }
    }
}
