package org.peervpn.nat.path;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/** The last events of one peer's path, for people who ask why. */
final class Journal {
    static final int MAX_EVENTS = 20;

    private final Deque<String> events = new ArrayDeque<>();

    void add(long nowNanos, String event) {
        if (events.size() == MAX_EVENTS) {
            events.removeFirst();
        }
        events.add(String.format(Locale.ROOT, "%.1f s: %s", nowNanos / 1e9, event));
    }

    List<String> lines() {
        return new ArrayList<>(events);
    }
}
