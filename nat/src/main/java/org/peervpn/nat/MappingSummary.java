package org.peervpn.nat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the answers to plain Binding requests tell of a NAT: its mapping and its ports, nothing of its filtering. */
final class MappingSummary {
    /** A NAT that counts is seen to leave out at most so many ports between two mappings (as EasyTier has it). */
    private static final int MAX_STEP = 16;

    private MappingSummary() {}

    /**
     * @param all what each server saw, in the order in which they were asked
     * @param local the machine's own addresses
     */
    static NatSummary of(Map<InetSocketAddress, InetSocketAddress> all, int localPort, Collection<InetAddress> local) {
        Map<InetSocketAddress, InetSocketAddress> observed = credible(all);
        List<InetSocketAddress> seen = List.copyOf(observed.values());
        long servers = observed.keySet().stream()
                .map(InetSocketAddress::getAddress)
                .distinct()
                .count();
        if (servers < 2) {
            return NatSummary.UNKNOWN;
        }
        boolean translated = !local.contains(seen.get(0).getAddress());
        if (seen.stream().distinct().count() == 1) {
            boolean preserved = seen.get(0).getPort() == localPort;
            return new NatSummary(
                    translated,
                    Behavior.ENDPOINT_INDEPENDENT,
                    null,
                    preserved ? PortAllocation.PRESERVED : null,
                    0,
                    false,
                    null);
        }
        int step = step(seen);
        return new NatSummary(
                true,
                dependsOnPort(observed) ? Behavior.ADDRESS_AND_PORT_DEPENDENT : Behavior.ADDRESS_DEPENDENT,
                null,
                step != 0 ? PortAllocation.SEQUENTIAL : PortAllocation.RANDOM,
                step,
                false,
                null);
    }

    /** Also true while no address was asked at two ports: the worse is assumed. */
    private static boolean dependsOnPort(Map<InetSocketAddress, InetSocketAddress> observed) {
        for (var one : observed.entrySet()) {
            for (var other : observed.entrySet()) {
                boolean sameAddress =
                        one.getKey().getAddress().equals(other.getKey().getAddress());
                if (sameAddress && !one.getKey().equals(other.getKey())) {
                    return !one.getValue().equals(other.getValue());
                }
            }
        }
        return true;
    }

    /** The least distance of two ports that follow one another; 0 unless all go the same way by small steps. */
    private static int step(List<InetSocketAddress> seen) {
        int least = 0;
        for (int i = 1; i < seen.size(); i++) {
            int step = seen.get(i).getPort() - seen.get(i - 1).getPort();
            boolean isSmall = step != 0 && Math.abs(step) <= MAX_STEP;
            if (!isSmall || (least != 0 && Integer.signum(step) != Integer.signum(least))) {
                return 0;
            }
            least = least == 0 || Math.abs(step) < Math.abs(least) ? step : least;
        }
        return seen.size() < 3 ? 0 : least; // two may be near by chance
    }

    /** The latest of what was observed and is credible; null if nothing is. */
    static @Nullable InetSocketAddress last(Map<InetSocketAddress, InetSocketAddress> observed) {
        InetSocketAddress last = null;
        for (InetSocketAddress endpoint : credible(observed).values()) {
            last = endpoint;
        }
        return last;
    }

    /** Without addresses that fewer servers saw than saw another one: a server that lies is alone with its lie. */
    private static Map<InetSocketAddress, InetSocketAddress> credible(
            Map<InetSocketAddress, InetSocketAddress> observed) {
        Map<InetAddress, Long> servers = observed.values().stream()
                .collect(Collectors.groupingBy(InetSocketAddress::getAddress, Collectors.counting()));
        long most = servers.values().stream().mapToLong(Long::longValue).max().orElse(0);
        Map<InetSocketAddress, InetSocketAddress> credible = new LinkedHashMap<>(observed);
        credible.values().removeIf(endpoint -> servers.getOrDefault(endpoint.getAddress(), 0L) < most);
        return credible;
    }
}
