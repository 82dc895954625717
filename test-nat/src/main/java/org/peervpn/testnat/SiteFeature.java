package org.peervpn.testnat;

/** What a site may have besides its NAT. */
public enum SiteFeature {
    /** The cone types choose another external port than the internal one, but the same for every destination. */
    RANDOM_PORT,
    /** A host inside reaches another host inside by its external address. */
    HAIRPIN,
    /** The router answers unsolicited datagrams itself, so that one which comes too early takes the port of the mapping. */
    SLOPPY,
    /** The hosts also have global IPv6 addresses, behind a stateful firewall unless the site is public. */
    IPV6,
    /** The hosts get their IPv6 address and default route from the router's advertisements; implies IPV6. */
    ROUTER_ADVERTISEMENTS
}
