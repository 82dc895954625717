package org.peervpn.nat;

/** On what of the other end a NAT's mapping, or its filtering, depends (RFC 4787, sections 4.1 and 5). */
public enum Behavior {
    /** On nothing: one mapping for all destinations; whoever knows it may send to it. */
    ENDPOINT_INDEPENDENT,
    /** On its address. */
    ADDRESS_DEPENDENT,
    /** On its address and its port. */
    ADDRESS_AND_PORT_DEPENDENT
}
