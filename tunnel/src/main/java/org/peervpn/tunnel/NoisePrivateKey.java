package org.peervpn.tunnel;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.crypto.X25519;

/** An X25519 private key. Prints as {@code NoisePrivateKey(secret)}. */
public final class NoisePrivateKey {
    private final byte[] bytes;
    private final NoisePublicKey publicKey;

    private NoisePrivateKey(byte[] bytes) {
        this.bytes = bytes;
        publicKey = NoisePublicKey.of(X25519.publicKey(bytes));
    }

    public static NoisePrivateKey generate(SecureRandom random) {
        return new NoisePrivateKey(X25519.generatePrivateKey(random));
    }

    /** @throws IllegalArgumentException with a one-line reason, never with the text itself */
    public static NoisePrivateKey parse(String base64) {
        byte[] bytes = KeyText.decode(base64);
        if (bytes == null) {
            throw new IllegalArgumentException("not a WireGuard private key " + KeyText.FORM);
        }
        return new NoisePrivateKey(bytes);
    }

    public NoisePublicKey publicKey() {
        return publicKey;
    }

    /** null if {@code other} is weak. The caller wipes the result. */
    byte @Nullable [] agree(NoisePublicKey other) {
        return X25519.agree(bytes, other.bytes());
    }

    /** For the key file only. */
    public String encodeSecret() {
        return KeyText.encode(bytes);
    }

    /** After this the key must not be used any more. */
    public void wipe() {
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NoisePrivateKey key && MessageDigest.isEqual(bytes, key.bytes);
    }

    /** The same for all keys: a hash would say something about the key. */
    @Override
    public int hashCode() {
        return KeyText.KEY_LENGTH;
    }

    @Override
    public String toString() {
        return "NoisePrivateKey(secret)";
    }
}
