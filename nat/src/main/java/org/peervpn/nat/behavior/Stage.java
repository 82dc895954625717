package org.peervpn.nat.behavior;

/** What a test finds out, about in this order. */
public enum Stage {
    MAPPING,
    PORTS,
    FILTERING,
    HAIRPINNING
}
