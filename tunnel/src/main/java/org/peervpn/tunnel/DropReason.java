package org.peervpn.tunnel;

/** Why a datagram or packet was dropped; each is counted and none is logged above debug. */
public enum DropReason {
    /** Not the length of any message of its type. */
    BAD_LENGTH,
    /** Neither a WireGuard message type nor anything else that we speak. */
    UNKNOWN_TYPE,
    BAD_MAC1,
    /** Under load, and no valid mac2: a cookie reply was sent instead. */
    COOKIE_DEMANDED,
    RATE_LIMITED,
    /** Under load, and one more than we answer, or look at closely, in a second. */
    OVERLOADED,
    /** A handshake message that does not decrypt, or an agreement with a weak point. */
    BAD_HANDSHAKE,
    UNKNOWN_PEER,
    /** The initiation's timestamp is not newer than the last. */
    REPLAYED_HANDSHAKE,
    UNKNOWN_RECEIVER,
    KEYPAIR_EXPIRED,
    NOT_AUTHENTIC,
    REPLAYED,
    BAD_COOKIE_REPLY,
    STAGING_FULL,
    /** Staged for a handshake that did not come about. */
    NO_HANDSHAKE
}
