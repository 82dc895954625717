package org.peervpn.tunnel;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import org.peervpn.tunnel.crypto.Blake2s;
import org.peervpn.tunnel.crypto.XChaCha20Poly1305;

/** The receiver's side of mac1, mac2 and cookies, WireGuard paper 5.4.4 and 5.4.7: keeps nothing per source. */
final class CookieChecker {
    private final SecureRandom random;
    private final byte[] mac1Key;
    private final byte[] cookieKey;
    private final byte[] secret = new byte[Blake2s.HASH_LENGTH];
    private long secretUntilNanos = -1;

    CookieChecker(NoisePublicKey localKey, SecureRandom random) {
        this.random = random;
        mac1Key = Macs.mac1Key(localKey);
        cookieKey = Macs.cookieKey(localKey);
    }

    boolean isMac1Valid(byte[] message) {
        return Macs.isMac1Valid(message, mac1Key);
    }

    boolean isMac2Valid(byte[] message, InetSocketAddress source, long nowNanos) {
        return nowNanos < secretUntilNanos && Macs.isMac2Valid(message, cookie(source));
    }

    /** The cookie reply to a message whose mac1 is valid. */
    byte[] reply(byte[] message, int senderIndex, InetSocketAddress source, long nowNanos) {
        if (nowNanos >= secretUntilNanos) {
            random.nextBytes(secret);
            secretUntilNanos = nowNanos + Timing.COOKIE_LIFETIME_NANOS;
        }
        byte[] nonce = new byte[XChaCha20Poly1305.NONCE_LENGTH];
        random.nextBytes(nonce);
        byte[] sealed = XChaCha20Poly1305.sealWithNonce(cookieKey, nonce, Macs.mac1(message), cookie(source));
        return CookieReply.of(senderIndex, nonce, sealed);
    }

    private byte[] cookie(InetSocketAddress source) {
        byte[] port = ByteBuffer.allocate(Short.BYTES)
                .putShort((short) source.getPort())
                .array();
        return Blake2s.mac(secret, source.getAddress().getAddress(), port);
    }
}
