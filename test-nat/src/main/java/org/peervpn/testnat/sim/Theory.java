package org.peervpn.testnat.sim;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.Candidate;
import org.peervpn.node.ConnectLine;
import org.peervpn.node.invitation.Invitation;

/**
 * Who must be connected in the end, from what the routers really do and what the nodes were told. Says yes only where the
 * plainest method must succeed; what tricks can do is more.
 */
final class Theory {

    private static final Duration SILENCE = Duration.ofSeconds(30);

    private Theory() {}

    /** Whether a call of one of them must reach the other one, and so its answer the caller. */
    static boolean mustConnect(SimNode one, SimNode other) {
        return isUnpoisonable(one, other) && (reaches(one, other) || reaches(other, one));
    }

    /**
     * A sloppy router makes what comes too early into an entry of its own. Both fall silent by the clock on the wall until
     * that has died, which takes clocks that agree and entries that do not live for longer than the silence.
     */
    private static boolean isUnpoisonable(SimNode one, SimNode other) {
        boolean inTime = one.clockError().equals(other.clockError());
        return Stream.of(one, other)
                .flatMap(node -> node.site().ipv4Routers().stream())
                .map(NatBox::behavior)
                .allMatch(router ->
                        !router.sloppy() || (inTime && router.unreplied().compareTo(SILENCE) <= 0));
    }

    private static boolean reaches(SimNode caller, SimNode callee) {
        return targets(caller, callee).stream().anyMatch(target -> reaches(caller, callee, target));
    }

    private static boolean reaches(SimNode caller, SimNode callee, InetSocketAddress target) {
        boolean ipv4 = target.getAddress() instanceof Inet4Address;
        InetSocketAddress source = caller.mainEndpoint(ipv4);
        InetSocketAddress home = callee.mainEndpoint(ipv4);
        if (source == null || home == null) {
            return false;
        }
        if (caller.site() == callee.site()) {
            // Who has come here later is found by its public endpoint, or not at all: nothing is promised.
            return target.equals(home) && !caller.hasMoved() && !callee.hasMoved();
        }
        if (isPrivate(target) || !target.equals(callee.site().seen(home))) {
            return false;
        }
        return switch (filtering(callee.site(), ipv4)) {
            case ENDPOINT_INDEPENDENT -> true;
            case ADDRESS_DEPENDENT ->
                sendsToAddress(callee, caller, caller.site().seenAddress(source));
            case ADDRESS_AND_PORT_DEPENDENT -> {
                InetSocketAddress seen = caller.site().seen(source);
                yield seen != null && targets(callee, caller).contains(seen);
            }
        };
    }

    private static boolean sendsToAddress(SimNode from, SimNode to, InetAddress address) {
        return targets(from, to).stream().anyMatch(target -> target.getAddress().equals(address));
    }

    private static Behavior filtering(Site site, boolean ipv4) {
        if (site.access().nat() == null) {
            return Behavior.ENDPOINT_INDEPENDENT;
        }
        Behavior ofAll = site.access().summary().filtering();
        return ipv4 && ofAll != null ? ofAll : Behavior.ADDRESS_AND_PORT_DEPENDENT;
    }

    /** Where the one was told that the other one is. */
    private static List<InetSocketAddress> targets(SimNode from, SimNode to) {
        ConnectLine line = from.lineOf(to);
        if (line == null) {
            return List.of();
        }
        Invitation code = line.invitation();
        InetSocketAddress literal = line.endpoint().literal();
        return code != null
                ? code.candidates().stream().map(Candidate::endpoint).toList()
                : literal == null ? List.of() : List.of(literal);
    }

    private static boolean isPrivate(InetSocketAddress endpoint) {
        return endpoint.getAddress().isSiteLocalAddress();
    }
}
