package org.peervpn.node.runtime;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.portmap.Gateway;
import org.peervpn.node.invitation.EndpointSanity;
import org.peervpn.routing.Uplinks;

/** The default router, as far as ports can be opened at it. */
final class Gateways {
    private Gateways() {}

    /** Null if there is none, or if the address on this side is public, so that nothing has to be opened. */
    static @Nullable Gateway of(Uplinks uplinks) {
        InetAddress router = uplinks.gatewayIpv4();
        String device = uplinks.deviceIpv4();
        if (!(router instanceof Inet4Address address) || device == null) {
            return null;
        }
        Inet4Address local = localAddress(device, address);
        return local == null || EndpointSanity.isGlobal(local) ? null : new Gateway(address, local);
    }

    /** In the router's own network if there is one. */
    private static @Nullable Inet4Address localAddress(String device, Inet4Address router) {
        try {
            NetworkInterface networkInterface = NetworkInterface.getByName(device);
            if (networkInterface == null) {
                return null;
            }
            Inet4Address any = null;
            for (InterfaceAddress own : networkInterface.getInterfaceAddresses()) {
                if (own.getAddress() instanceof Inet4Address ipv4) {
                    if (isInNetwork(router, ipv4, own.getNetworkPrefixLength())) {
                        return ipv4;
                    }
                    any = any == null ? ipv4 : any;
                }
            }
            return any;
        } catch (IOException e) {
            return null; // it went while we looked; the next look tells
        }
    }

    private static boolean isInNetwork(Inet4Address router, Inet4Address own, int prefixLength) {
        int mask = prefixLength == 0 ? 0 : -1 << (Integer.SIZE - prefixLength);
        return ((number(router) ^ number(own)) & mask) == 0;
    }

    private static int number(Inet4Address address) {
        int number = 0;
        for (byte part : address.getAddress()) {
            number = number << Byte.SIZE | (part & 0xff);
        }
        return number;
    }
}
