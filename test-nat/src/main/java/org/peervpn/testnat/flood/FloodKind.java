package org.peervpn.testnat.flood;

/** What a flood consists of. */
public enum FloodKind {
    /** Random bytes, and transport data with receiver indices that do not exist. */
    JUNK,
    /** Whole initiations with keys that nobody has admitted, made with the node's public key, from spoofed sources. */
    INITIATIONS,
    /** Initiations that a real peer has sent before, from spoofed sources. */
    REPLAYS,
    /** STUN answers from the addresses of the node's STUN servers, to questions that it has not asked. */
    STUN,
    /** Control messages in valid transport data of a peer that was let in. */
    CONTROL,
    /**
     * Initiations with fresh keys and valid cookies, from sources that receive; some of them go on and are let in. The
     * last, for they fill the table of strangers.
     */
    GUESTS
}
