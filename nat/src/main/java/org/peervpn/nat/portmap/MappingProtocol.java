package org.peervpn.nat.portmap;

/** How a router is asked to open a port, the best first. */
public enum MappingProtocol {
    /** RFC 6887. */
    PCP,
    /** RFC 6886. */
    NAT_PMP,
    /** The WANIPConnection and WANPPPConnection services of an Internet Gateway Device. */
    UPNP_IGD;

    /** As people write it. */
    public String text() {
        return switch (this) {
            case PCP -> "PCP";
            case NAT_PMP -> "NAT-PMP";
            case UPNP_IGD -> "UPnP-IGD";
        };
    }
}
