package org.peervpn.testnat.bench;

import java.time.Duration;

/** How long things are measured. */
record Pace(Duration warmUp, Duration measured, int pings) {
    static final Pace FULL = new Pace(Duration.ofSeconds(2), Duration.ofSeconds(5), 200);
    static final Pace QUICK = new Pace(Duration.ofSeconds(1), Duration.ofSeconds(2), 50);
}
