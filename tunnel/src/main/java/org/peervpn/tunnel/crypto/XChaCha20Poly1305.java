package org.peervpn.tunnel.crypto;

import static java.lang.Integer.rotateLeft;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** XChaCha20-Poly1305 of draft-irtf-cfrg-xchacha: its nonces of 24 bytes may be random. For cookies. */
public final class XChaCha20Poly1305 {
    public static final int NONCE_LENGTH = 24;

    private static final int HCHACHA_NONCE_LENGTH = 16;
    private static final int[] SIGMA = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private XChaCha20Poly1305() {}

    public static byte[] sealWithNonce(byte[] key, byte[] nonce, byte[] associatedData, byte[] plaintext) {
        byte[] sealed = Arrays.copyOf(plaintext, plaintext.length + Aead.TAG_LENGTH);
        AeadKey subkey = subkey(key, nonce);
        new BouncyCastleAead().sealWithNonce(subkey, innerNonce(nonce), associatedData, sealed, 0, plaintext.length);
        subkey.destroy();
        return sealed;
    }

    /** null if it is not authentic. */
    public static byte @Nullable [] open(byte[] key, byte[] nonce, byte[] associatedData, byte[] sealed) {
        byte[] buffer = sealed.clone();
        AeadKey subkey = subkey(key, nonce);
        boolean authentic =
                new BouncyCastleAead().open(subkey, innerNonce(nonce), associatedData, buffer, 0, buffer.length);
        subkey.destroy();
        return authentic ? Arrays.copyOf(buffer, buffer.length - Aead.TAG_LENGTH) : null;
    }

    private static AeadKey subkey(byte[] key, byte[] nonce) {
        return new AeadKey(hchacha20(key, nonce), 0);
    }

    private static long innerNonce(byte[] nonce) {
        return (long) LONG.get(nonce, HCHACHA_NONCE_LENGTH);
    }

    /** Section 2.2 of the draft; of the nonce only the first 16 bytes. */
    static byte[] hchacha20(byte[] key, byte[] nonce) {
        int[] state = Arrays.copyOf(SIGMA, 16);
        for (int i = 0; i < 8; i++) {
            state[4 + i] = (int) INT.get(key, 4 * i);
        }
        for (int i = 0; i < 4; i++) {
            state[12 + i] = (int) INT.get(nonce, 4 * i);
        }
        for (int i = 0; i < 10; i++) {
            doubleRound(state);
        }
        byte[] out = new byte[AeadKey.LENGTH];
        for (int i = 0; i < 4; i++) {
            INT.set(out, 4 * i, state[i]);
            INT.set(out, 16 + 4 * i, state[12 + i]);
        }
        return out;
    }

    private static void doubleRound(int[] state) {
        for (int i = 0; i < 4; i++) {
            quarterRound(state, i, 4 + i, 8 + i, 12 + i);
        }
        for (int i = 0; i < 4; i++) {
            quarterRound(state, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
        }
    }

    private static void quarterRound(int[] s, int a, int b, int c, int d) {
        s[a] += s[b];
        s[d] = rotateLeft(s[d] ^ s[a], 16);
        s[c] += s[d];
        s[b] = rotateLeft(s[b] ^ s[c], 12);
        s[a] += s[b];
        s[d] = rotateLeft(s[d] ^ s[a], 8);
        s[c] += s[d];
        s[b] = rotateLeft(s[b] ^ s[c], 7);
    }
}
