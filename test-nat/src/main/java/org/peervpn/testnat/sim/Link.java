package org.peervpn.testnat.sim;

import java.time.Duration;

/**
 * How a station is connected to its realm, both ways. Faults change it while datagrams fly.
 *
 * <p>Loss, duplication and reordering are probabilities for each datagram; a reordered one is late by up to {@link
 * #LATE_NANOS}.
 */
final class Link {
    static final long LATE_NANOS = Duration.ofMillis(80).toNanos();

    static final int ETHERNET_MTU = 1500;

    private static final Duration IN_A_LAN = Duration.ofNanos(150_000);

    long delayNanos;
    long jitterNanos;
    double loss;
    double duplication;
    double reordering;
    /** A longer one vanishes without a word. */
    int mtu = ETHERNET_MTU;

    boolean down;

    Link(Duration delay) {
        delayNanos = delay.toNanos();
    }

    static Link lan() {
        return new Link(IN_A_LAN);
    }

    boolean isPerfect() {
        return loss == 0 && duplication == 0 && reordering == 0 && mtu >= ETHERNET_MTU && !down;
    }
}
