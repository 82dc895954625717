package org.peervpn.nat;

/**
 * How two nodes can come to a direct path when both send at the same time, as far as their NATs are known. Both compute
 * it from the same two summaries, so both do the fitting half.
 */
public enum Prospect {
    /** Each knows where to send: simultaneous datagrams open both NATs. */
    PLAIN,
    /** One has a hard NAT that counts its ports: it opens a row of mappings, the other tries ports at that distance. */
    PREDICT,
    /** One has a hard NAT: it opens many mappings, the other tries many ports, and two will meet. */
    SPRAY,
    /** Both NATs are hard, or one is closed: no direct path. */
    NONE,
    /** Too little is known; what {@link #PLAIN} does is tried. */
    UNKNOWN;

    public static Prospect of(NatSummary one, NatSummary other) {
        if (one.blocked() || other.blocked()) {
            return NONE;
        }
        if (one.mapping() == null || other.mapping() == null) {
            return UNKNOWN;
        }
        if (one.isHard() && other.isHard()) {
            return NONE;
        }
        if (!one.isHard() && !other.isHard()) {
            return PLAIN;
        }
        NatSummary hard = one.isHard() ? one : other;
        NatSummary easy = one.isHard() ? other : one;
        // What comes from an unforeseen port of the hard one passes unless the easy one looks at the port.
        if (easy.filtering() == Behavior.ENDPOINT_INDEPENDENT || easy.filtering() == Behavior.ADDRESS_DEPENDENT) {
            return PLAIN;
        }
        return hard.ports() == PortAllocation.SEQUENTIAL ? PREDICT : SPRAY;
    }
}
