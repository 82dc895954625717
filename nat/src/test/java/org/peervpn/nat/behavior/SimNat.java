package org.peervpn.nat.behavior;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.PortAllocation;

/** A NAT, or with {@code translates} false a firewall, in RFC 4787's words. */
final class SimNat {

    /** @param step of sequential ports; zero for others */
    record Kind(
            boolean translates,
            Behavior mapping,
            Behavior filtering,
            PortAllocation ports,
            int step,
            boolean hairpin) {}

    private record MappingKey(InetSocketAddress inside, Object destination) {}

    private record Permission(InetSocketAddress outside, Object source) {}

    private final Kind kind;
    private final InetAddress address;
    private final Random random;
    private final Map<MappingKey, InetSocketAddress> mappings = new HashMap<>();
    private final Map<InetSocketAddress, InetSocketAddress> inside = new HashMap<>();
    private final Set<Permission> permissions = new HashSet<>();
    private final Map<InetSocketAddress, Long> lastUsed = new HashMap<>();
    private int nextPort;
    long lifetimeNanos = Long.MAX_VALUE;

    SimNat(Kind kind, InetAddress address, Random random) {
        this.kind = kind;
        this.address = address;
        this.random = random;
        this.nextPort = 1024 + random.nextInt(64_511);
    }

    InetAddress address() {
        return address;
    }

    boolean hairpins() {
        return kind.hairpin;
    }

    /** The endpoint that the destination sees. */
    InetSocketAddress outbound(InetSocketAddress source, InetSocketAddress destination, long nowNanos) {
        forget(nowNanos);
        InetSocketAddress outside = kind.translates
                ? mappings.computeIfAbsent(
                        new MappingKey(source, part(kind.mapping, destination)), key -> allocate(source))
                : source;
        inside.put(outside, source);
        lastUsed.put(outside, nowNanos);
        permissions.add(new Permission(outside, part(kind.filtering, destination)));
        return outside;
    }

    /** null if it is filtered. */
    @Nullable
    InetSocketAddress inbound(InetSocketAddress source, InetSocketAddress outside, long nowNanos) {
        forget(nowNanos);
        return permissions.contains(new Permission(outside, part(kind.filtering, source))) ? inside.get(outside) : null;
    }

    private void forget(long nowNanos) {
        lastUsed.entrySet().removeIf(entry -> {
            boolean dead = nowNanos - entry.getValue() > lifetimeNanos;
            if (dead) {
                inside.remove(entry.getKey());
                mappings.values().remove(entry.getKey());
                permissions.removeIf(permission -> permission.outside.equals(entry.getKey()));
            }
            return dead;
        });
    }

    private InetSocketAddress allocate(InetSocketAddress source) {
        int port = switch (kind.ports) {
            case PRESERVED -> source.getPort();
            case SEQUENTIAL -> following();
            case RANDOM -> 1024 + random.nextInt(64_512);
        };
        InetSocketAddress outside = new InetSocketAddress(address, port);
        while (inside.containsKey(outside)) {
            outside = new InetSocketAddress(address, 1024 + random.nextInt(64_512));
        }
        return outside;
    }

    private int following() {
        nextPort += kind.step;
        if (nextPort > 65_535) {
            nextPort = 1024;
        } else if (nextPort < 1024) {
            nextPort = 65_535;
        }
        return nextPort;
    }

    private static Object part(Behavior behavior, InetSocketAddress other) {
        return switch (behavior) {
            case ENDPOINT_INDEPENDENT -> "all";
            case ADDRESS_DEPENDENT -> other.getAddress();
            case ADDRESS_AND_PORT_DEPENDENT -> other;
        };
    }
}
