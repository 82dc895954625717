package org.peervpn.routing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.peervpn.routing.MachineFacts.ForeignRoute;
import org.peervpn.routing.MachineFacts.OnLink;
import org.peervpn.routing.Operation.Family;
import org.peervpn.routing.ProcNet.KernelRoute;

/** Reads what the plan has to know of the machine. Edge. */
final class LinuxObserver {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String IPV4_FORWARDING = "net/ipv4/conf/*/forwarding";
    private static final String IPV6_FORWARDING = "net/ipv6/conf/*/forwarding";

    private final String ip;
    private final String ownInterface;

    LinuxObserver(String ip, String ownInterface) {
        this.ip = ip;
        this.ownInterface = ownInterface;
    }

    MachineFacts observe() throws RouterException {
        Set<String> siblings = siblings();
        List<KernelRoute> ipv4 = ProcNet.routesIpv4(procNet("route"));
        List<KernelRoute> ipv6 = ProcNet.routesIpv6(procNet("ipv6_route"));
        List<ForeignRoute> foreign = Stream.concat(ipv4.stream(), ipv6.stream())
                .map(KernelRoute::foreign)
                .filter(route -> isForeign(route.device(), siblings))
                .distinct()
                .toList();
        Set<String> uplinks = new TreeSet<>();
        foreign.stream()
                .filter(route -> route.prefix().prefixLength() == 0)
                .forEach(route -> uplinks.add(route.device()));
        return new MachineFacts(
                Files.isDirectory(Sysctls.path("net/ipv6/conf")),
                onLink(ipJson("address", "show"), siblings),
                foreign,
                siblings,
                uplinks,
                sysctls());
    }

    Sessions sessions() throws RouterException {
        Scanner ports = new Scanner(Sysctls.text("net/ipv4/ip_local_port_range"));
        return ProcNet.sessions(sockets("tcp", "tcp6"), sockets("udp", "udp6"), ports.nextInt(), ports.nextInt());
    }

    private static List<ProcNet.Socket> sockets(String ipv4, String ipv6) {
        List<ProcNet.Socket> sockets = new ArrayList<>(ProcNet.sockets(procNet(ipv4)));
        sockets.addAll(ProcNet.sockets(procNet(ipv6)));
        return sockets;
    }

    /** Routes with our protocol number into other interfaces are of other nodes. */
    private Set<String> siblings() throws RouterException {
        Set<String> siblings = new TreeSet<>();
        for (String family : List.of("-4", "-6")) {
            for (JsonNode route : ourRoutes(family)) {
                String device = route.path("dev").asText("");
                if (isForeign(device, Set.of())) {
                    siblings.add(device);
                }
            }
        }
        return siblings;
    }

    private List<OnLink> onLink(JsonNode links, Set<String> siblings) {
        List<OnLink> onLink = new ArrayList<>();
        for (JsonNode link : links) {
            String device = link.path("ifname").asText("");
            boolean up = link.path("flags").toString().contains("\"UP\"");
            if (up && isForeign(device, siblings)) {
                for (JsonNode info : link.path("addr_info")) {
                    onLink.add(onLink(device, info));
                }
            }
        }
        return onLink;
    }

    /** "address" is the other end of a link between two. */
    private static OnLink onLink(String device, JsonNode info) {
        InetAddress local = Cidr.parse(info.path("local").asText()).address();
        InetAddress reachable =
                info.has("address") ? Cidr.parse(info.path("address").asText()).address() : local;
        return new OnLink(
                device, local, Cidr.network(reachable, info.path("prefixlen").asInt()));
    }

    private boolean isForeign(String device, Set<String> siblings) {
        return RouterSetup.isSafeName(device)
                && !device.equals("lo")
                && !device.equals(ownInterface)
                && !siblings.contains(device);
    }

    private Map<String, Integer> sysctls() throws RouterException {
        Map<String, Integer> values = new HashMap<>();
        for (String path : List.of(
                "net/ipv4/ip_forward",
                IPV4_FORWARDING,
                IPV6_FORWARDING,
                "net/ipv6/conf/*/accept_ra",
                "net/ipv6/conf/" + ownInterface + "/disable_ipv6")) {
            values.putAll(Sysctls.read(path));
        }
        return values;
    }

    /** What the kernel sets along with a sysctl, which was found out by comparing all of them before and after. */
    static List<String> sideEffects(String path) {
        return switch (path) {
            case "net/ipv4/ip_forward" -> List.of(IPV4_FORWARDING, "net/ipv4/conf/all/accept_redirects");
            case "net/ipv6/conf/all/forwarding" -> List.of(IPV6_FORWARDING);
            default -> List.of();
        };
    }

    /** Our links, addresses, routes and rules, as the machine has them now. */
    Set<Operation> inventory() throws RouterException {
        Set<Operation> found =
                new HashSet<>(Inventory.addresses(ownInterface, ipJson("address", "show", "dev", ownInterface)));
        for (Family family : Family.values()) {
            String option = family == Family.IPV4 ? "-4" : "-6";
            found.addAll(Inventory.rules(family, ipJson(option, "rule", "show")));
            found.addAll(Inventory.routes(family, ownInterface, ourRoutes(option)));
        }
        return found;
    }

    /** Of all nodes on this machine. */
    private JsonNode ourRoutes(String family) throws RouterException {
        return ipJson(family, "route", "show", "table", "all", "protocol", String.valueOf(RouterSetup.PROTOCOL));
    }

    private JsonNode ipJson(String... arguments) throws RouterException {
        List<String> command = new ArrayList<>(List.of(ip, "-json"));
        command.addAll(List.of(arguments));
        Command.Result result = Command.run(command, "");
        try {
            // A family that the kernel does not have is no error, and neither is a table without routes.
            return JSON.readTree(result.output().isBlank() ? "[]" : result.output());
        } catch (JsonProcessingException e) {
            throw new RouterException(
                    "cannot read the addresses and routes of this machine: "
                            + result.errors().strip(),
                    e);
        }
    }

    private static String procNet(String name) {
        try {
            return Files.readString(Path.of("/proc/net", name));
        } catch (IOException e) {
            return ""; // a kernel without that family
        }
    }
}
