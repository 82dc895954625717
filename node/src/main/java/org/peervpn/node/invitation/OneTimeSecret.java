package org.peervpn.node.invitation;

import java.security.MessageDigest;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** What an invitation may carry to let in whoever first shows it: 16 bytes. Prints as {@code OneTimeSecret(secret)}. */
public final class OneTimeSecret {
    static final int LENGTH = 16;

    private final byte[] bytes;

    private OneTimeSecret(byte[] bytes) {
        this.bytes = bytes;
    }

    public static OneTimeSecret generate(SecureRandom random) {
        byte[] bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        return new OneTimeSecret(bytes);
    }

    static OneTimeSecret of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a one-time secret has 16 bytes, not " + bytes.length);
        }
        return new OneTimeSecret(bytes.clone());
    }

    /** A copy. */
    byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof OneTimeSecret secret && MessageDigest.isEqual(bytes, secret.bytes);
    }

    /** The same for all: a hash would say something about the secret. */
    @Override
    public int hashCode() {
        return LENGTH;
    }

    @Override
    public String toString() {
        return "OneTimeSecret(secret)";
    }
}
