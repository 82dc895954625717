package org.peervpn.tunnel;

import java.security.SecureRandom;

/** An X25519 private key. Prints as {@code NoisePrivateKey(secret)}. */
public final class NoisePrivateKey {

    public static NoisePrivateKey generate(SecureRandom random) {
        throw new IllegalStateException("stub");
    }

    /** @throws IllegalArgumentException with a one-line reason, never with the text itself */
    public static NoisePrivateKey parse(String base64) {
        throw new IllegalStateException("stub");
    }

    public NoisePublicKey publicKey() {
        throw new IllegalStateException("stub");
    }

    /** For the key file only. */
    public String encodeSecret() {
        throw new IllegalStateException("stub");
    }
}
