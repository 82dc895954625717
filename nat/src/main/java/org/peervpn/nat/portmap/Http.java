package org.peervpn.nat.portmap;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** As much of HTTP/1.1 (RFC 9112) as routers speak: one request, one answer, then the connection ends. */
final class Http {
    /** More than any router says. */
    static final int MAX_BYTES = 65_536;

    static final int OK = 200;

    private static final int MAX_HEADERS = 64;
    private static final String BLANK_LINE = "\r\n\r\n";
    private static final String LENGTH = "content-length";
    private static final String CODING = "transfer-encoding";

    private Http() {}

    /** @param headers by their names in lower case, the first of each name */
    record Answer(int status, Map<String, String> headers, String body) {}

    static ByteBuffer get(String host, String path) {
        return ByteBuffer.wrap(head("GET", host, path, "").getBytes(US_ASCII));
    }

    static ByteBuffer post(String host, String path, String action, String body) {
        byte[] content = body.getBytes(UTF_8);
        String more = "Content-Type: text/xml; charset=\"utf-8\"\r\nSOAPAction: \"" + action + "\"\r\nContent-Length: "
                + content.length + "\r\n";
        byte[] head = head("POST", host, path, more).getBytes(US_ASCII);
        return ByteBuffer.allocate(head.length + content.length)
                .put(head)
                .put(content)
                .flip();
    }

    private static String head(String method, String host, String path, String more) {
        return method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: peervpn\r\n" + more
                + "Connection: close\r\n\r\n";
    }

    /** True if nothing is missing, as far as the answer itself tells; else it ends with the connection. */
    static boolean isComplete(ByteBuffer received) {
        String text = ISO_8859_1.decode(received.slice()).toString();
        int blank = text.indexOf(BLANK_LINE);
        if (blank < 0) {
            return false;
        }
        Map<String, String> headers = headers(text.substring(0, blank));
        String content = text.substring(blank + BLANK_LINE.length());
        if (headers == null) {
            return true; // more does not make it better
        }
        if (isChunked(headers)) {
            return dechunked(content) != null;
        }
        int length = number(headers.get(LENGTH));
        return length >= 0 && content.length() >= length;
    }

    /** Null if it is incomplete or malformed. */
    static @Nullable Answer parse(ByteBuffer received) {
        if (received.remaining() > MAX_BYTES) {
            return null;
        }
        String text = ISO_8859_1.decode(received.slice()).toString();
        int blank = text.indexOf(BLANK_LINE);
        if (blank < 0) {
            return null;
        }
        int status = status(text);
        Map<String, String> headers = headers(text.substring(0, blank));
        String content = text.substring(blank + BLANK_LINE.length());
        if (status < 0 || headers == null) {
            return null;
        }
        String body = isChunked(headers) ? dechunked(content) : cut(content, headers.get(LENGTH));
        return body == null ? null : new Answer(status, headers, new String(body.getBytes(ISO_8859_1), UTF_8));
    }

    /** Of {@code HTTP/1.1 200 OK}; -1 if it does not begin so. */
    private static int status(String text) {
        boolean isHttp = text.startsWith("HTTP/1.") && text.length() >= 12 && text.charAt(8) == ' ';
        int status = isHttp ? number(text.substring(9, 12)) : -1;
        return status >= 100 ? status : -1;
    }

    /** Null if there are too many or one is none. */
    private static @Nullable Map<String, String> headers(String head) {
        Map<String, String> headers = new HashMap<>();
        String[] lines = head.split("\r\n", MAX_HEADERS + 2);
        if (lines.length > MAX_HEADERS) {
            return null;
        }
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon <= 0) {
                return null;
            }
            String name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
            headers.putIfAbsent(name, lines[i].substring(colon + 1).strip());
        }
        return headers;
    }

    private static boolean isChunked(Map<String, String> headers) {
        return headers.getOrDefault(CODING, "").toLowerCase(Locale.ROOT).equals("chunked");
    }

    private static @Nullable String cut(String content, @Nullable String lengthText) {
        if (lengthText == null) {
            return content;
        }
        int length = number(lengthText);
        return length < 0 || length > content.length() ? null : content.substring(0, length);
    }

    /** Null if chunks are missing or malformed. */
    private static @Nullable String dechunked(String content) {
        StringBuilder body = new StringBuilder();
        int at = 0;
        while (true) {
            int line = content.indexOf("\r\n", at);
            int length = line < 0 ? -1 : hexadecimal(content.substring(at, line));
            int begin = line + 2;
            if (length < 0 || begin + length + 2 > content.length()) {
                return null;
            }
            if (length == 0) {
                return body.toString();
            }
            body.append(content, begin, begin + length);
            at = begin + length + 2;
        }
    }

    private static int hexadecimal(String line) {
        int end = line.indexOf(';');
        String digits = (end < 0 ? line : line.substring(0, end)).strip();
        return digits.matches("[0-9A-Fa-f]{1,5}") ? Integer.parseInt(digits, 16) : -1;
    }

    /** -1 if it is none, or absurdly large. */
    static int number(@Nullable String text) {
        return text != null && text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : -1;
    }
}
