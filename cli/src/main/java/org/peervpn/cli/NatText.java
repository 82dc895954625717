package org.peervpn.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.NatName;
import org.peervpn.nat.PortAllocation;
import org.peervpn.node.nattest.NatReport;

/** {@code --nattest} for people: the classic name as headline, RFC 4787's words as detail. */
final class NatText {
    private static final String FORMAT = "%-17s %s";

    private NatText() {}

    static List<String> lines(NatReport report) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(FORMAT.formatted("NAT:", name(report.nat())));
        lines.add(FORMAT.formatted("Public endpoint:", publicEndpoint(report)));
        lines.add(FORMAT.formatted("Local endpoint:", orUnknown(report.localEndpoint())));
        if (report.nat() != NatName.BLOCKED) {
            lines.add(FORMAT.formatted("Mapping:", mapping(report)));
            lines.add(FORMAT.formatted("Filtering:", filtering(report)));
            lines.add(FORMAT.formatted("Ports:", ports(report)));
            lines.add(FORMAT.formatted("Hairpinning:", yesOrNo(report.hairpinning())));
            lines.add(FORMAT.formatted("Carrier's NAT:", yesOrNo(report.cgn())));
        }
        lines.add(FORMAT.formatted("Port mapping:", portMapping(report)));
        if (report.lifetimeSeconds() != null) {
            lines.add(FORMAT.formatted("Lifetime:", lifetime(report.lifetimeSeconds())));
        }
        lines.add(FORMAT.formatted("IPv6:", ipv6(report.ipv6())));
        lines.add(FORMAT.formatted("Can be an exit:", yesOrNo(report.canBeExit())));
        lines.add("");
        report.advice().forEach(sentence -> lines.add("* " + sentence));
        report.doubts().forEach(sentence -> lines.add("? " + sentence));
        lines.add("");
        report.servers().forEach(server -> lines.add(server(server)));
        return lines;
    }

    private static String name(NatName name) {
        return switch (name) {
            case OPEN -> "Open: no NAT, and nothing is filtered";
            case FIREWALL -> "Firewall: no NAT, but only answers come in";
            case FULL_CONE -> "Full cone";
            case RESTRICTED_CONE -> "Restricted cone";
            case PORT_RESTRICTED_CONE -> "Port-restricted cone";
            case SYMMETRIC -> "Symmetric";
            case BLOCKED -> "Blocked: no UDP passes";
            case UNKNOWN -> "Unknown";
        };
    }

    private static String publicEndpoint(NatReport report) {
        if (report.publicEndpoint() == null) {
            return report.nat() == NatName.SYMMETRIC ? "another for each destination" : "unknown";
        }
        return report.publicEndpoint() + (report.endpointConfirmed() ? "" : "  (one server's word)");
    }

    private static String mapping(NatReport report) {
        Behavior mapping = report.mapping();
        if (mapping == null) {
            return report.nat() == NatName.SYMMETRIC ? "depends on the destination" : "unknown";
        }
        return behavior(mapping);
    }

    private static String filtering(NatReport report) {
        Behavior filtering = report.filtering();
        if (filtering == null) {
            return "unknown";
        }
        int witnesses = report.filteringWitnesses();
        return behavior(filtering)
                + (witnesses == 1 ? "  (shown by one server)" : "  (shown by " + witnesses + " servers)");
    }

    private static String behavior(Behavior behavior) {
        return switch (behavior) {
            case ENDPOINT_INDEPENDENT -> "endpoint-independent";
            case ADDRESS_DEPENDENT -> "address-dependent";
            case ADDRESS_AND_PORT_DEPENDENT -> "address and port-dependent";
        };
    }

    private static String ports(NatReport report) {
        PortAllocation ports = report.ports();
        if (ports == null) {
            return "unknown";
        }
        return switch (ports) {
            case PRESERVED -> "preserved";
            case SEQUENTIAL -> "sequential, in steps of " + report.portStep();
            case RANDOM -> "random";
        };
    }

    private static String portMapping(NatReport report) {
        String spoken = report.portMappingText();
        if (spoken == null) {
            return "no router was asked";
        }
        if (spoken.isEmpty()) {
            return "none: the router speaks neither PCP nor NAT-PMP nor UPnP";
        }
        return Boolean.TRUE.equals(report.cgn())
                ? spoken + ", but of no use: another NAT stands behind the router"
                : spoken;
    }

    private static String lifetime(int seconds) {
        return seconds == 0
                ? "an idle mapping lives for less than 5 s"
                : "an idle mapping lives for at least " + seconds + " s";
    }

    private static String ipv6(NatReport.@Nullable Ipv6 ipv6) {
        if (ipv6 == null) {
            return "none";
        }
        return name(ipv6.nat()) + (ipv6.publicEndpoint() == null ? "" : ", " + ipv6.publicEndpoint());
    }

    private static String server(NatReport.Server server) {
        String answer = server.rttMillis() == null
                ? "no answer"
                : "%6.1f ms  %s%s"
                        .formatted(
                                server.rttMillis(),
                                server.mapped() == null ? "no endpoint" : server.mapped(),
                                server.contradicted() ? "  (contradicted)" : "");
        return "  %-32s %s".formatted(server.server(), answer);
    }

    private static String orUnknown(@Nullable String text) {
        return text == null ? "unknown" : text;
    }

    private static String yesOrNo(@Nullable Boolean value) {
        if (value == null) {
            return "unknown";
        }
        return value ? "yes" : "no";
    }
}
