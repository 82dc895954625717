package org.peervpn.tunnel;

import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The text of a key of 32 bytes: base64, 44 characters, and only the one text that the bytes encode to. */
final class KeyText {
    static final int KEY_LENGTH = 32;
    static final String FORM = "(44 characters of base64, ending in =)";

    private static final int TEXT_LENGTH = 44;

    private KeyText() {}

    /** null if the text is not that of a key. */
    static byte @Nullable [] decode(String text) {
        if (text.length() != TEXT_LENGTH) {
            return null;
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
        // The last character carries two bits that belong to no byte; a key has one text only.
        if (bytes.length != KEY_LENGTH || !encode(bytes).equals(text)) {
            Arrays.fill(bytes, (byte) 0);
            return null;
        }
        return bytes;
    }

    static String encode(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /** What was typed, fit for one line of an error message. */
    static String quoted(String text) {
        int limit = 2 * TEXT_LENGTH;
        String shown = text.length() > limit ? text.substring(0, limit) + "..." : text;
        return '"' + shown.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?") + '"';
    }
}
