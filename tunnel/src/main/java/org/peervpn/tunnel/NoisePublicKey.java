package org.peervpn.tunnel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.crypto.X25519;

/** An X25519 public key: 32 bytes, written as WireGuard's base64 of 44 characters. */
public final class NoisePublicKey {
    private final byte[] bytes;

    private NoisePublicKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws IllegalArgumentException with a one-line reason if {@code text} is not canonical base64 of 32 bytes */
    public static NoisePublicKey parse(String text) {
        byte[] bytes = KeyText.decode(text);
        if (bytes == null) {
            throw new IllegalArgumentException(
                    "not a WireGuard public key " + KeyText.FORM + ": " + KeyText.quoted(text));
        }
        return new NoisePublicKey(bytes);
    }

    public static NoisePublicKey of(byte[] bytes) {
        if (bytes.length != KeyText.KEY_LENGTH) {
            throw new IllegalArgumentException("a public key has 32 bytes, not " + bytes.length);
        }
        return new NoisePublicKey(bytes.clone());
    }

    /** A copy of the 32 bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** True for the points of small order, with which no secret can be agreed; such a key is never a peer. */
    public boolean isWeak() {
        // Every clamped scalar is a multiple of 8, so any one of them takes these points, and no others, to zero.
        return X25519.agree(new byte[X25519.LENGTH], bytes) == null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NoisePublicKey key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Base64. */
    @Override
    public String toString() {
        return KeyText.encode(bytes);
    }
}
