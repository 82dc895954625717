package org.peervpn.tunnel.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;

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

    private static boolean passesSelfTest(Aead aead) {
        byte[] message =
                "A message that is longer than one block of the cipher, which has sixty-four bytes".getBytes(US_ASCII);
        AeadKey key = new AeadKey(message, 7);
        byte[] expected = Arrays.copyOf(message, message.length + Aead.TAG_LENGTH);
        byte[] sealed = expected.clone();
        new BouncyCastleAead().sealWithNonce(key, 258, message, expected, 0, message.length);
        aead.sealWithNonce(key, 258, message, sealed, 0, message.length);
        if (!Arrays.equals(sealed, expected)) {
            return false;
        }
        byte[] forged = sealed.clone();
        forged[50] ^= 1;
        return !aead.open(key, 258, message, forged, 0, forged.length)
                && aead.open(key, 258, message, sealed, 0, sealed.length)
                && Arrays.equals(sealed, 0, message.length, message, 0, message.length)
                && passesSelfTestInPlace(aead, key, message);
    }

    /** As packets are sealed and opened: in direct buffers, which some do by other functions of theirs. */
    private static boolean passesSelfTestInPlace(Aead aead, AeadKey key, byte[] message) {
        byte[] expected = Arrays.copyOf(message, message.length + Aead.TAG_LENGTH);
        new BouncyCastleAead().sealWithNonce(key, 259, Aead.NO_ASSOCIATED_DATA, expected, 0, message.length);
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 + expected.length).put(1, message);
        aead.sealWithNonce(key, 259, buffer, 1, message.length, buffer, 1);
        byte[] sealed = new byte[expected.length];
        buffer.get(1, sealed);
        boolean opened = aead.open(key, 259, buffer, 1, expected.length, buffer, 1);
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
