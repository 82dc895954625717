package org.peervpn.tunnel;

import java.net.InetAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** Handshake messages per {@link Source}: 20 a second, 5 at once, as the reference implementation. */
final class RateLimiter {
    static final int PER_SECOND = 20;
    static final int BURST = 5;
    static final int MAX_SOURCES = 8_192;

    private static final long FULL_NANOS = BURST * Timing.seconds(1) / PER_SECOND;

    // In the order of last use, so that those that are full again stand first.
    private final Map<Long, Budget> budgets = new LinkedHashMap<>(16, 0.75f, true);

    /** Takes one token of the source; false if it has none, or if there are too many sources to keep count of. */
    boolean tryAcquire(InetAddress source, long nowNanos) {
        removeFull(nowNanos);
        Long key = Source.of(source);
        Budget budget = budgets.get(key);
        if (budget == null) {
            if (budgets.size() == MAX_SOURCES) {
                return false;
            }
            budget = new Budget(PER_SECOND, BURST, nowNanos);
            budgets.put(key, budget);
        }
        return budget.take(nowNanos);
    }

    /** Whether there is no token now; takes none. */
    boolean isSpent(InetAddress source, long nowNanos) {
        Budget budget = budgets.get(Source.of(source));
        return budget != null && budget.isSpent(nowNanos);
    }

    int size() {
        return budgets.size();
    }

    private void removeFull(long nowNanos) {
        Iterator<Budget> oldestFirst = budgets.values().iterator();
        while (oldestFirst.hasNext() && nowNanos - oldestFirst.next().lastNanos() >= FULL_NANOS) {
            oldestFirst.remove();
        }
    }
}
