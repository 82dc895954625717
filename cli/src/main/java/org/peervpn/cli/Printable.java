package org.peervpn.cli;

import java.util.regex.Pattern;

/** Text that may come from elsewhere, fit for one line of a terminal: it can neither move the cursor nor begin a line. */
final class Printable {
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");

    private static final int SHORT = 500;

    private Printable() {}

    /** The beginning of it. */
    static String shortLine(String text) {
        return line(text.length() <= SHORT ? text : text.substring(0, SHORT) + "…");
    }

    static String line(String text) {
        return UNPRINTABLE.matcher(text).replaceAll("?");
    }
}
