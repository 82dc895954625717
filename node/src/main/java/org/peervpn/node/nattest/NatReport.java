package org.peervpn.node.nattest;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.NatName;
import org.peervpn.nat.PortAllocation;
import org.peervpn.nat.portmap.MappingProtocol;

/**
 * What {@code --nattest} shows; the names are those of its JSON. Of IPv4, but for {@link #ipv6}. Unknown is null.
 *
 * @param portStep from one mapping's port to the next one's; null unless ports are sequential
 * @param endpointConfirmed two servers of different addresses name the public endpoint
 * @param filteringWitnesses how many servers of different operators have shown the filtering
 * @param cgn another NAT, mostly the provider's, stands behind the router
 * @param ipv6 null if the machine has no IPv6, or no server answered by it
 * @param portMapping how the router can be asked to open a port, the best first; empty if it speaks none of the protocols,
 *     null if it was not asked
 * @param lifetimeSeconds for how long an idle mapping lives at least; null if it was not measured
 * @param canBeExit others can reach this node without being reachable themselves, or both by adding each other
 * @param doubts why something is unknown or not sure
 */
public record NatReport(
        NatName nat,
        @Nullable Behavior mapping,
        @Nullable Behavior filtering,
        @Nullable Boolean portPreservation,
        @Nullable PortAllocation ports,
        @Nullable Integer portStep,
        @Nullable Boolean hairpinning,
        @Nullable String publicEndpoint,
        boolean endpointConfirmed,
        int filteringWitnesses,
        boolean severalAddresses,
        @Nullable String localEndpoint,
        @Nullable Boolean cgn,
        @Nullable Ipv6 ipv6,
        @Nullable List<MappingProtocol> portMapping,
        @Nullable Integer lifetimeSeconds,
        @Nullable Boolean canBeExit,
        List<String> doubts,
        List<String> advice,
        List<Server> servers) {

    /** {@link #portMapping} as people write it; empty for none, null if the router was not asked. */
    public @Nullable String portMappingText() {
        return portMapping == null
                ? null
                : portMapping.stream().map(MappingProtocol::text).collect(Collectors.joining(", "));
    }

    /** @param more doubts, about the lifetime */
    public NatReport withLifetime(@Nullable Integer seconds, List<String> more) {
        return new NatReport(
                nat,
                mapping,
                filtering,
                portPreservation,
                ports,
                portStep,
                hairpinning,
                publicEndpoint,
                endpointConfirmed,
                filteringWitnesses,
                severalAddresses,
                localEndpoint,
                cgn,
                ipv6,
                portMapping,
                seconds,
                canBeExit,
                Stream.concat(doubts.stream(), more.stream()).toList(),
                advice,
                servers);
    }

    /** The same of IPv6, as far as it differs there. */
    public record Ipv6(
            NatName nat,
            @Nullable Behavior mapping,
            @Nullable Behavior filtering,
            @Nullable String publicEndpoint,
            @Nullable String localEndpoint,
            List<Server> servers) {}

    /** @param contradicted the others agree on something else, or the server contradicts itself */
    public record Server(
            String server,
            @Nullable Double rttMillis,
            @Nullable String mapped,
            boolean contradicted) {}
}
