package org.peervpn.nat;

/** How a node came to know an endpoint of itself (RFC 8445, section 5.1.1), the most direct first. */
public enum CandidateType {
    /** An address of an interface. */
    HOST,
    /** Opened at the router on request (NAT-PMP, PCP, UPnP-IGD). */
    PORT_MAPPED,
    /** Seen by a STUN server. */
    SERVER_REFLEXIVE,
    /** Seen by the peer. */
    PEER_REFLEXIVE
}
