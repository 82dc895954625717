package org.peervpn.node.diagnostics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.peervpn.routing.Cidr;

/** Checks of the machine's own network: routes, firewall, addresses. */
public final class NetworkChecks {
    private static final String OUR_TABLES = "peervpn_";
    private static final int MAX_NAMED = 5;
    private static final ObjectMapper JSON = new ObjectMapper();

    private NetworkChecks() {}

    /** An address of an interface. */
    public record Address(String device, InetAddress address) {}

    /** Where the internet is; null for no default route, or a setting that is not there. */
    public static Finding routes(
            @Nullable String defaultIpv4, @Nullable String defaultIpv6, @Nullable String reversePathFilter) {
        String detail = "IPv4: " + (defaultIpv4 == null ? "none" : defaultIpv4) + ", IPv6: "
                + (defaultIpv6 == null ? "none" : defaultIpv6)
                + (reversePathFilter == null ? "" : ", rp_filter " + reversePathFilter);
        if (defaultIpv4 == null && defaultIpv6 == null) {
            return Finding.warning(
                    "routes",
                    "no default route: this machine has no way to the internet",
                    "connect it; until then only peers in the same network can be reached");
        }
        return Finding.ok("routes", detail);
    }

    /** A chain of nftables that forwarded packets pass and that drops what it does not name. */
    record DroppingChain(String family, String table, String name) {
        @Override
        public String toString() {
            return family + " " + table + " " + name;
        }
    }

    /** What {@code nft -j list chains} says. */
    public static Finding firewall(String chains, boolean nodeRuns) {
        try {
            JsonNode all = JSON.readTree(chains).path("nftables");
            List<DroppingChain> dropping = dropping(all);
            if (!dropping.isEmpty()) {
                return Finding.warning(
                        "firewall",
                        "another firewall drops forwarded packets: "
                                + dropping.stream()
                                        .limit(MAX_NAMED)
                                        .map(DroppingChain::toString)
                                        .collect(Collectors.joining(", ")),
                        adviceFor(dropping));
            }
            String ours = hasOurs(all)
                    ? "ours is set"
                    : nodeRuns ? "ours is not set: nothing to protect yet" : "none of ours, no node runs";
            return Finding.ok("firewall", "nftables works; " + ours + "; nobody else drops what an exit forwards");
        } catch (JsonProcessingException e) {
            return Finding.notSeen("firewall", "nft says what cannot be understood", "is nft older than 0.9.9?");
        }
    }

    /** nft did not answer. */
    public static Finding noFirewall(boolean root, String reason) {
        return root
                ? Finding.problem("firewall", reason, "install nftables: apt-get install nftables")
                : Finding.notSeen("firewall", "only root can see it", "to see this: sudo peervpn --diagnostics");
    }

    private static List<DroppingChain> dropping(JsonNode all) {
        List<DroppingChain> dropping = new ArrayList<>();
        for (JsonNode element : all) {
            JsonNode chain = element.path("chain");
            boolean drops = chain.path("hook").asText().equals("forward")
                    && chain.path("policy").asText().equals("drop");
            if (drops && !chain.path("table").asText().startsWith(OUR_TABLES)) {
                dropping.add(new DroppingChain(
                        chain.path("family").asText(),
                        chain.path("table").asText(),
                        chain.path("name").asText()));
            }
        }
        return dropping;
    }

    private static boolean hasOurs(JsonNode all) {
        for (JsonNode element : all) {
            if (element.path("chain").path("table").asText().startsWith(OUR_TABLES)) {
                return true;
            }
        }
        return false;
    }

    private static String adviceFor(List<DroppingChain> dropping) {
        // Docker and ufw both write to the tables of iptables.
        boolean iptables = dropping.stream().anyMatch(chain -> chain.table().equals("filter"));
        return "for an exit, allow forwarding from and to peervpn0 there"
                + (iptables
                        ? "; Docker: iptables -I DOCKER-USER -i peervpn0 -j ACCEPT, and the same with -o; ufw: ufw route"
                                + " allow in on peervpn0, and out on peervpn0"
                        : "")
                + ". A client does not care";
    }

    /** Whether others use the addresses that we give to peers. */
    public static Finding addresses(List<Address> addresses, Cidr overlay, String ownInterface) {
        List<String> clashing = addresses.stream()
                .filter(address -> !address.device().equals(ownInterface))
                .filter(address -> overlay.contains(address.address()))
                .map(address -> address.device() + " has " + address.address().getHostAddress())
                .distinct()
                .limit(MAX_NAMED)
                .toList();
        return clashing.isEmpty()
                ? Finding.ok("addresses", "nobody else uses " + overlay)
                : Finding.warning(
                        "addresses",
                        String.join(", ", clashing) + ", within " + overlay + " as the addresses of peers",
                        "it may be Tailscale, another node, or a provider's shared addresses; if peers cannot be"
                                + " reached, use --overlay=10.N.0.0/16 on all nodes");
    }
}
