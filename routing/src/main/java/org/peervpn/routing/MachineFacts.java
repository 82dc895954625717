package org.peervpn.routing;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the plan has to know of the machine, as it would be without us.
 *
 * @param ipv6 whether the kernel has IPv6 at all
 * @param onLink the addresses of all other interfaces that are up
 * @param routes of all other interfaces
 * @param siblings the interfaces of other nodes on this machine
 * @param uplinks the interfaces of the default routes
 * @param sysctls by path below /proc/sys
 */
record MachineFacts(
        boolean ipv6,
        List<OnLink> onLink,
        List<ForeignRoute> routes,
        Set<String> siblings,
        Set<String> uplinks,
        Map<String, Integer> sysctls) {

    /** @param prefix what the kernel takes for directly reachable because of the address */
    record OnLink(String device, InetAddress address, Cidr prefix) {}

    record ForeignRoute(String device, Cidr prefix) {}

    int sysctl(String path, int absent) {
        return sysctls.getOrDefault(path, absent);
    }
}
