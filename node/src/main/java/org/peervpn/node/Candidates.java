package org.peervpn.node;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import org.peervpn.nat.Candidate;
import org.peervpn.routing.Cidr;

/**
 * Which endpoints that a peer gives may be tried. A peer that names a victim must not make us send to it more than a few
 * checks, and never to this machine itself, to many at once, or to strangers in our own network.
 */
final class Candidates {
    private static final List<Cidr> PRIVATE = List.of(
            Cidr.parse("10.0.0.0/8"),
            Cidr.parse("172.16.0.0/12"),
            Cidr.parse("192.168.0.0/16"),
            Cidr.parse("100.64.0.0/10"),
            Cidr.parse("fc00::/7"));

    private static final Cidr UNUSABLE_IPV4 = Cidr.parse("0.0.0.0/8");

    private Candidates() {}

    /** True unless nobody can be reached there: this machine itself, many at once, port 0. */
    static boolean isSane(InetSocketAddress endpoint) {
        InetAddress address = endpoint.getAddress();
        return address != null
                && endpoint.getPort() != 0
                && !address.isAnyLocalAddress()
                && !address.isLoopbackAddress()
                && !address.isMulticastAddress()
                && !address.isLinkLocalAddress()
                && !isBroadcast(address)
                && !OverlayAddresses.IPV6_PREFIX.contains(address)
                && !UNUSABLE_IPV4.contains(address);
    }

    private static boolean isBroadcast(InetAddress address) {
        return address instanceof Inet4Address && (address.getAddress()[0] & 0xf0) == 0xf0;
    }

    static boolean isPrivate(InetAddress address) {
        return PRIVATE.stream().anyMatch(prefix -> prefix.contains(address));
    }

    /**
     * Those that are worth a check.
     *
     * @param networks that this machine is directly connected to
     * @param sharesNat the peer and we have the same public address
     */
    static List<Candidate> usable(Collection<Candidate> candidates, Collection<Cidr> networks, boolean sharesNat) {
        return candidates.stream()
                .filter(candidate -> isSane(candidate.endpoint()))
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
