package org.peervpn.tunnel;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.util.Arrays;
import org.peervpn.tunnel.crypto.Blake2s;

/**
 * The two macs that end a handshake message, WireGuard paper 5.4.4.
 *
 * <pre>0: what mac1 covers | end-32: mac1 | end-16: mac2, which covers mac1 too</pre>
 */
final class Macs {
    /** Of both. */
    static final int LENGTH = 2 * Blake2s.MAC_LENGTH;

    private static final byte[] LABEL_MAC1 = "mac1----".getBytes(US_ASCII);
    private static final byte[] LABEL_COOKIE = "cookie--".getBytes(US_ASCII);

    private Macs() {}

    /** With which messages to {@code receiver} bear their mac1. */
    static byte[] mac1Key(NoisePublicKey receiver) {
        return Blake2s.hash(LABEL_MAC1, receiver.bytes());
    }

    /** With which {@code sender} seals its cookie replies. */
    static byte[] cookieKey(NoisePublicKey sender) {
        return Blake2s.hash(LABEL_COOKIE, sender.bytes());
    }

    static byte[] mac1(byte[] message) {
        return Arrays.copyOfRange(message, message.length - LENGTH, message.length - Blake2s.MAC_LENGTH);
    }

    static boolean isMac1Valid(byte[] message, byte[] mac1Key) {
        return MessageDigest.isEqual(mac1(message), computeMac1(message, mac1Key));
    }

    /** Whoever has no cookie leaves it zero. */
    static boolean hasMac2(byte[] message) {
        for (int i = message.length - Blake2s.MAC_LENGTH; i < message.length; i++) {
            if (message[i] != 0) {
                return true;
            }
        }
        return false;
    }

    static boolean isMac2Valid(byte[] message, byte[] cookie) {
        byte[] mac2 = Arrays.copyOfRange(message, message.length - Blake2s.MAC_LENGTH, message.length);
        return MessageDigest.isEqual(mac2, computeMac2(message, cookie));
    }

    static void putMac1(byte[] message, byte[] mac1Key) {
        put(message, message.length - LENGTH, computeMac1(message, mac1Key));
    }

    static void putMac2(byte[] message, byte[] cookie) {
        put(message, message.length - Blake2s.MAC_LENGTH, computeMac2(message, cookie));
    }

    private static byte[] computeMac1(byte[] message, byte[] mac1Key) {
        return Blake2s.mac(mac1Key, Arrays.copyOf(message, message.length - LENGTH));
    }

    private static byte[] computeMac2(byte[] message, byte[] cookie) {
        return Blake2s.mac(cookie, Arrays.copyOf(message, message.length - Blake2s.MAC_LENGTH));
    }

    private static void put(byte[] message, int offset, byte[] mac) {
        System.arraycopy(mac, 0, message, offset, mac.length);
    }
}
