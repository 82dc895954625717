package org.peervpn.node.control;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who a node is and what it offers; sent by both sides when a session begins, and again when it changes.
 *
 * @param name for people; at most {@link #MAX_NAME_LENGTH} characters, none of them a control character
 * @param version of the program
 * @param exitFamilies the address families (4, 6) in which the sender forwards to the internet; empty: it is no exit
 * @param token opaque to the receiver, who returns it in its answer; null in an answer
 * @param answerTo the token of the hello that this one answers; null if it answers none
 */
public record Hello(
        String name,
        String version,
        Set<Integer> exitFamilies,
        @Nullable Long token,
        @Nullable Long answerTo) {
    public static final int MAX_NAME_LENGTH = 64;
    public static final int MAX_VERSION_LENGTH = 32;

    /** True if another hello, but for its tokens, would tell nothing new after {@code before}. */
    public boolean saysTheSameAs(@Nullable Hello before) {
        return before != null
                && name.equals(before.name)
                && version.equals(before.version)
                && exitFamilies.equals(before.exitFamilies);
    }

    /** What a text from the network, or from the operator, may show on a terminal: printable and short. */
    public static String printable(String text, int maxLength) {
        StringBuilder clean = new StringBuilder();
        text.codePoints()
                .filter(c -> !Character.isISOControl(c)
                        && Character.getType(c) != Character.FORMAT
                        && Character.getType(c) != Character.SURROGATE
                        && Character.getType(c) != Character.LINE_SEPARATOR
                        && Character.getType(c) != Character.PARAGRAPH_SEPARATOR)
                .limit(maxLength)
                .forEach(clean::appendCodePoint);
        return clean.toString().strip();
    }
}
