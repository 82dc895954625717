package org.peervpn.tunnel.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.Provider;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;

/** {@link Aead} by a provider of the platform's cryptography (JCE). */
final class JceAead extends ArrayAead {
    private static final int NONCE_LENGTH = 12;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final AeadKey OTHER_KEY = new AeadKey(new byte[AeadKey.LENGTH], 0);

    private final Cipher sealing;
    private final Cipher opening;
    private final byte[] nonceBytes = new byte[NONCE_LENGTH];
    private long lastOpened = -1;

    JceAead(Provider provider) throws GeneralSecurityException {
        sealing = Cipher.getInstance("ChaCha20-Poly1305", provider);
        opening = Cipher.getInstance("ChaCha20-Poly1305", provider);
    }

    @Override
    public void sealWithNonce(AeadKey key, long nonce, byte[] associatedData, byte[] buffer, int offset, int length) {
        try {
            sealing.init(Cipher.ENCRYPT_MODE, key, parameters(nonce));
            if (associatedData.length > 0) {
                sealing.updateAAD(associatedData);
            }
            sealing.doFinal(buffer, offset, length, buffer, offset);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot seal", e);
        }
    }

    @Override
    public boolean open(AeadKey key, long nonce, byte[] associatedData, byte[] buffer, int offset, int length) {
        if (length < TAG_LENGTH) {
            return false;
        }
        try {
            // The JDK refuses the key and nonce that it had last, even to open. But a datagram may come twice, or
            // a forged one may come just before the true one, and neither may keep the true one out.
            if (nonce == lastOpened) {
                opening.init(Cipher.DECRYPT_MODE, OTHER_KEY, parameters(~nonce));
            }
            lastOpened = nonce;
            opening.init(Cipher.DECRYPT_MODE, key, parameters(nonce));
            if (associatedData.length > 0) {
                opening.updateAAD(associatedData);
            }
            opening.doFinal(buffer, offset, length, buffer, offset);
            return true;
        } catch (AEADBadTagException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot open", e);
        }
    }

    private IvParameterSpec parameters(long nonce) {
        LONG.set(nonceBytes, NONCE_LENGTH - Long.BYTES, nonce);
        return new IvParameterSpec(nonceBytes);
    }
}
