package org.peervpn.node.runtime;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.LocalNetwork;
import org.peervpn.node.OverlayAddresses;
import org.peervpn.routing.Cidr;

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

    /** The networks of those addresses, in their order. */
    static List<LocalNetwork> networks(OverlayAddresses overlay) {
        List<LocalNetwork> networks = new ArrayList<>();
        for (InetAddress address : read(overlay)) {
            InetAddress plain = plain(address);
            networks.add(new LocalNetwork(plain, Cidr.network(plain, prefixLength(address))));
        }
        return networks;
    }

    /** Where others may be who hear a beacon; tunnels are no such place. */
    static List<LanLink.Spot> spots(OverlayAddresses overlay) {
        List<LanLink.Spot> spots = new ArrayList<>();
        for (InetAddress address : read(overlay)) {
            String device = broadcastDevice(address);
            if (device != null) {
                spots.add(new LanLink.Spot(device, plain(address)));
            }
        }
        return spots;
    }

    private static @Nullable String broadcastDevice(InetAddress address) {
        try {
            NetworkInterface device = NetworkInterface.getByInetAddress(address);
            boolean isLan = device != null && device.supportsMulticast() && !device.isPointToPoint();
            return isLan ? device.getName() : null;
        } catch (SocketException e) {
            return null; // gone meanwhile
        }
    }

    private static int prefixLength(InetAddress address) {
        try {
            NetworkInterface device = NetworkInterface.getByInetAddress(address);
            return device == null
                    ? address.getAddress().length * Byte.SIZE
                    : device.getInterfaceAddresses().stream()
                            .filter(known -> address.equals(known.getAddress()))
                            .mapToInt(InterfaceAddress::getNetworkPrefixLength)
                            .findFirst()
                            .orElse(address.getAddress().length * Byte.SIZE);
        } catch (SocketException e) {
            return address.getAddress().length * Byte.SIZE; // gone meanwhile
        }
    }

    /** Without the scope that Java gives to an interface's IPv6 addresses. */
    static InetAddress plain(InetAddress address) {
        try {
            return InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has the length of an address", e);
        }
    }
}
