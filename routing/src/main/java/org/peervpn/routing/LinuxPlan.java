package org.peervpn.routing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.peervpn.routing.MachineFacts.ForeignRoute;
import org.peervpn.routing.MachineFacts.OnLink;
import org.peervpn.routing.Operation.Address;
import org.peervpn.routing.Operation.Family;
import org.peervpn.routing.Operation.Link;
import org.peervpn.routing.Operation.NftTable;
import org.peervpn.routing.Operation.Route;
import org.peervpn.routing.Operation.Rule;
import org.peervpn.routing.Operation.Sysctl;
import org.peervpn.routing.Operation.Way;

/**
 * What has to be set on a Linux machine, in this order; undone in the reverse one. Core: a pure function.
 *
 * <ol>
 *   <li>A packet without one of our marks is looked up in the table of the peers.
 *   <li>If we use an exit, then in the table of the exit, whose {@code throw} routes lead on to the user's tables.
 *   <li>The firewall refuses what leaves by another interface all the same: a socket bound to a device skips routes of
 *       other devices.
 * </ol>
 *
 * @param operations what is wanted
 * @param warnings one line each: what the operator may not expect
 */
record LinuxPlan(List<Operation> operations, List<String> warnings) {

    /** On-link prefixes within these may bypass the tunnel. All others may not, whatever a DHCP server says (TunnelCrack). */
    private static final List<Cidr> PRIVATE = Stream.of(
                    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10")
            .map(Cidr::parse)
            .toList();

    private static final Cidr LINK_LOCAL_IPV6 = Cidr.parse("fe80::/10");

    /** RFC 5771 section 4 and RFC 2365 section 6.1: no router passes these on; the exit has no use for them. */
    private static final List<Cidr> LOCAL_MULTICAST =
            Stream.of("224.0.0.0/24", "239.255.0.0/16").map(Cidr::parse).toList();

    /** Shorter ones are default routes by another name. */
    private static final int SHORTEST_NETWORK = 8;

    private static final Cidr SHARED_ADDRESS_SPACE = Cidr.parse("100.64.0.0/10"); // RFC 6598

    /**
     * A line of the table of the exit.
     *
     * @param devices for {@link Way#THROW}: by which interfaces packets may leave; empty for any
     */
    record ExitRoute(Cidr prefix, Way way, Set<String> devices) {}

    static LinuxPlan of(RouterSetup setup, MachineFacts facts, Sessions sessions, RouterConfig wanted) {
        List<ExitRoute> exitRoutes = exitRoutes(facts, wanted);
        List<Operation> operations = new ArrayList<>();
        operations.addAll(ownInterface(setup, facts, wanted));
        for (Cidr peer : sorted(wanted.peers())) {
            operations.add(new Route(setup.peersTable(), peer, Way.INTERFACE, setup.interfaceName()));
        }
        for (ExitRoute route : exitRoutes) {
            operations.add(new Route(setup.exitTable(), route.prefix(), route.way(), setup.interfaceName()));
        }
        if (wanted.usingExit() != null) {
            // A strict reverse path filter must look up the source of what arrives with our mark.
            operations.add(new Sysctl("net/ipv4/conf/all/src_valid_mark", 1));
        }
        operations.add(
                new NftTable(setup.nftTable(), Firewall.text(setup, facts.siblings(), sessions, wanted, exitRoutes)));
        if (wanted.offeringExit()) {
            operations.addAll(forwarding(setup, facts));
        }
        for (Family family : Family.values()) {
            operations.add(new Rule(family, setup.peersPriority(), setup.peersTable()));
        }
        if (wanted.usingExit() != null) {
            for (Family family : Family.values()) {
                operations.add(new Rule(family, setup.exitPriority(), setup.exitTable()));
            }
        }
        operations.removeIf(operation -> !facts.ipv6() && needsIpv6(operation));
        return new LinuxPlan(List.copyOf(operations), warnings(facts, wanted));
    }

    private static List<Operation> ownInterface(RouterSetup setup, MachineFacts facts, RouterConfig wanted) {
        String device = setup.interfaceName();
        List<Operation> operations = new ArrayList<>();
        String disableIpv6 = "net/ipv6/conf/" + device + "/disable_ipv6";
        if (facts.sysctl(disableIpv6, 0) != 0) {
            // Another interface may still have IPv6, and its traffic belongs into the tunnel.
            operations.add(new Sysctl(disableIpv6, 0));
        }
        operations.add(new Link(device, wanted.mtu()));
        wanted.addresses().forEach(address -> operations.add(new Address(device, address)));
        return operations;
    }

    /** For equal prefixes the operator's word beats what the network says. */
    private static List<ExitRoute> exitRoutes(MachineFacts facts, RouterConfig wanted) {
        RouterConfig.ExitUse use = wanted.usingExit();
        if (use == null) {
            return List.of();
        }
        Map<Cidr, ExitRoute> routes = new LinkedHashMap<>();
        if (use.routes().stream().anyMatch(route -> !route.isIpv4())) {
            routes.put(LINK_LOCAL_IPV6, new ExitRoute(LINK_LOCAL_IPV6, Way.THROW, Set.of()));
        }
        if (use.routes().stream().anyMatch(Cidr::isIpv4)) {
            LOCAL_MULTICAST.forEach(group -> routes.put(group, new ExitRoute(group, Way.THROW, Set.of())));
        }
        for (OnLink onLink : facts.onLink()) {
            Cidr prefix = onLink.prefix();
            if (mayBypass(prefix) && !LINK_LOCAL_IPV6.contains(prefix)) {
                ExitRoute other = routes.get(prefix);
                Set<String> devices = new TreeSet<>(other == null ? Set.of() : other.devices());
                devices.add(onLink.device());
                routes.put(prefix, new ExitRoute(prefix, Way.THROW, devices));
            }
        }
        use.routes().forEach(route -> routes.put(route, new ExitRoute(route, Way.INTERFACE, Set.of())));
        use.excludes().forEach(exclude -> routes.put(exclude, new ExitRoute(exclude, Way.THROW, Set.of())));
        return routes.values().stream()
                .sorted(Comparator.comparing(ExitRoute::prefix, BY_FAMILY_AND_LENGTH))
                .toList();
    }

    private static boolean mayBypass(Cidr prefix) {
        return PRIVATE.stream().anyMatch(range -> range.contains(prefix));
    }

    /** Router advertisements first: the kernel forgets the default route of an interface that starts to forward. */
    private static List<Operation> forwarding(RouterSetup setup, MachineFacts facts) {
        List<Operation> operations = new ArrayList<>();
        for (String uplink : new TreeSet<>(facts.uplinks())) {
            String acceptRa = "net/ipv6/conf/" + uplink + "/accept_ra";
            boolean accepted =
                    facts.sysctl(acceptRa, 0) == 1 && facts.sysctl("net/ipv6/conf/" + uplink + "/forwarding", 0) == 0;
            if (accepted) {
                operations.add(new Sysctl(acceptRa, 2));
            }
        }
        operations.add(new Sysctl("net/ipv4/ip_forward", 1));
        operations.add(new Sysctl("net/ipv6/conf/all/forwarding", 1));
        Set<String> between = new TreeSet<>(facts.uplinks());
        between.add(setup.interfaceName());
        for (String device : between) {
            // Where forwarding was on already, the kernel sets no interface anew.
            addIfOff(operations, facts, "net/ipv4/ip_forward", "net/ipv4/conf/" + device + "/forwarding");
            addIfOff(operations, facts, "net/ipv6/conf/all/forwarding", "net/ipv6/conf/" + device + "/forwarding");
        }
        return operations;
    }

    private static void addIfOff(List<Operation> operations, MachineFacts facts, String all, String path) {
        if (facts.sysctl(all, 0) != 0 && facts.sysctl(path, 1) == 0) {
            operations.add(new Sysctl(path, 1));
        }
    }

    private static List<String> warnings(MachineFacts facts, RouterConfig wanted) {
        Set<String> warnings = new TreeSet<>();
        List<Cidr> overlay = Stream.concat(wanted.addresses().stream(), wanted.peers().stream())
                .toList();
        for (OnLink onLink : facts.onLink()) {
            if (onLink.prefix().prefixLength() >= SHORTEST_NETWORK) {
                warnOfOverlap(warnings, overlay, onLink.device(), onLink.prefix());
            }
            boolean bothShared = SHARED_ADDRESS_SPACE.contains(onLink.address())
                    && wanted.addresses().stream().anyMatch(SHARED_ADDRESS_SPACE::overlaps);
            if (bothShared) {
                warnings.add(
                        onLink.device() + " has the address " + Cidr.text(onLink.address())
                                + ", in the range of the overlay's addresses: if peers cannot be reached, use --overlay on all nodes");
            }
        }
        for (ForeignRoute route : facts.routes()) {
            if (route.prefix().prefixLength() >= SHORTEST_NETWORK) {
                warnOfOverlap(warnings, overlay, route.device(), route.prefix());
            }
        }
        return List.copyOf(warnings);
    }

    private static void warnOfOverlap(Set<String> warnings, List<Cidr> overlay, String device, Cidr prefix) {
        overlay.stream()
                .filter(prefix::overlaps)
                .findFirst()
                .ifPresent(ours -> warnings.add(
                        prefix + " of " + device + " overlaps with " + ours + " of the overlay, which wins"));
    }

    private static boolean needsIpv6(Operation operation) {
        if (operation instanceof Address address) {
            return !address.address().isIpv4();
        }
        if (operation instanceof Route route) {
            return !route.prefix().isIpv4();
        }
        if (operation instanceof Sysctl sysctl) {
            return sysctl.path().startsWith("net/ipv6/");
        }
        return operation instanceof Rule rule && rule.family() == Family.IPV6;
    }

    static final Comparator<Cidr> BY_FAMILY_AND_LENGTH = Comparator.comparing((Cidr prefix) -> !prefix.isIpv4())
            .thenComparing(prefix -> -prefix.prefixLength())
            .thenComparing(Cidr::toString);

    private static List<Cidr> sorted(List<Cidr> prefixes) {
        return prefixes.stream().distinct().sorted(BY_FAMILY_AND_LENGTH).toList();
    }
}
