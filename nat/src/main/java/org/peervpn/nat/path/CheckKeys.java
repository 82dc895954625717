package org.peervpn.nat.path;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The credentials of the checks between two nodes, and the tags of their beacons. Both derive them from their key agreement, so nothing has to be
 * exchanged. They change every UTC day and differ by direction: a stranger who sees the names of two days cannot tell
 * that they belong to the same two nodes, and a check cannot be sent back to who made it.
 */
public final class CheckKeys {
    static final int SECRET_LENGTH = 32;

    /** Of one direction on one day. Loop only. */
    static final class Credentials {
        /** The STUN USERNAME: 24 hexadecimal digits. */
        final String username;

        /** Kept: to find one and to key it costs more than the MAC of a check. */
        private final Mac mac;

        Credentials(String username, byte[] key) {
            this.username = username;
            this.mac = keyed(new SecretKeySpec(key, ALGORITHM));
        }

        byte[] mac(byte[] data, int length) {
            mac.update(data, 0, length);
            return mac.doFinal();
        }

        @Override
        public String toString() {
            return "Credentials(secret)";
        }
    }

    private static final String ALGORITHM = "HmacSHA256";
    private static final int USERNAME_BYTES = 12;

    private final SecretKeySpec secret;
    private final boolean smaller;

    /**
     * @param pairSecret 32 bytes that only the two nodes know
     * @param smaller our public key is the smaller one: we are the controlling side (RFC 8445, section 6.1.1)
     */
    public CheckKeys(byte[] pairSecret, boolean smaller) {
        if (pairSecret.length != SECRET_LENGTH) {
            throw new IllegalArgumentException("a pair secret has " + SECRET_LENGTH + " bytes");
        }
        this.secret = new SecretKeySpec(pairSecret, ALGORITHM);
        this.smaller = smaller;
    }

    boolean areSmaller() {
        return smaller;
    }

    /** For checks that we send. */
    Credentials outbound(long day) {
        return derive(smaller, day);
    }

    /** For checks that we receive. */
    Credentials inbound(long day) {
        return derive(!smaller, day);
    }

    private Credentials derive(boolean fromSmaller, long day) {
        byte[] name = label("check name", fromSmaller, day);
        byte[] key = label("check key", fromSmaller, day);
        Mac mac = keyed(secret);
        String username = HexFormat.of().formatHex(mac.doFinal(name), 0, USERNAME_BYTES);
        return new Credentials(username, mac.doFinal(key));
    }

    /** Names one node to the other in this beacon. */
    long beaconTag(boolean outbound, long day, byte[] nonce, int port) {
        byte[] label = label("lan tag", outbound == smaller, day);
        byte[] input = ByteBuffer.allocate(label.length + nonce.length + Short.BYTES)
                .put(label)
                .put(nonce)
                .putShort((short) port)
                .array();
        return ByteBuffer.wrap(keyed(secret).doFinal(input)).getLong();
    }

    private static byte[] label(String purpose, boolean fromSmaller, long day) {
        byte[] text = purpose.getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(text.length + 1 + Long.BYTES)
                .put(text)
                .put((byte) (fromSmaller ? 1 : 2))
                .putLong(day)
                .array();
    }

    private static Mac keyed(SecretKeySpec key) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    @Override
    public String toString() {
        return "CheckKeys(secret)";
    }
}
