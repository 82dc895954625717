package org.peervpn.testnat.flood;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.NoisePublicKey;
import org.peervpn.tunnel.crypto.Blake2s;
import org.peervpn.tunnel.crypto.XChaCha20Poly1305;

/** What an initiator does with cookies, WireGuard paper 5.4.4 and 5.4.7, without its limits. */
public final class Cookies {
    private static final int REPLY_TYPE = 3;
    private static final int REPLY_LENGTH = 64;
    private static final int NONCE_OFFSET = 8;
    private static final int COOKIE_OFFSET = NONCE_OFFSET + XChaCha20Poly1305.NONCE_LENGTH;

    private final byte[] key;

    public Cookies(NoisePublicKey node) {
        key = Blake2s.hash("cookie--".getBytes(US_ASCII), node.bytes());
    }

    /** null if it is no reply to this initiation. */
    public byte @Nullable [] open(byte[] reply, int length, byte[] initiation) {
        if (length != REPLY_LENGTH || reply[0] != REPLY_TYPE) {
            return null;
        }
        int mac1 = initiation.length - 2 * Blake2s.MAC_LENGTH;
        return XChaCha20Poly1305.open(
                key,
                Arrays.copyOfRange(reply, NONCE_OFFSET, COOKIE_OFFSET),
                Arrays.copyOfRange(initiation, mac1, mac1 + Blake2s.MAC_LENGTH),
                Arrays.copyOfRange(reply, COOKIE_OFFSET, REPLY_LENGTH));
    }

    /** A copy with mac2. */
    public static byte[] with(byte[] cookie, byte[] initiation) {
        byte[] message = initiation.clone();
        int mac2 = message.length - Blake2s.MAC_LENGTH;
        System.arraycopy(Blake2s.mac(cookie, Arrays.copyOf(message, mac2)), 0, message, mac2, Blake2s.MAC_LENGTH);
        return message;
    }
}
