package org.peervpn.nat.portmap;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The little of XML that routers need: elements and their text, in the order in which they end. Attributes, comments and
 * processing instructions are passed over, namespaces are cut off. A document type, an entity that is not one of the five
 * of XML itself, and whatever is too long, too deep or not well-formed make the whole document worthless.
 */
final class Xml {
    static final int MAX_CHARS = 65_536;
    private static final int MAX_DEPTH = 32;
    private static final int MAX_ELEMENTS = 4_096;

    /**
     * An element that has ended.
     *
     * @param text what stands in it, or for one with children what stands after the last of them
     */
    record Element(String name, int depth, String text) {}

    private final String document;
    private final List<String> open = new ArrayList<>();
    private final List<Element> ended = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private int at;

    private Xml(String document) {
        this.document = document;
    }

    /** Null if the document is worthless. */
    static @Nullable List<Element> parse(String document) {
        if (document.length() > MAX_CHARS) {
            return null;
        }
        Xml xml = new Xml(document);
        boolean wellFormed = true;
        while (wellFormed && xml.at < document.length()) {
            wellFormed = document.charAt(xml.at) == '<' ? xml.markup() : xml.text();
        }
        return wellFormed && xml.open.isEmpty() && !xml.ended.isEmpty() ? xml.ended : null;
    }

    /** The text of the first element of this name; null if there is none. */
    static @Nullable String firstText(List<Element> elements, String name) {
        for (Element element : elements) {
            if (element.name().equals(name)) {
                return element.text();
            }
        }
        return null;
    }

    private boolean text() {
        int end = document.indexOf('<', at);
        String raw = document.substring(at, end < 0 ? document.length() : end);
        at += raw.length();
        return unescape(raw);
    }

    private boolean unescape(String raw) {
        int from = 0;
        for (int amp = raw.indexOf('&'); amp >= 0; amp = raw.indexOf('&', from)) {
            int semicolon = raw.indexOf(';', amp);
            String character = semicolon < 0 ? null : predefined(raw.substring(amp + 1, semicolon));
            if (character == null) {
                return false;
            }
            text.append(raw, from, amp).append(character);
            from = semicolon + 1;
        }
        text.append(raw, from, raw.length());
        return true;
    }

    private static @Nullable String predefined(String entity) {
        return switch (entity) {
            case "amp" -> "&";
            case "lt" -> "<";
            case "gt" -> ">";
            case "quot" -> "\"";
            case "apos" -> "'";
            default -> null;
        };
    }

    private boolean markup() {
        if (document.startsWith("<!--", at)) {
            return skipTo("-->");
        } else if (document.startsWith("<?", at)) {
            return skipTo("?>");
        } else if (document.startsWith("<!", at)) {
            return false; // a document type, or CDATA, which nobody needs
        }
        int end = endOfTag();
        if (end < 0) {
            return false;
        }
        String tag = document.substring(at + 1, end);
        at = end + 1;
        return tag.startsWith("/") ? end(tag.substring(1).strip()) : begin(tag);
    }

    private boolean skipTo(String end) {
        int found = document.indexOf(end, at);
        at = found + end.length();
        return found >= 0;
    }

    /** A value of an attribute may contain the sign that ends the tag. */
    private int endOfTag() {
        char quote = 0;
        for (int i = at; i < document.length(); i++) {
            char c = document.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == '>') {
                return i;
            }
        }
        return -1;
    }

    private boolean begin(String tag) {
        boolean empty = tag.endsWith("/");
        String name = name(empty ? tag.substring(0, tag.length() - 1) : tag);
        if (name.isEmpty() || open.size() == MAX_DEPTH) {
            return false;
        }
        open.add(name);
        text.setLength(0);
        return !empty || end(name);
    }

    private boolean end(String tag) {
        String name = name(tag);
        int depth = open.size() - 1;
        if (depth < 0 || !open.get(depth).equals(name) || ended.size() == MAX_ELEMENTS) {
            return false;
        }
        open.remove(depth);
        ended.add(new Element(name, depth, text.toString().strip()));
        text.setLength(0);
        return true;
    }

    private static String name(String tag) {
        int end = 0;
        while (end < tag.length() && !Character.isWhitespace(tag.charAt(end))) {
            end++;
        }
        String qualified = tag.substring(0, end);
        return qualified.substring(qualified.indexOf(':') + 1);
    }
}
