package org.peervpn.testnat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The behaviour of a router as nftables text. The interfaces are always called {@code wan} and {@code lan}.
 *
 * <p>Filtering by address and port comes from conntrack itself. The looser kinds keep a map from the external port to the
 * internal endpoint, filled by outbound datagrams, and translate unsolicited inbound datagrams by it.
 */
final class NatRules {
    private static final int PORTS = 4096;
    /** Coprime to PORTS, so that every port is used once. */
    private static final int SCATTER = 2741;

    private NatRules() {}

    static String nat(SitePlan plan, NatType type, String publicAddress) {
        String lifetime = plan.mappingLifetime().toSeconds() + "s";
        String inbound = switch (type) {
            case FULL_CONE -> "iifname wan dnat ip to udp dport map @mapping";
            case ADDRESS_RESTRICTED ->
                "iifname wan udp dport . ip saddr @contacted" + " dnat ip to udp dport map @mapping";
            default -> "";
        };
        String hairpin = plan.has(SiteFeature.HAIRPIN)
                ? "iifname lan ip daddr " + publicAddress + " dnat ip to udp dport map @mapping"
                : "";
        return """
                table ip lab {
                  # external port -> internal endpoint, and the addresses it has sent to; refreshed by outbound datagrams
                  map mapping { type inet_service : ipv4_addr . inet_service; flags dynamic,timeout; size 65535; timeout %1$s; }
                  set contacted { type inet_service . ipv4_addr; flags dynamic,timeout; size 65535; timeout %1$s; }
                  chain prerouting { type nat hook prerouting priority -100;
                    %2$s
                    %3$s
                  }
                  chain postrouting { type nat hook postrouting priority 100;
                    oifname wan meta l4proto udp %4$s
                    oifname wan snat to %5$s
                    iifname lan oifname lan meta l4proto udp %6$s
                  }
                  chain record { type filter hook postrouting priority 150;
                    oifname wan meta l4proto udp ct direction original update @mapping { udp sport : ct original ip saddr . ct original proto-src }
                    oifname wan meta l4proto udp ct direction reply update @mapping { udp sport : ct reply ip saddr . ct reply proto-src }
                    oifname wan meta l4proto udp update @contacted { udp sport . ip daddr }
                  }
                  chain forward { type filter hook forward priority 0; policy drop;
                    %7$s
                    ct state established,related accept
                    iifname lan accept
                    ct status dnat accept
                  }
                  chain input { type filter hook input priority 0; policy accept;
                    iifname wan ct state new %8$s
                  }
                }
                """.formatted(
                        lifetime,
                        inbound,
                        hairpin,
                        mapping(plan, type, publicAddress),
                        publicAddress,
                        endpointIndependent(plan, publicAddress),
                        type == NatType.BLOCKED ? "meta l4proto udp drop" : "",
                        plan.has(SiteFeature.SLOPPY) ? "accept" : "drop");
    }

    /** Only answers come in. The family is that of an nftables table: ip6 or inet. */
    static String firewall(String family) {
        return """
                table %s lab_firewall {
                  chain forward { type filter hook forward priority 0; policy drop;
                    ct state established,related accept
                    iifname lan accept
                  }
                }
                """.formatted(family);
    }

    private static String mapping(SitePlan plan, NatType type, String publicAddress) {
        return switch (type) {
            case ADDRESS_DEPENDENT ->
                "snat to " + publicAddress + " : jhash ip saddr . udp sport . ip daddr " + "mod 4096 seed 0x5eed map "
                        + ports(SCATTER, 20_000);
            case SYMMETRIC -> "snat to " + publicAddress + ":1024-65535 fully-random";
            case SYMMETRIC_SEQ -> "snat to " + publicAddress + " : numgen inc mod 4096 map " + ports(1, 40_000);
            default -> endpointIndependent(plan, publicAddress);
        };
    }

    private static String endpointIndependent(SitePlan plan, String publicAddress) {
        return plan.has(SiteFeature.RANDOM_PORT)
                ? "snat to " + publicAddress + " : jhash ip saddr . udp sport mod 4096 seed 0x5eed map "
                        + ports(SCATTER, 20_000)
                : "snat to " + publicAddress;
    }

    /** A map and not "mod 4096 offset N", because nft writes that number in host byte order where a port is expected. */
    private static String ports(int step, int first) {
        return IntStream.range(0, PORTS)
                .mapToObj(i -> i + " : " + (first + i * step % PORTS))
                .collect(Collectors.joining(", ", "{ ", " }"));
    }
}
