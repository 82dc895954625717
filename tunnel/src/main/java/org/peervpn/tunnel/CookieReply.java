package org.peervpn.tunnel;

import java.util.Arrays;
import org.peervpn.tunnel.crypto.XChaCha20Poly1305;

/**
 * Message type 3, WireGuard paper 5.4.7; integers are little-endian.
 *
 * <pre>0: type | 4: receiver index | 8: nonce | 32: sealed cookie</pre>
 */
final class CookieReply {
    static final int TYPE = 3;
    static final int LENGTH = 64;

    private static final int RECEIVER_OFFSET = 4;
    private static final int NONCE_OFFSET = 8;
    private static final int COOKIE_OFFSET = NONCE_OFFSET + XChaCha20Poly1305.NONCE_LENGTH;

    private CookieReply() {}

    static int receiverIndex(byte[] message) {
        return LittleEndian.getInt(message, RECEIVER_OFFSET);
    }

    static byte[] nonce(byte[] message) {
        return Arrays.copyOfRange(message, NONCE_OFFSET, COOKIE_OFFSET);
    }

    static byte[] sealedCookie(byte[] message) {
        return Arrays.copyOfRange(message, COOKIE_OFFSET, LENGTH);
    }

    static byte[] of(int receiverIndex, byte[] nonce, byte[] sealedCookie) {
        byte[] message = new byte[LENGTH];
        LittleEndian.putInt(message, 0, TYPE);
        LittleEndian.putInt(message, RECEIVER_OFFSET, receiverIndex);
        System.arraycopy(nonce, 0, message, NONCE_OFFSET, nonce.length);
        System.arraycopy(sealedCookie, 0, message, COOKIE_OFFSET, sealedCookie.length);
        return message;
    }
}
