package org.peervpn.nat;

/** The classic names of RFC 3489 with two additions; for people, never for decisions. */
public enum NatName {
    /** No NAT, and nothing filters. */
    OPEN,
    /** No NAT, but a firewall that lets in answers only. */
    FIREWALL,
    FULL_CONE,
    RESTRICTED_CONE,
    PORT_RESTRICTED_CONE,
    /** The mapping depends on the destination. */
    SYMMETRIC,
    /** No UDP passes. */
    BLOCKED,
    UNKNOWN
}
