package org.peervpn.tunnel.crypto;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Who can make an {@link Aead}, in the order in which they are tried. */
public enum AeadProvider {
    /** The machine's OpenSSL, on Java 22 and later. */
    LIBCRYPTO,
    CONSCRYPT,
    JDK,
    BOUNCY_CASTLE;

    /** The first that works on this machine; found out once. */
    public static AeadProvider chosen() {
        return Chosen.PROVIDER;
    }

    /** For one thread. Only of a provider that {@link #works}. */
    public Aead newAead() {
        try {
            return switch (this) {
                case LIBCRYPTO -> new LibcryptoAead();
                case CONSCRYPT -> new ConscryptAead();
                case JDK -> new JceAead(jdk());
                case BOUNCY_CASTLE -> new BouncyCastleAead();
            };
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(this + " has no ChaCha20-Poly1305", e);
        }
    }

    /** Whether it can be loaded and agrees with Bouncy Castle on what is sealed, what is open and what is forged. */
    public boolean works() {
        try {
            return passesSelfTest(newAead());
        } catch (LinkageError | RuntimeException e) {
            return false; // No native library for this machine, or a broken one: the next provider is tried.
        }
    }

    /** With nothing, with more than a block of the cipher, and with as much as makes fast ones take another way. */
    private static boolean passesSelfTest(Aead aead) {
        byte[] text = new byte[1420];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) (31 * i);
        }
        AeadKey key = new AeadKey(text, 7);
        return IntStream.of(0, 79, text.length)
                .mapToObj(length -> Arrays.copyOf(text, length))
                .allMatch(message -> passesSelfTest(aead, key, message) && passesSelfTestInPlace(aead, key, message));
    }

    private static boolean passesSelfTest(Aead aead, AeadKey key, byte[] message) {
        byte[] expected = Arrays.copyOf(message, message.length + Aead.TAG_LENGTH);
        byte[] sealed = expected.clone();
        new BouncyCastleAead().sealWithNonce(key, message.length, message, expected, 0, message.length);
        aead.sealWithNonce(key, message.length, message, sealed, 0, message.length);
        return Arrays.equals(sealed, expected)
                && !aead.open(key, message.length, message, forged(sealed, 0), 0, sealed.length)
                && !aead.open(key, message.length, message, forged(sealed, sealed.length - 1), 0, sealed.length)
                && aead.open(key, message.length, message, sealed, 0, sealed.length)
                && Arrays.equals(sealed, 0, message.length, message, 0, message.length);
    }

    private static byte[] forged(byte[] sealed, int index) {
        byte[] forged = sealed.clone();
        forged[index] ^= 1;
        return forged;
    }

    /** As packets are sealed and opened: in direct buffers, which some do by other functions of theirs. */
    private static boolean passesSelfTestInPlace(Aead aead, AeadKey key, byte[] message) {
        long nonce = 3000L + message.length;
        byte[] expected = Arrays.copyOf(message, message.length + Aead.TAG_LENGTH);
        new BouncyCastleAead().sealWithNonce(key, nonce, Aead.NO_ASSOCIATED_DATA, expected, 0, message.length);
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 + expected.length).put(1, message);
        aead.sealWithNonce(key, nonce, buffer, 1, message.length, buffer, 1);
        byte[] sealed = new byte[expected.length];
        buffer.get(1, sealed);
        boolean opened = aead.open(key, nonce, buffer, 1, expected.length, buffer, 1);
        byte[] text = new byte[message.length];
        buffer.get(1, text);
        return opened && Arrays.equals(sealed, expected) && Arrays.equals(text, message);
    }

    private static Provider jdk() throws GeneralSecurityException {
        Provider provider = Security.getProvider("SunJCE");
        if (provider == null) {
            throw new GeneralSecurityException("no provider SunJCE");
        }
        return provider;
    }

    private static final class Chosen {
        static final AeadProvider PROVIDER = find();

        private static AeadProvider find() {
            AeadProvider found = Arrays.stream(values())
                    .filter(AeadProvider::works)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("ChaCha20-Poly1305 fails its self test"));
            if (found == CONSCRYPT) { // which is loaded now
                X25519.loadConscrypt();
            }
            return found;
        }
    }
}
