package org.peervpn.nat;

import org.jspecify.annotations.Nullable;

/**
 * What is known of the NAT before a node in one address family; what is not known is null and never guessed.
 *
 * @param translated false if the node's own address is the public one
 * @param mapping {@link Behavior#ENDPOINT_INDEPENDENT} also where nothing is translated
 * @param filtering {@link Behavior#ENDPOINT_INDEPENDENT} also where nothing is filtered
 * @param portStep ports between one mapping and the next, not zero; zero unless {@code ports} is {@link
 *     PortAllocation#SEQUENTIAL}
 * @param blocked no UDP passes: all else is null
 * @param carrierGrade a second NAT, the provider's, stands behind the first
 */
public record NatSummary(
        @Nullable Boolean translated,
        @Nullable Behavior mapping,
        @Nullable Behavior filtering,
        @Nullable PortAllocation ports,
        int portStep,
        boolean blocked,
        @Nullable Boolean carrierGrade) {

    public static final NatSummary UNKNOWN = new NatSummary(null, null, null, null, 0, false, null);

    public static final NatSummary BLOCKED = new NatSummary(null, null, null, null, 0, true, null);

    /** True if a mapping for one destination does not tell the mapping for another. */
    public boolean isHard() {
        return mapping == Behavior.ADDRESS_DEPENDENT || mapping == Behavior.ADDRESS_AND_PORT_DEPENDENT;
    }

    /** The same, and the provider's NAT stands behind the first. */
    public NatSummary behindCarrier() {
        return new NatSummary(translated, mapping, filtering, ports, portStep, blocked, true);
    }

    public NatName name() {
        if (blocked) {
            return NatName.BLOCKED;
        }
        if (isHard()) {
            return NatName.SYMMETRIC;
        }
        if (translated == null || mapping == null || filtering == null) {
            return NatName.UNKNOWN;
        }
        return switch (filtering) {
            case ENDPOINT_INDEPENDENT -> translated ? NatName.FULL_CONE : NatName.OPEN;
            case ADDRESS_DEPENDENT -> translated ? NatName.RESTRICTED_CONE : NatName.FIREWALL;
            case ADDRESS_AND_PORT_DEPENDENT -> translated ? NatName.PORT_RESTRICTED_CONE : NatName.FIREWALL;
        };
    }
}
