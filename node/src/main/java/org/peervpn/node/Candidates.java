package org.peervpn.node;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import org.peervpn.nat.Candidate;
import org.peervpn.node.invitation.EndpointSanity;
import org.peervpn.routing.Cidr;

/**
 * Which endpoints that a peer gives may be tried. A peer that names a victim must not make us send to it more than a few
 * checks, and never to this machine itself, to many at once, or to strangers in our own network.
 */
final class Candidates {
    private Candidates() {}

    static boolean isPrivate(InetAddress address) {
        return !EndpointSanity.isGlobal(address);
    }

    /**
     * Those that are worth a check.
     *
     * @param networks that this machine is directly connected to
     * @param sharesNat the peer and we have the same public address
     */
    static List<Candidate> usable(Collection<Candidate> candidates, Collection<Cidr> networks, boolean sharesNat) {
        return candidates.stream()
                .filter(candidate -> EndpointSanity.isSane(candidate.endpoint()))
                .filter(candidate -> {
                    InetAddress address = candidate.endpoint().getAddress();
                    boolean isNear = networks.stream().anyMatch(network -> network.contains(address));
                    return isNear || sharesNat || !isPrivate(address) || isGlobalPrivate(address);
                })
                .toList();
    }

    /** Unique local IPv6 addresses are routed within one organisation: trying one harms nobody else. */
    private static boolean isGlobalPrivate(InetAddress address) {
        return address instanceof Inet6Address;
    }
}
