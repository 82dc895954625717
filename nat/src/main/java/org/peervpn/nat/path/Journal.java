package org.peervpn.nat.path;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** The last events of one peer's path, for people who ask why. */
final class Journal {
    static final int MAX_EVENTS = 20;

    private static final long TENTH_NANOS = 100_000_000L;

    private final Deque<String> events = new ArrayDeque<>();

    void add(long nowNanos, String event) {
        if (events.size() == MAX_EVENTS) {
            events.removeFirst();
        }
        long tenths = (nowNanos + TENTH_NANOS / 2) / TENTH_NANOS;
        events.add(tenths / 10 + "." + tenths % 10 + " s: " + event);
    }

    List<String> lines() {
        return new ArrayList<>(events);
    }
}
