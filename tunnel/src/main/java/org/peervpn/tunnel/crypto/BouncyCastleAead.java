package org.peervpn.tunnel.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.modes.ChaCha20Poly1305;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;

/** {@link Aead} in plain Java: for handshakes, and for transport data where nothing faster works. */
public final class BouncyCastleAead extends ArrayAead {
    private static final int NONCE_LENGTH = 12;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final ChaCha20Poly1305 cipher = new ChaCha20Poly1305();

    @Override
    public void sealWithNonce(AeadKey key, long nonce, byte[] associatedData, byte[] buffer, int offset, int length) {
        try {
            process(true, key, nonce, associatedData, buffer, offset, length);
        } catch (InvalidCipherTextException e) {
            throw new IllegalStateException("cannot seal", e);
        }
    }

    @Override
    public boolean open(AeadKey key, long nonce, byte[] associatedData, byte[] buffer, int offset, int length) {
        if (length < TAG_LENGTH) {
            return false;
        }
        try {
            process(false, key, nonce, associatedData, buffer, offset, length);
            return true;
        } catch (InvalidCipherTextException e) {
            return false;
        }
    }

    private void process(
            boolean seal, AeadKey key, long nonce, byte[] associatedData, byte[] buffer, int offset, int length)
            throws InvalidCipherTextException {
        byte[] nonceBytes = new byte[NONCE_LENGTH];
        LONG.set(nonceBytes, NONCE_LENGTH - Long.BYTES, nonce);
        byte[] keyBytes = key.getEncoded();
        KeyParameter parameter = new KeyParameter(keyBytes);
        Arrays.fill(keyBytes, (byte) 0);
        cipher.init(seal, new AEADParameters(parameter, TAG_LENGTH * Byte.SIZE, nonceBytes, associatedData));
        int done = cipher.processBytes(buffer, offset, length, buffer, offset);
        cipher.doFinal(buffer, offset + done);
    }
}
