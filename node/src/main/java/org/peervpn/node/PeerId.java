package org.peervpn.node;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.peervpn.tunnel.NoisePublicKey;

/**
 * A short form of a public key to be read aloud, such as {@code 139118-205156-230232}: the first 6 bytes of SHA-256 of
 * the 32 raw bytes, each as three digits. Never a substitute for the key: 48 bits can be ground.
 */
public record PeerId(String text) {
    private static final Pattern FORM = Pattern.compile("\\d{6}-\\d{6}-\\d{6}");

    /** In bytes. */
    public static final int LENGTH = 6;

    public static PeerId of(NoisePublicKey key) {
        return of(Arrays.copyOf(sha256(key.bytes()), LENGTH));
    }

    /** From its 6 bytes. */
    public static PeerId of(byte[] bytes) {
        StringBuilder text = new StringBuilder(20);
        for (int i = 0; i < LENGTH; i++) {
            if (i == 2 || i == 4) {
                text.append('-');
            }
            int value = bytes[i] & 0xff;
            text.append((char) ('0' + value / 100))
                    .append((char) ('0' + value / 10 % 10))
                    .append((char) ('0' + value % 10));
        }
        return new PeerId(text.toString());
    }

    public byte[] bytes() {
        String digits = text.replace("-", "");
        byte[] bytes = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            bytes[i] = (byte) Integer.parseInt(digits.substring(3 * i, 3 * i + 3));
        }
        return bytes;
    }

    /** True if the text looks like a Peer ID, whoever may have it. */
    public static boolean hasForm(String text) {
        return FORM.matcher(text).matches();
    }

    private static byte[] sha256(byte[] input) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(input);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
