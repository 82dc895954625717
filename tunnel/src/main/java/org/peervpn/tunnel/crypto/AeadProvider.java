package org.peervpn.tunnel.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.Security;
import java.util.Arrays;
import org.conscrypt.Conscrypt;

/** Who can make an {@link Aead}, in the order in which they are tried. */
public enum AeadProvider {
    /** The machine's OpenSSL, on Java 22 and later. */
    LIBCRYPTO,
    CONSCRYPT,
    JDK,
    BOUNCY_CASTLE;

    /** The first that works on this machine; found out once. If it has {@link X25519} too, that is used from then on. */
    public static AeadProvider chosen() {
        return Chosen.PROVIDER;
    }

    /** For one thread. Only of a provider that {@link #works}. */
    public Aead newAead() {
        try {
            return switch (this) {
                case LIBCRYPTO -> new LibcryptoAead();
                case CONSCRYPT -> new JceAead(ConscryptHolder.PROVIDER);
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

    /** Whether it has X25519 too, which is then used from now on. */
    private void bringX25519() {
        try {
            switch (this) {
                case LIBCRYPTO -> X25519.adopt(new LibcryptoX25519());
                case CONSCRYPT -> X25519.adopt(new ConscryptX25519(ConscryptHolder.PROVIDER));
                case JDK, BOUNCY_CASTLE -> {} // theirs is slower than ours, or the same
            }
        } catch (LinkageError e) {
            return; // plain Java will do
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
                && Arrays.equals(sealed, 0, message.length, message, 0, message.length);
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
            found.bringX25519();
            return found;
        }
    }

    /** Apart, so that Conscrypt's native library is loaded only when it is asked for. */
    private static final class ConscryptHolder {
        static final Provider PROVIDER = Conscrypt.newProvider();
    }
}
