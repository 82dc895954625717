package org.peervpn.nat.behavior;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.NatSummary;
import org.peervpn.nat.PortAllocation;

/** Draws the {@link NatFindings} from what the trials of a test have shown. */
final class Conclusion {
    private final MappingVerdict mapping;
    private final MappingTrial trial;
    private final Evidence evidence;
    private final List<FilterTrial> filters;
    private final @Nullable Boolean hairpinning;
    private final boolean anyAnswer;
    private final boolean onlyTcpPasses;
    private final NatTest.LocalSide local;
    private final IntUnaryOperator localPorts;

    Conclusion(
            MappingTrial trial,
            List<FilterTrial> filters,
            @Nullable Boolean hairpinning,
            boolean anyAnswer,
            boolean onlyTcpPasses,
            NatTest.LocalSide local,
            IntUnaryOperator localPorts) {
        this.trial = trial;
        this.mapping = trial.verdict();
        this.evidence = trial.evidence();
        this.filters = filters;
        this.hairpinning = hairpinning;
        this.anyAnswer = anyAnswer;
        this.onlyTcpPasses = onlyTcpPasses;
        this.local = local;
        this.localPorts = localPorts;
    }

    NatFindings findings(List<InetSocketAddress> servers) {
        List<FilterTrial> shown =
                filters.stream().filter(filter -> filter.behavior() != null).toList();
        boolean filteringDisputed =
                shown.stream().map(FilterTrial::behavior).distinct().count() > 1;
        Behavior filtering =
                shown.isEmpty() || filteringDisputed ? null : shown.get(0).behavior();
        return new NatFindings(
                summary(filtering),
                mapping.dependent(),
                mapping.endpoint(),
                mapping.confirmed(),
                mapping.disputed(),
                filteringDisputed ? 0 : independent(shown),
                filteringDisputed,
                !filters.isEmpty(),
                severalAddresses(),
                hairpinning,
                servers.stream().map(this::finding).toList());
    }

    private NatSummary summary(@Nullable Behavior filtering) {
        if (!anyAnswer) {
            return onlyTcpPasses ? NatSummary.BLOCKED : NatSummary.UNKNOWN;
        }
        PortVerdict ports = ports();
        return new NatSummary(
                mapping.translated(),
                mapping.behavior(),
                filtering,
                ports.ports(),
                ports.step(),
                false,
                carrierGrade());
    }

    private PortVerdict ports() {
        if (Boolean.FALSE.equals(mapping.translated())) {
            return new PortVerdict(PortAllocation.PRESERVED, 0);
        }
        boolean mappingKnown = mapping.dependent() || mapping.endpoint() != null;
        return mappingKnown
                ? PortVerdict.of(evidence.byOperator(mapping), mapping.dependent(), localPorts)
                : PortVerdict.UNKNOWN;
    }

    /** By this alone a second NAT is seen only where the first one's inner address gives it away. */
    private @Nullable Boolean carrierGrade() {
        if (Boolean.FALSE.equals(mapping.translated())) {
            return false;
        }
        boolean behindShared = local.source() != null && isShared(local.source());
        return (behindShared && mapping.translated() != null) ? true : null;
    }

    /** 100.64.0.0/10, RFC 6598. */
    private static boolean isShared(InetAddress address) {
        byte[] bytes = address.getAddress();
        return address instanceof Inet4Address && (bytes[0] == 100) && ((bytes[1] & 0xc0) == 64);
    }

    private boolean severalAddresses() {
        boolean mappingKnown = mapping.dependent() || mapping.confirmed();
        List<Set<InetAddress>> byOperator = evidence.byOperator(mapping).stream()
                .map(sightings -> new HashSet<>(sightings.stream()
                        .map(sighting -> sighting.mapped().getAddress())
                        .toList()))
                .map(addresses -> (Set<InetAddress>) addresses)
                .toList();
        // In one server's words, so that none which lies makes two of one.
        return mappingKnown
                && byOperator.stream().filter(addresses -> addresses.size() > 1).count()
                        >= Math.min(2, byOperator.size());
    }

    private static int independent(List<FilterTrial> shown) {
        Set<InetAddress> counted = new HashSet<>();
        int witnesses = 0;
        for (FilterTrial filter : shown) {
            Collection<InetAddress> own =
                    List.of(filter.server().getAddress(), filter.other().getAddress());
            if (own.stream().noneMatch(counted::contains)) {
                witnesses++;
            }
            counted.addAll(own);
        }
        return witnesses;
    }

    private ServerFinding finding(InetSocketAddress server) {
        Inquiry asked = trial.asked(server);
        Inquiry.Answer first = asked == null ? null : asked.first();
        if (asked == null || first == null) {
            return new ServerFinding(server, null, null, false);
        }
        InetSocketAddress mapped = Sighting.mapped(server, first.message());
        boolean odd = mapping.endpoint() != null && !Objects.equals(mapped, mapping.endpoint());
        long rttNanos = asked.answers().stream()
                .mapToLong(Inquiry.Answer::rttNanos)
                .min()
                .orElseThrow();
        return new ServerFinding(
                server, rttNanos, mapped, odd || evidence.liars().contains(server.getAddress()));
    }
}
