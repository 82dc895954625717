package org.peervpn.tunnel.crypto;

import java.security.SecureRandom;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The Diffie-Hellman function of RFC 7748. Scalars are clamped when they are used. Any thread may use it. */
public final class X25519 {
    public static final int LENGTH = 32;

    /** Whatever computes the function: as {@link X25519#agree}, and as exact about points of small order. */
    interface Agreement {
        byte @Nullable [] agree(byte[] privateKey, byte[] publicKey);
    }

    private static final int FEW = 64; // a dozen handshakes

    private static volatile Agreement fastest = X25519::agreePlainly;
    private static int agreements; // more or less: threads may overwrite one another's count

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
        agreements++;
        return fastest.agree(privateKey, publicKey);
    }

    /** True once so many have been computed that {@link #loadConscrypt} would have been worth its time. */
    public static boolean isBusy() {
        return agreements > FEW;
    }

    static byte @Nullable [] agreePlainly(byte[] privateKey, byte[] publicKey) {
        byte[] shared = new byte[LENGTH];
        boolean contributory =
                org.bouncycastle.math.ec.rfc7748.X25519.calculateAgreement(privateKey, 0, publicKey, 0, shared, 0);
        return contributory ? shared : null;
    }

    /**
     * From now on Conscrypt is used, which takes a third of the time; to load it takes a tenth of a second. Without it, or if
     * it does not agree with plain Java, all is as before.
     */
    public static void loadConscrypt() {
        try {
            Agreement conscrypt = new ConscryptX25519();
            if (passesSelfTest(conscrypt)) {
                fastest = conscrypt;
            }
        } catch (LinkageError | RuntimeException e) {
            return; // no native library for this machine
        }
    }

    static boolean passesSelfTest(Agreement agreement) {
        byte[] scalar = new byte[LENGTH];
        byte[] point = new byte[LENGTH];
        Arrays.fill(scalar, (byte) 0xa7);
        Arrays.fill(point, (byte) 0xd9); // its highest bit does not count
        try {
            return Arrays.equals(agreement.agree(scalar, point), agreePlainly(scalar, point))
                    && agreement.agree(scalar, new byte[LENGTH]) == null;
        } catch (LinkageError | RuntimeException e) {
            return false;
        }
    }
}
