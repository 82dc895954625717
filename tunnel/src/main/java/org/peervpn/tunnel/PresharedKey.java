package org.peervpn.tunnel;

/** The optional symmetric key that two peers mix into their handshake: 32 bytes; all zero means none. */
public final class PresharedKey {
    public static final PresharedKey NONE = new PresharedKey();

    private PresharedKey() {}

    public static PresharedKey parse(String base64) {
        throw new IllegalStateException("stub");
    }
}
