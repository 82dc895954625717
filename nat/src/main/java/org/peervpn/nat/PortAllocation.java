package org.peervpn.nat;

/** Which external port a NAT takes for a new mapping (RFC 4787, section 4.2). */
public enum PortAllocation {
    /** The internal one, where it is free. */
    PRESERVED,
    /** The one after the last mapping's, or a few further: it can be foretold. */
    SEQUENTIAL,
    /** One that cannot be foretold. */
    RANDOM
}
