package org.peervpn.testnat.sim;

import org.peervpn.testnat.NatType;

/** What the two ends of a pair of the matrix may be behind. */
enum MatrixKind {
    PUBLIC,
    FIREWALL,
    FULL_CONE,
    ADDRESS_RESTRICTED,
    PORT_RESTRICTED,
    ADDRESS_DEPENDENT,
    SYMMETRIC,
    SYMMETRIC_SEQ,
    /** A common router behind a common router. */
    CGN,
    /** A common router that preserves no port. */
    RANDOM_PORT;

    Access access() {
        return switch (this) {
            case CGN ->
                Access.behind(portRestricted()).withCarrier(portRestricted()).named("cgn");
            case RANDOM_PORT ->
                Access.behind(portRestricted().withStableRandomPorts()).named("random-port");
            default -> Access.of(NatType.valueOf(name()));
        };
    }

    private static NatBehavior portRestricted() {
        NatBehavior behavior = NatBehavior.of(NatType.PORT_RESTRICTED);
        if (behavior == null) {
            throw new IllegalStateException("a router");
        }
        return behavior;
    }

    @Override
    public String toString() {
        return access().name();
    }
}
