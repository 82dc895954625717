package org.peervpn.tunnel;

import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.crypto.XChaCha20Poly1305;

/** The sender's side of mac1, mac2 and cookies for one peer, WireGuard paper 5.4.4 and 5.4.7. */
final class CookieGenerator {
    private final byte[] mac1Key;
    private final byte[] cookieKey;
    private byte @Nullable [] lastMac1; // null until the first message, and once a cookie reply has answered it
    private byte @Nullable [] cookie; // null until the peer was under load
    private long cookieUntilNanos;

    CookieGenerator(NoisePublicKey remoteKey) {
        mac1Key = Macs.mac1Key(remoteKey);
        cookieKey = Macs.cookieKey(remoteKey);
    }

    void putMacs(byte[] message, long nowNanos) {
        Macs.putMac1(message, mac1Key);
        lastMac1 = Macs.mac1(message);
        if (cookie != null && nowNanos < cookieUntilNanos) {
            Macs.putMac2(message, cookie);
        }
    }

    /** False if the reply does not answer our last message. The cookie goes into the next one. */
    boolean consume(byte[] cookieReply, long nowNanos) {
        if (lastMac1 == null) {
            return false;
        }
        byte[] opened = XChaCha20Poly1305.open(
                cookieKey, CookieReply.nonce(cookieReply), lastMac1, CookieReply.sealedCookie(cookieReply));
        if (opened == null) {
            return false;
        }
        lastMac1 = null;
        cookie = opened;
        cookieUntilNanos = nowNanos + Timing.COOKIE_LIFETIME_NANOS;
        return true;
    }
}
