package org.peervpn.tunnel;

import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The optional symmetric key that two peers mix into their handshake: 32 bytes; all zero means none. Prints as
 * {@code PresharedKey(secret)}.
 */
public final class PresharedKey {
    public static final PresharedKey NONE = new PresharedKey(new byte[KeyText.KEY_LENGTH]);

    private final byte[] bytes;

    private PresharedKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /** @throws IllegalArgumentException with a one-line reason, never with the text itself */
    public static PresharedKey parse(String base64) {
        byte[] bytes = KeyText.decode(base64);
        if (bytes == null) {
            throw new IllegalArgumentException("not a WireGuard preshared key " + KeyText.FORM);
        }
        return new PresharedKey(bytes);
    }

    /** A copy, which the caller wipes. */
    byte[] bytes() {
        return bytes.clone();
    }

    /** After this the key must not be used any more; {@link #NONE} stays as it is, all zero. */
    public void wipe() {
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PresharedKey key && MessageDigest.isEqual(bytes, key.bytes);
    }

    /** The same for all keys: a hash would say something about the key. */
    @Override
    public int hashCode() {
        return KeyText.KEY_LENGTH;
    }

    @Override
    public String toString() {
        return "PresharedKey(secret)";
    }
}
