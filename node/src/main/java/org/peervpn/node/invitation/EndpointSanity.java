package org.peervpn.node.invitation;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.peervpn.node.OverlayAddresses;

/** Where a peer can be at all. An invitation must not make its reader send to itself, to all, or into the tunnel. */
public final class EndpointSanity {

    private EndpointSanity() {}

    public static boolean isSane(InetSocketAddress endpoint) {
        InetAddress address = endpoint.getAddress();
        return endpoint.getPort() != 0
                && !address.isAnyLocalAddress()
                && !address.isLoopbackAddress()
                && !address.isMulticastAddress()
                && !address.isLinkLocalAddress()
                && !OverlayAddresses.IPV6_PREFIX.contains(address)
                && (address instanceof Inet4Address ? isHost(address.getAddress()) : isUnicast(address.getAddress()));
    }

    /** Not of 0.0.0.0/8 (this network), nor of 240.0.0.0/4 (reserved, broadcast). */
    private static boolean isHost(byte[] ipv4) {
        int first = ipv4[0] & 0xff;
        return first != 0 && first < 240;
    }

    /** Of 2000::/3 or fc00::/7: of all others none is a host's (RFC 4291, section 2.4). */
    private static boolean isUnicast(byte[] ipv6) {
        int first = ipv6[0] & 0xff;
        return (first & 0xe0) == 0x20 || (first & 0xfe) == 0xfc;
    }

    /** True if the whole internet can reach the address, as far as addresses tell. */
    public static boolean isGlobal(InetAddress address) {
        byte[] bytes = address.getAddress();
        int first = bytes[0] & 0xff;
        if (address instanceof Inet4Address) {
            boolean carrierGrade = first == 100 && (bytes[1] & 0xc0) == 64;
            return !address.isSiteLocalAddress() && !carrierGrade && first != 0 && first < 224;
        }
        return (first & 0xe0) == 0x20;
    }
}
