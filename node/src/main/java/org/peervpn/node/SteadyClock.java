package org.peervpn.node;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;

/**
 * A wall clock that never tells a moment twice nor goes back, not even behind what an earlier run of the node has told:
 * peers refuse a handshake that is older than the last one they saw, which a clock that was set back, or a machine that
 * does not know the time yet, would else bring about. Core; called by the loop only.
 */
public final class SteadyClock implements InstantSource {
    /** More than a timestamp of WireGuard can be off, whose last 24 bits of nanoseconds are blurred. */
    private static final Duration STEP = Duration.ofMillis(20);

    private final InstantSource clock;
    private final Consumer<Instant> told;
    private Instant last;

    /**
     * @param last what an earlier run has told
     * @param told hears every moment that is told
     */
    public SteadyClock(InstantSource clock, Instant last, Consumer<Instant> told) {
        this.clock = clock;
        this.last = last;
        this.told = told;
    }

    @Override
    public Instant instant() {
        Instant now = clock.instant();
        Instant earliest = last.plus(STEP);
        last = now.isBefore(earliest) ? earliest : now;
        told.accept(last);
        return last;
    }
}
