package org.peervpn.testnat;

/** What stands between a site and the internet, by its mapping and filtering behaviour (RFC 4787). */
public enum NatType {
    /** No NAT and no firewall: a host on the internet. */
    PUBLIC,
    /** No NAT; a stateful firewall in front of a public address. */
    FIREWALL,
    /** Endpoint-independent mapping, endpoint-independent filtering. */
    FULL_CONE,
    /** Endpoint-independent mapping, address-dependent filtering. */
    ADDRESS_RESTRICTED,
    /** Endpoint-independent mapping, address and port-dependent filtering: a common home router. */
    PORT_RESTRICTED,
    /** Address-dependent mapping, address and port-dependent filtering. */
    ADDRESS_DEPENDENT,
    /** Address and port-dependent mapping with random ports. */
    SYMMETRIC,
    /** The same with ports that count up by one for each new mapping. */
    SYMMETRIC_SEQ,
    /** No UDP at all; TCP passes. */
    BLOCKED
}
