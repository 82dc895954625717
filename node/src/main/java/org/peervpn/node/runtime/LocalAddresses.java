package org.peervpn.node.runtime;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.peervpn.node.OverlayAddresses;

/** The machine's own addresses at which a peer on the same network could reach it. */
final class LocalAddresses {

    private LocalAddresses() {}

    /** IPv4 first; without loopback, link-local and overlay addresses. Empty without network. */
    static List<InetAddress> read(OverlayAddresses overlay) {
        try {
            List<InetAddress> addresses = new ArrayList<>();
            for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
                if (device.isUp() && !device.isLoopback()) {
                    device.inetAddresses()
                            .filter(address -> !address.isLinkLocalAddress()
                                    && !address.equals(overlay.ipv4())
                                    && !OverlayAddresses.IPV6_PREFIX.contains(address))
                            .forEach(addresses::add);
                }
            }
            addresses.sort(Comparator.comparing((InetAddress address) -> address instanceof Inet6Address));
            return addresses;
        } catch (SocketException e) {
            return List.of();
        }
    }
}
