package org.peervpn.routing;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.peervpn.routing.Operation.Address;
import org.peervpn.routing.Operation.Family;
import org.peervpn.routing.Operation.Link;
import org.peervpn.routing.Operation.Route;
import org.peervpn.routing.Operation.Rule;
import org.peervpn.routing.Operation.Way;

/** What of ours the machine has, out of what {@code ip -json} prints. Core: pure functions; what is not ours is left out. */
final class Inventory {

    private Inventory() {}

    /** {@code ip rule show} of one family. */
    static Set<Operation> rules(Family family, JsonNode rules) {
        Set<Operation> found = new HashSet<>();
        for (JsonNode rule : rules) {
            boolean ours = rule.path("protocol").asText().equals(String.valueOf(RouterSetup.PROTOCOL))
                    && rule.has("not")
                    && (rule.path("fwmark").asText() + "/" + rule.path("fwmask").asText()).equals(RouterSetup.ANY_MARK);
            addIfOurs(
                    found,
                    ours,
                    () -> new Rule(
                            family,
                            rule.path("priority").asInt(),
                            Long.parseLong(rule.path("table").asText())));
        }
        return found;
    }

    /** {@code ip route show table all protocol 112} of one family. */
    static Set<Operation> routes(Family family, String ownInterface, JsonNode routes) {
        Set<Operation> found = new HashSet<>();
        for (JsonNode route : routes) {
            boolean leadsOn = route.path("type").asText("unicast").equals("throw");
            boolean ours = leadsOn || route.path("dev").asText().equals(ownInterface);
            addIfOurs(
                    found,
                    ours,
                    () -> new Route(
                            Long.parseLong(route.path("table").asText()),
                            prefix(family, route.path("dst").asText()),
                            leadsOn ? Way.THROW : Way.INTERFACE,
                            ownInterface));
        }
        return found;
    }

    /** {@code ip address show} of our interface. */
    static Set<Operation> addresses(String ownInterface, JsonNode links) {
        Set<Operation> found = new HashSet<>();
        for (JsonNode link : links) {
            boolean up = link.path("flags").toString().contains("\"UP\"");
            addIfOurs(found, up, () -> new Link(ownInterface, link.path("mtu").asInt()));
            for (JsonNode info : link.path("addr_info")) {
                InetAddress local =
                        Cidr.parse(info.path("local").asText("0.0.0.0")).address();
                addIfOurs(found, true, () -> new Address(ownInterface, Cidr.host(local)));
            }
        }
        return found;
    }

    private static Cidr prefix(Family family, String text) {
        return text.equals("default") ? Cidr.parse(family == Family.IPV4 ? "0.0.0.0/0" : "::/0") : Cidr.parse(text);
    }

    private static void addIfOurs(Set<Operation> found, boolean ours, Supplier<Operation> reading) {
        if (!ours) {
            return;
        }
        try {
            found.add(reading.get());
        } catch (IllegalArgumentException e) {
            // Of another kind than any of ours.
        }
    }
}
