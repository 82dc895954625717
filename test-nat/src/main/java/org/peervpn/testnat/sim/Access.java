package org.peervpn.testnat.sim;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.NatSummary;
import org.peervpn.nat.PortAllocation;
import org.peervpn.testnat.NatKind;
import org.peervpn.testnat.NatType;

/**
 * How a site reaches the internet in IPv4.
 *
 * @param nat the site's router; null where hosts are on the internet themselves
 * @param carrier the provider's NAT before it
 */
record Access(
        String name, @Nullable NatBehavior nat, @Nullable NatBehavior carrier) {

    static final Access PUBLIC = new Access("public", null, null);

    static Access of(NatType type) {
        return new Access(type.name().toLowerCase(Locale.ROOT).replace('_', '-'), NatBehavior.of(type), null);
    }

    static Access of(NatKind kind) {
        NatBehavior nat = NatBehavior.of(kind.type());
        return switch (kind) {
            case RANDOM_PORT -> new Access(kind.toString(), nat == null ? null : nat.withStableRandomPorts(), null);
            case CGN -> new Access(kind.toString(), nat, nat);
            default -> of(kind.type());
        };
    }

    static Access behind(NatBehavior nat) {
        return new Access(nat.toString(), nat, null);
    }

    Access withCarrier(NatBehavior behavior) {
        return new Access(name, nat, behavior);
    }

    /** What a perfect test would find: of two routers in a row the stricter one decides. */
    NatSummary summary() {
        if (nat == null) {
            return new NatSummary(
                    false,
                    Behavior.ENDPOINT_INDEPENDENT,
                    Behavior.ENDPOINT_INDEPENDENT,
                    PortAllocation.PRESERVED,
                    0,
                    false,
                    false);
        }
        NatSummary own = nat.summary();
        if (carrier == null) {
            return own;
        }
        NatSummary other = carrier.summary();
        boolean carrierDecides = other.isHard() || other.ports() != PortAllocation.PRESERVED;
        return new NatSummary(
                true,
                stricter(own.mapping(), other.mapping()),
                stricter(own.filtering(), other.filtering()),
                carrierDecides ? other.ports() : own.ports(),
                carrierDecides ? other.portStep() : own.portStep(),
                false,
                true);
    }

    private static @Nullable Behavior stricter(@Nullable Behavior one, @Nullable Behavior other) {
        return one == null || other == null ? null : one.compareTo(other) > 0 ? one : other;
    }
}
