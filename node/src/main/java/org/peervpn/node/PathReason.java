package org.peervpn.node;

import java.net.Inet6Address;
import java.net.InetAddress;
import org.peervpn.nat.CandidateType;

/** Why a path is what it is, in one sentence for people. */
final class PathReason {
    private PathReason() {}

    static String of(CandidateType type, InetAddress address) {
        boolean isIpv6 = address instanceof Inet6Address;
        return switch (type) {
            case HOST ->
                isIpv6
                        ? "direct by IPv6, without any translation: nothing is better"
                        : Candidates.isPrivate(address)
                                ? "both are in one network: nothing is better"
                                : "the peer has a public address: nothing is better";
            case PORT_MAPPED -> "the peer's router forwards a port to it; IPv6 on both sides would be more direct";
            case SERVER_REFLEXIVE ->
                "both sent at the same time, which opened the NATs between; IPv6 on both sides would be more direct";
            case PEER_REFLEXIVE ->
                "the peer was met at a port that nobody could have told; a NAT that keeps its mapping, or IPv6, would be"
                        + " more direct";
        };
    }
}
