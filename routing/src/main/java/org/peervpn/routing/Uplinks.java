package org.peervpn.routing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.routing.ProcNet.KernelRoute;

/**
 * How this machine reaches the internet without us, as last read. Comparable: two equal values mean that nothing changed.
 *
 * @param defaultIpv4 the interface and the gateway of the IPv4 default route of the main table; null if there is none
 * @param addresses of all interfaces but loopback and ours, each with its interface and prefix length
 */
public record Uplinks(
        @Nullable String defaultIpv4, @Nullable String defaultIpv6, List<String> addresses) {

    private static final String BY = " by ";

    /** Edge: reads them from the kernel, without a child process. */
    public static Uplinks read(String ownInterface) {
        return new Uplinks(
                defaultRoute(ProcNet.routesIpv4(text("/proc/net/route")), ownInterface),
                defaultRoute(ProcNet.routesIpv6(text("/proc/net/ipv6_route")), ownInterface),
                addressesBut(ownInterface));
    }

    /** The gateway of the IPv4 default route; null if there is none. */
    public @Nullable InetAddress gatewayIpv4() {
        int by = defaultIpv4 == null ? -1 : defaultIpv4.indexOf(BY);
        return defaultIpv4 == null || by < 0
                ? null
                : Cidr.parse(defaultIpv4.substring(by + BY.length())).address();
    }

    /** The interface of the IPv4 default route; null if there is none. */
    public @Nullable String deviceIpv4() {
        int by = defaultIpv4 == null ? -1 : defaultIpv4.indexOf(BY);
        return defaultIpv4 == null || by < 0 ? defaultIpv4 : defaultIpv4.substring(0, by);
    }

    /** The best one; those with a gateway first, because tunnels have none. */
    static @Nullable String defaultRoute(List<KernelRoute> routes, String ownInterface) {
        return routes.stream()
                .filter(route -> route.prefix().prefixLength() == 0)
                .filter(route ->
                        !route.device().equals(ownInterface) && !route.device().equals("lo"))
                .min(Comparator.comparing((KernelRoute route) -> route.gateway() == null)
                        .thenComparing(KernelRoute::metric)
                        .thenComparing(KernelRoute::device))
                .map(route ->
                        route.gateway() == null ? route.device() : route.device() + BY + Cidr.text(route.gateway()))
                .orElse(null);
    }

    private static List<String> addressesBut(String ownInterface) {
        List<String> addresses = new ArrayList<>();
        try {
            for (NetworkInterface device : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                if (!device.getName().equals(ownInterface) && !device.isLoopback()) {
                    for (InterfaceAddress address : device.getInterfaceAddresses()) {
                        addresses.add(device.getName() + " " + Cidr.text(address.getAddress()) + "/"
                                + address.getNetworkPrefixLength());
                    }
                }
            }
        } catch (SocketException e) {
            return List.of(); // an interface went while we looked; the next look tells
        }
        Collections.sort(addresses);
        return List.copyOf(addresses);
    }

    private static String text(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            return ""; // a kernel without that family
        }
    }
}
