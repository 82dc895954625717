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
class JceAead extends ArrayAead {
    private static final int NONCE_LENGTH = 12;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final AeadKey OTHER_KEY = new AeadKey(new byte[AeadKey.LENGTH], 0);

    private final Cipher sealing;
    private final Cipher opening;
    private final Nonces sealed = new Nonces();
    private final Nonces opened = new Nonces();
    private long lastOpened = -1;

    JceAead(Provider provider) throws GeneralSecurityException {
        sealing = Cipher.getInstance("ChaCha20-Poly1305", provider);
        opening = Cipher.getInstance("ChaCha20-Poly1305", provider);
    }

    @Override
    public void sealWithNonce(AeadKey key, long nonce, byte[] associatedData, byte[] buffer, int offset, int length) {
        try {
            Cipher sealing = sealing(key, nonce);
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
            Cipher opening = opening(key, nonce);
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

    final Cipher sealing(AeadKey key, long nonce) throws GeneralSecurityException {
        sealing.init(Cipher.ENCRYPT_MODE, key, sealed.next(nonce));
        return sealing;
    }

    final Cipher opening(AeadKey key, long nonce) throws GeneralSecurityException {
        // The JDK refuses the key and nonce that it had last, even to open. But a datagram may come twice, or
        // a forged one may come just before the true one, and neither may keep the true one out.
        if (nonce == lastOpened) {
            opening.init(Cipher.DECRYPT_MODE, OTHER_KEY, opened.next(~nonce));
        }
        lastOpened = nonce;
        opening.init(Cipher.DECRYPT_MODE, key, opened.next(nonce));
        return opening;
    }

    /** Of one cipher, used again and again. A provider may compare one with the one before, so there are two. */
    private static final class Nonces {
        private Nonce last = new Nonce();
        private Nonce spare = new Nonce();

        IvParameterSpec next(long nonce) {
            Nonce next = spare;
            spare = last;
            last = next;
            LONG.set(next.bytes, NONCE_LENGTH - Long.BYTES, nonce);
            return next;
        }
    }

    private static final class Nonce extends IvParameterSpec {
        final byte[] bytes = new byte[NONCE_LENGTH];

        Nonce() {
            super(new byte[NONCE_LENGTH]);
        }

        @Override
        public byte[] getIV() {
            return bytes;
        }
    }
}
