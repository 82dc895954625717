package org.peervpn.tunnel.crypto;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.Provider;
import javax.crypto.KeyAgreement;
import org.conscrypt.Conscrypt;
import org.conscrypt.OpenSSLX25519PrivateKey;
import org.conscrypt.OpenSSLX25519PublicKey;
import org.jspecify.annotations.Nullable;

/** X25519 by Conscrypt. */
final class ConscryptX25519 implements X25519.Agreement {
    /** Its native library is loaded when this is asked for. */
    static final Provider PROVIDER = Conscrypt.newProvider();

    @Override
    public byte @Nullable [] agree(byte[] privateKey, byte[] publicKey) {
        OpenSSLX25519PrivateKey own = new OpenSSLX25519PrivateKey(privateKey); // a copy
        try {
            KeyAgreement agreement = KeyAgreement.getInstance("XDH", PROVIDER);
            agreement.init(own);
            agreement.doPhase(new OpenSSLX25519PublicKey(publicKey), true);
            return agreement.generateSecret();
        } catch (InvalidKeyException e) {
            return null; // of small order
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Conscrypt has no X25519", e);
        } finally {
            own.destroy();
        }
    }
}
