package org.peervpn.nat.behavior;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.NatName;
import org.peervpn.nat.NatSummary;

/**
 * What a test has found out in one address family; what is not proved is null.
 *
 * @param dependsOnDestination the mapping does, also where it is not known on what of it
 * @param endpoint the public one; null if there is none for all destinations, or if it is not known
 * @param endpointConfirmed two servers of different addresses name it
 * @param serversDisagree they name different endpoints, and it is not known whether the NAT or one of them is the reason
 * @param filteringWitnesses how many servers of different operators have shown the filtering; they agree
 * @param filteringDisputed they do not
 * @param filteringTestable a server names another address of its own, so it might show the filtering
 * @param severalAddresses the NAT has given several external addresses
 * @param hairpinning a datagram to the public endpoint comes back to the node
 */
public record NatFindings(
        NatSummary summary,
        boolean dependsOnDestination,
        @Nullable InetSocketAddress endpoint,
        boolean endpointConfirmed,
        boolean serversDisagree,
        int filteringWitnesses,
        boolean filteringDisputed,
        boolean filteringTestable,
        boolean severalAddresses,
        @Nullable Boolean hairpinning,
        List<ServerFinding> servers) {

    public NatName name() {
        return dependsOnDestination ? NatName.SYMMETRIC : summary.name();
    }

    public boolean anyAnswer() {
        return servers.stream().anyMatch(server -> server.rttNanos() != null);
    }
}
