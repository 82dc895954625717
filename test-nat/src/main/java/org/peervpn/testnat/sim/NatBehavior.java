package org.peervpn.testnat.sim;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.NatSummary;
import org.peervpn.nat.PortAllocation;
import org.peervpn.testnat.NatType;

/**
 * How a router treats UDP (RFC 4787).
 *
 * @param mapping null for a firewall that translates nothing
 * @param ports how a new mapping gets its external port
 * @param stableRandom of {@link PortAllocation#RANDOM}: the port is a function of the inner endpoint (and of what the
 *     mapping depends on), so that it is the same after a mapping has expired; until the router reboots
 * @param portStep of {@link PortAllocation#SEQUENTIAL}
 * @param unreplied how long an entry lives without traffic in both directions, or with such traffic for 2 s only
 * @param stream how long it lives afterwards
 * @param hairpin datagrams from inside to the outer address come back in
 * @param sloppy an unsolicited datagram makes an entry of the router's own, which takes the port from who wants it later
 */
record NatBehavior(
        @Nullable Behavior mapping,
        Behavior filtering,
        PortAllocation ports,
        boolean stableRandom,
        int portStep,
        Duration unreplied,
        Duration stream,
        boolean hairpin,
        boolean sloppy) {

    /** Those of Linux. */
    private static final Duration UNREPLIED = Duration.ofSeconds(30);

    private static final Duration STREAM = Duration.ofMinutes(2);

    static NatBehavior firewall() {
        return of(null, Behavior.ADDRESS_AND_PORT_DEPENDENT, PortAllocation.PRESERVED);
    }

    static NatBehavior of(@Nullable Behavior mapping, Behavior filtering, PortAllocation ports) {
        return new NatBehavior(mapping, filtering, ports, false, 1, UNREPLIED, STREAM, false, false);
    }

    /** What the kernel laboratory makes of the type; null where there is no router. */
    static @Nullable NatBehavior of(NatType type) {
        Behavior independent = Behavior.ENDPOINT_INDEPENDENT;
        Behavior byAddress = Behavior.ADDRESS_DEPENDENT;
        Behavior byPort = Behavior.ADDRESS_AND_PORT_DEPENDENT;
        return switch (type) {
            case PUBLIC, BLOCKED -> null;
            case FIREWALL -> firewall();
            case FULL_CONE -> of(independent, independent, PortAllocation.PRESERVED);
            case ADDRESS_RESTRICTED -> of(independent, byAddress, PortAllocation.PRESERVED);
            case PORT_RESTRICTED -> of(independent, byPort, PortAllocation.PRESERVED);
            case ADDRESS_DEPENDENT ->
                of(byAddress, byPort, PortAllocation.RANDOM).withStableRandomPorts();
            case SYMMETRIC -> of(byPort, byPort, PortAllocation.RANDOM);
            case SYMMETRIC_SEQ -> of(byPort, byPort, PortAllocation.SEQUENTIAL);
        };
    }

    NatBehavior withStableRandomPorts() {
        return new NatBehavior(
                mapping, filtering, PortAllocation.RANDOM, true, portStep, unreplied, stream, hairpin, sloppy);
    }

    NatBehavior withLifetimes(Duration newUnreplied, Duration newStream) {
        return new NatBehavior(
                mapping, filtering, ports, stableRandom, portStep, newUnreplied, newStream, hairpin, sloppy);
    }

    NatBehavior withPortStep(int step) {
        return new NatBehavior(mapping, filtering, ports, stableRandom, step, unreplied, stream, hairpin, sloppy);
    }

    NatBehavior withHairpin() {
        return new NatBehavior(mapping, filtering, ports, stableRandom, portStep, unreplied, stream, true, sloppy);
    }

    NatBehavior withSloppiness() {
        return new NatBehavior(mapping, filtering, ports, stableRandom, portStep, unreplied, stream, hairpin, true);
    }

    boolean translates() {
        return mapping != null;
    }

    /** What a perfect test of this router alone would find. */
    NatSummary summary() {
        return new NatSummary(
                translates(),
                mapping == null ? Behavior.ENDPOINT_INDEPENDENT : mapping,
                filtering,
                ports,
                ports == PortAllocation.SEQUENTIAL ? portStep : 0,
                false,
                false);
    }

    @Override
    public String toString() {
        String kind = mapping == null
                ? "firewall, " + filtering + " filtering"
                : mapping + " mapping, " + filtering + " filtering, " + (stableRandom ? "stable " : "") + ports;
        return kind + ", " + unreplied.toSeconds() + "/" + stream.toSeconds() + " s" + (hairpin ? ", hairpin" : "")
                + (sloppy ? ", sloppy" : "");
    }
}
