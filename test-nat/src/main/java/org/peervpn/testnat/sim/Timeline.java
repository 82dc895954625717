package org.peervpn.testnat.sim;

import java.time.Duration;
import java.util.PriorityQueue;

/** The virtual clock and what is going to happen. What happens at one moment happens in the order in which it was planned. */
final class Timeline {
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long nowNanos;
    private long planned;

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
            nowNanos = next.atNanos();
            next.action().run();
        }
        nowNanos = Math.max(nowNanos, endNanos);
    }
}
