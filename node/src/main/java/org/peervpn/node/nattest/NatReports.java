package org.peervpn.node.nattest;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.NatName;
import org.peervpn.nat.NatSummary;
import org.peervpn.nat.PortAllocation;
import org.peervpn.nat.behavior.NatFindings;
import org.peervpn.nat.behavior.ServerFinding;
import org.peervpn.nat.portmap.PortMapping;

/** From the findings of a test to what is told of them. */
public final class NatReports {
    private static final double NANOS_PER_MICRO = 1_000.0;

    private NatReports() {}

    /**
     * What is known of one address family.
     *
     * @param localAddress from which the node sends; null if it has no route
     * @param names how the operator has written the servers
     */
    public record Side(
            NatFindings findings, @Nullable InetAddress localAddress, int port, Map<InetSocketAddress, String> names) {

        @Nullable
        String localEndpoint() {
            return localAddress == null ? null : text(new InetSocketAddress(localAddress, port));
        }

        @Nullable
        String publicEndpoint() {
            return findings.endpoint() == null ? null : text(findings.endpoint());
        }

        List<NatReport.Server> servers() {
            return findings.servers().stream().map(this::server).toList();
        }

        private NatReport.Server server(ServerFinding finding) {
            Double millis =
                    finding.rttNanos() == null ? null : Math.round(finding.rttNanos() / NANOS_PER_MICRO) / 1_000.0;
            String mapped = finding.mapped() == null ? null : text(finding.mapped());
            String name = names.getOrDefault(finding.server(), text(finding.server()));
            return new NatReport.Server(name, millis, mapped, finding.contradicted());
        }
    }

    /**
     * @param ipv6 null if there is none
     * @param router what it can do; null if it was not asked
     */
    public static NatReport of(Side ipv4, @Nullable Side ipv6, PortMapping.@Nullable Findings router) {
        NatFindings findings = ipv4.findings();
        RouterWord word = RouterWord.of(findings, router);
        NatSummary summary = findings.summary();
        PortAllocation ports = summary.ports();
        return new NatReport(
                findings.name(),
                summary.mapping(),
                summary.filtering(),
                ports == null ? null : ports == PortAllocation.PRESERVED,
                ports,
                ports == PortAllocation.SEQUENTIAL ? summary.portStep() : null,
                findings.hairpinning(),
                ipv4.publicEndpoint(),
                findings.endpointConfirmed(),
                findings.filteringWitnesses(),
                findings.severalAddresses(),
                ipv4.localEndpoint(),
                word.carrierGrade(),
                ipv6 == null || !ipv6.findings().anyAnswer() ? null : ipv6(ipv6),
                word.protocols(),
                null,
                canBeExit(findings, word),
                Doubts.of(findings),
                NatAdvice.of(findings, ipv6 == null ? null : ipv6.findings(), word),
                ipv4.servers());
    }

    private static NatReport.Ipv6 ipv6(Side side) {
        NatSummary summary = side.findings().summary();
        return new NatReport.Ipv6(
                side.findings().name(),
                summary.mapping(),
                summary.filtering(),
                side.publicEndpoint(),
                side.localEndpoint(),
                side.servers());
    }

    /** Whether others can call it, if need be after it has called them. */
    private static @Nullable Boolean canBeExit(NatFindings findings, RouterWord router) {
        if (findings.name() == NatName.BLOCKED) {
            return false;
        }
        if (router.opens()) {
            return true;
        }
        if (findings.dependsOnDestination()) {
            return router.mayOpen() ? null : false;
        }
        return findings.summary().mapping() == null ? null : true;
    }

    static String text(InetSocketAddress endpoint) {
        String address = NetUtil.toAddressString(endpoint.getAddress());
        return address.indexOf(':') < 0
                ? address + ":" + endpoint.getPort()
                : "[" + address + "]:" + endpoint.getPort();
    }
}
