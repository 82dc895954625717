package org.peervpn.testnat.sim;

import java.time.Duration;
import java.util.PriorityQueue;

/** The virtual clock and what is going to happen. What happens at one moment happens in the order in which it was planned. */
final class Timeline {
    private static final int MAX_EVENTS_PER_SECOND = 100_000;
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long nowNanos;
    private long planned;
    private int eventsOfSecond;

    private record Event(long atNanos, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    long nowNanos() {
        return nowNanos;
    }

    void after(long delayNanos, Runnable action) {
        events.add(new Event(nowNanos + delayNanos, planned++, action));
    }

    void after(Duration delay, Runnable action) {
        after(delay.toNanos(), action);
    }

    void at(Duration moment, Runnable action) {
        events.add(new Event(Math.max(nowNanos, moment.toNanos()), planned++, action));
    }

    /** Lets everything happen that is due by then. */
    void runUntil(long endNanos) {
        while (!events.isEmpty() && events.peek().atNanos() <= endNanos) {
            Event next = events.remove();
            if (next.atNanos() / SECOND_NANOS != nowNanos / SECOND_NANOS) {
                eventsOfSecond = 0;
            }
            if (++eventsOfSecond > MAX_EVENTS_PER_SECOND) {
                throw new AssertionError("something goes round in circles at " + nowNanos / SECOND_NANOS + " s");
            }
            nowNanos = next.atNanos();
            next.action().run();
        }
        nowNanos = Math.max(nowNanos, endNanos);
    }
}
