package org.peervpn.tunnel.crypto;

import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** The Diffie-Hellman function of RFC 7748. Scalars are clamped when they are used. */
public final class X25519 {
    public static final int LENGTH = 32;

    private X25519() {}

    public static byte[] generatePrivateKey(SecureRandom random) {
        byte[] key = new byte[LENGTH];
        org.bouncycastle.math.ec.rfc7748.X25519.generatePrivateKey(random, key);
        return key;
    }

    public static byte[] publicKey(byte[] privateKey) {
        byte[] key = new byte[LENGTH];
        org.bouncycastle.math.ec.rfc7748.X25519.generatePublicKey(privateKey, 0, key, 0);
        return key;
    }

    /** null for a point of small order, whose result is all zero whoever computes it. */
    public static byte @Nullable [] agree(byte[] privateKey, byte[] publicKey) {
        byte[] shared = new byte[LENGTH];
        boolean contributory =
                org.bouncycastle.math.ec.rfc7748.X25519.calculateAgreement(privateKey, 0, publicKey, 0, shared, 0);
        return contributory ? shared : null;
    }
}
