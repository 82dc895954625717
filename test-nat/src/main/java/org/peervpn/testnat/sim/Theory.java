package org.peervpn.testnat.sim;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Behavior;
import org.peervpn.node.ConnectLine;

/**
 * Who must be connected in the end, from what the routers really do and what the nodes were told. Says yes only where the
 * plainest method must succeed; what tricks can do is more.
 */
final class Theory {

    private Theory() {}

    /** Whether a call of one of them must reach the other one, and so its answer the caller. */
    static boolean mustConnect(SimNode one, SimNode other) {
        return !isPoisonable(one) && !isPoisonable(other) && (reaches(one, other) || reaches(other, one));
    }

    private static boolean reaches(SimNode caller, SimNode callee) {
        InetSocketAddress target = target(caller, callee);
        if (target == null) {
            return false;
        }
        boolean ipv4 = target.getAddress() instanceof Inet4Address;
        InetSocketAddress source = caller.mainEndpoint(ipv4);
        InetSocketAddress home = callee.mainEndpoint(ipv4);
        if (source == null || home == null) {
            return false;
        }
        if (caller.site() == callee.site()) {
            return target.equals(home);
        }
        if (isPrivate(target)) {
            return false;
        }
        if (!target.equals(callee.site().seen(home))) {
            return false;
        }
        return switch (filtering(callee.site(), ipv4)) {
            case ENDPOINT_INDEPENDENT -> true;
            case ADDRESS_DEPENDENT ->
                sendsToAddress(callee, caller, caller.site().seenAddress(source));
            case ADDRESS_AND_PORT_DEPENDENT ->
                Objects.equals(target(callee, caller), caller.site().seen(source)) && target(callee, caller) != null;
        };
    }

    private static boolean sendsToAddress(SimNode from, SimNode to, InetAddress address) {
        InetSocketAddress target = target(from, to);
        return target != null && target.getAddress().equals(address);
    }

    private static Behavior filtering(Site site, boolean ipv4) {
        if (site.access().nat() == null) {
            return Behavior.ENDPOINT_INDEPENDENT;
        }
        Behavior ofAll = site.access().summary().filtering();
        return ipv4 && ofAll != null ? ofAll : Behavior.ADDRESS_AND_PORT_DEPENDENT;
    }

    private static @Nullable InetSocketAddress target(SimNode from, SimNode to) {
        ConnectLine line = from.lineOf(to);
        return line == null ? null : line.endpoint().literal();
    }

    private static boolean isPrivate(InetSocketAddress endpoint) {
        return endpoint.getAddress().isSiteLocalAddress();
    }

    /** What the other one sends too early makes such a router use another port. */
    private static boolean isPoisonable(SimNode node) {
        return List.copyOf(node.site().ipv4Routers()).stream()
                .anyMatch(router -> router.behavior().sloppy());
    }
}
