package org.peervpn.tunnel;

/** An X25519 public key: 32 bytes, written as WireGuard's base64 of 44 characters. */
public final class NoisePublicKey {

    /** @throws IllegalArgumentException with a one-line reason if {@code text} is not canonical base64 of 32 bytes */
    public static NoisePublicKey parse(String text) {
        throw new IllegalStateException("stub");
    }

    public static NoisePublicKey of(byte[] bytes) {
        throw new IllegalStateException("stub");
    }

    /** A copy of the 32 bytes. */
    public byte[] bytes() {
        throw new IllegalStateException("stub");
    }

    /** True for the points of small order, with which no secret can be agreed; such a key is never a peer. */
    public boolean isWeak() {
        throw new IllegalStateException("stub");
    }

    /** Base64. */
    @Override
    public String toString() {
        throw new IllegalStateException("stub");
    }
}
