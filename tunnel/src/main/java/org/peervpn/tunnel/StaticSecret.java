package org.peervpn.tunnel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What two static keys agree on. It is the same in each handshake with a peer, so it is computed once. Prints as
 * {@code StaticSecret(secret)}.
 */
final class StaticSecret {
    private final byte[] bytes;

    private StaticSecret(byte[] bytes) {
        this.bytes = bytes;
    }

    /** null if the public key is weak. */
    static @Nullable StaticSecret of(NoisePrivateKey own, NoisePublicKey remote) {
        byte[] agreed = own.agree(remote);
        return agreed == null ? null : new StaticSecret(agreed);
    }

    /** A copy, which the caller wipes. */
    byte[] bytes() {
        return bytes.clone();
    }

    /** After this it must not be used any more. */
    void wipe() {
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public String toString() {
        return "StaticSecret(secret)";
    }
}
