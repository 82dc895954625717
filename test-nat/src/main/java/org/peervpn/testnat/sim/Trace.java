package org.peervpn.testnat.sim;

import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What happens, as lines to read: virtual time, who, what. */
final class Trace {
    private static final double NANOS_PER_SECOND = 1e9;

    private final Timeline timeline;
    private final @Nullable Consumer<String> lines; // null: nobody reads

    Trace(Timeline timeline, @Nullable Consumer<String> lines) {
        this.timeline = timeline;
        this.lines = lines;
    }

    boolean isOn() {
        return lines != null;
    }

    void say(String who, String what) {
        if (lines != null) {
            lines.accept(
                    String.format(Locale.ROOT, "%11.6f  %-12s %s", timeline.nowNanos() / NANOS_PER_SECOND, who, what));
        }
    }

    /** What it is about is made a text only if somebody reads. */
    void say(String who, String what, Object about) {
        if (lines != null) {
            say(who, what + " " + about);
        }
    }
}
