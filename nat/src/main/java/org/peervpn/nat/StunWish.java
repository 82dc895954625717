package org.peervpn.nat;

/**
 * How a server is to answer (RFC 5780, sections 7.2 and 7.5).
 *
 * @param changeAddress from its other address
 * @param changePort from its other port
 * @param responsePort to this port of ours instead of the one that it sees; 0 for that one
 */
public record StunWish(boolean changeAddress, boolean changePort, int responsePort) {
    public static final StunWish NONE = new StunWish(false, false, 0);
}
