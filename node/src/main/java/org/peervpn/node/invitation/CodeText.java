package org.peervpn.node.invitation;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * The text of a code: {@code peervpn}, the version {@code 1}, then bytes in Crockford's base32, which begin with how many
 * they are.
 *
 * <p>Base32 and not base64, though it is a fifth longer: it has no case to lose, none of the characters that chat
 * programs take for markup or break lines at, no letters that look alike, a double click takes all of it, and in upper
 * case it is what a QR code packs best. Whatever is no letter or digit (blanks, line ends, quotation marks, the {@code >}
 * of a quoted mail) does not count.
 */
final class CodeText {
    static final String PREFIX = "peervpn";
    static final char VERSION = '1';

    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final int BITS = 5;
    private static final int MAX_TEXT_LENGTH = 10_000;

    /** The characters that hold the length. */
    private static final int LENGTH_CHARACTERS = 4;

    private CodeText() {}

    static String encode(byte[] bytes) {
        StringBuilder text = new StringBuilder(PREFIX).append(VERSION);
        int bits = 0;
        int held = 0;
        for (byte next : bytes) {
            bits = (bits << 8) | (next & 0xff);
            for (held += 8; held >= BITS; held -= BITS) {
                text.append(ALPHABET.charAt((bits >> (held - BITS)) & 31));
            }
        }
        if (held > 0) {
            text.append(ALPHABET.charAt((bits << (BITS - held)) & 31));
        }
        return text.toString();
    }

    static boolean isCode(String text) {
        return text.length() <= MAX_TEXT_LENGTH
                && text.indexOf('@') < 0
                && plain(text).startsWith(PREFIX);
    }

    /** The bytes; an {@link IllegalArgumentException} says in one line what is wrong with the text. */
    static byte[] decode(String text) {
        if (!isCode(text)) {
            throw new IllegalArgumentException("not a code: it does not begin with " + PREFIX + VERSION);
        }
        String plain = plain(text);
        checkVersion(plain);
        String body = plain.substring(PREFIX.length() + 1);
        if (body.length() < LENGTH_CHARACTERS) {
            throw new IllegalArgumentException("this code is cut off: nearly all of it is missing");
        }
        int length =
                ByteBuffer.wrap(bytes(body.substring(0, LENGTH_CHARACTERS))).getShort() & 0xffff;
        if (length < InvitationCodec.MIN_LENGTH || length > InvitationCodec.MAX_LENGTH) {
            throw InvitationCodec.damaged();
        }
        int characters = (length * 8 + BITS - 1) / BITS;
        if (body.length() < characters) {
            throw new IllegalArgumentException("this code is cut off: its last " + (characters - body.length()) + " of "
                    + (plain.length() - body.length() + characters) + " characters are missing");
        }
        if (body.length() > characters) {
            throw new IllegalArgumentException("this code has " + (body.length() - characters)
                    + " characters too many; is there something else behind it?");
        }
        byte[] bytes = bytes(body);
        if (!encode(bytes).equals(encode(body))) {
            throw InvitationCodec.damaged(); // bits that belong to no byte
        }
        return bytes;
    }

    private static void checkVersion(String plain) {
        char version = plain.length() > PREFIX.length() ? digit(plain.charAt(PREFIX.length())) : 0;
        if (version >= '2' && version <= '9') {
            throw new IllegalArgumentException("this code is of format " + version
                    + ", which only a later version of peervpn can read: update this one");
        }
        if (version != VERSION) {
            throw new IllegalArgumentException("not a code: it does not begin with " + PREFIX + VERSION);
        }
    }

    private static byte[] bytes(String body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int bits = 0;
        int held = 0;
        for (int i = 0; i < body.length(); i++) {
            int value = ALPHABET.indexOf(digit(body.charAt(i)));
            if (value < 0) {
                throw new IllegalArgumentException(
                        "this code is damaged: no code has a \"" + body.charAt(i) + "\" in it");
            }
            bits = (bits << BITS) | value;
            held += BITS;
            if (held >= 8) {
                held -= 8;
                bytes.write(bits >> held);
            }
        }
        return bytes.toByteArray();
    }

    /** As {@link #encode(byte[])} would write these characters. */
    private static String encode(String body) {
        StringBuilder text = new StringBuilder(PREFIX).append(VERSION);
        body.chars().forEach(c -> text.append(digit((char) c)));
        return text.toString();
    }

    /** Letters that are taken for digits when they are read. */
    private static char digit(char c) {
        return switch (c) {
            case 'o' -> '0';
            case 'i', 'l' -> '1';
            default -> c;
        };
    }

    private static String plain(String text) {
        StringBuilder plain = new StringBuilder(text.length());
        text.chars().filter(Character::isLetterOrDigit).forEach(c -> plain.append((char) c));
        return plain.toString().toLowerCase(Locale.ROOT);
    }
}
