package org.peervpn.routing;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How this machine reaches the internet without us, as last read. Comparable: two equal values mean that nothing changed.
 *
 * @param defaultIpv4 the interface of the IPv4 default route of the main table; null if there is none
 * @param addresses of all interfaces but loopback and ours
 */
public record Uplinks(
        @Nullable String defaultIpv4, @Nullable String defaultIpv6, List<InetAddress> addresses) {

    /** Edge: reads them from the kernel, without a child process. */
    public static Uplinks read(String ownInterface) {
        throw new IllegalStateException("stub");
    }
}
