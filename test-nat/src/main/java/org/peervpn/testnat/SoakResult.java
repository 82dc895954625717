package org.peervpn.testnat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a long run has shown of a node of ours and its stock peer, and whether that is as it should be.
 *
 * @param stockHandshakes that wireguard-go has completed, the first one and the rekeys
 * @param ourHandshakes that our node has completed
 * @param mayBeLostPerMove how many pings may be lost when the client's address changes
 * @param roamed how often the client's address changed
 * @param memory of our node, in MiB, from time to time
 * @param logBytes that our node has printed
 * @param running whether our node still runs
 */
record SoakResult(
        String name,
        Duration lasted,
        int stockHandshakes,
        int ourHandshakes,
        int pingsSent,
        int pingsLost,
        int mayBeLostPerMove,
        long bytes,
        int connectionsLost,
        int roamed,
        List<Integer> memory,
        long logBytes,
        boolean running) {
    /** The initiator begins a new one after 120 s, and may have to try twice. */
    private static final int REKEY_SECONDS = 130;

    private static final int PINGS_PER_LOST_ONE = 500;
    private static final int GROWTH_MIB = 24;
    private static final int LOG_BYTES = 4096;
    private static final int LOG_BYTES_PER_MOVE = 512;

    static String heading() {
        return String.format(
                        Locale.ROOT,
                        "%-24s | %7s | %18s | %14s | %8s | %8s | %5s | %14s | %9s |",
                        "",
                        "minutes",
                        "handshakes",
                        "pings",
                        "MB",
                        "TCP",
                        "moves",
                        "RSS MiB",
                        "log bytes")
                + "\n"
                + String.format(
                        Locale.ROOT,
                        "%-24s | %7s | %18s | %14s | %8s | %8s | %5s | %14s | %9s |",
                        "",
                        "",
                        "stock, ours (want)",
                        "sent, lost",
                        "carried",
                        "lost",
                        "",
                        "start mid end",
                        "");
    }

    String line() {
        return String.format(
                Locale.ROOT,
                "%-24s | %7.1f | %18s | %14s | %8d | %8d | %5d | %14s | %9d | %s",
                name,
                lasted.toMillis() / 60_000.0,
                stockHandshakes + ", " + ourHandshakes + " (" + wantedHandshakes() + ")",
                pingsSent + ", " + pingsLost,
                bytes / 1_000_000,
                connectionsLost,
                roamed,
                memoryAtStart() + " " + memoryAtMid() + " " + memoryAtEnd(),
                logBytes,
                faults().isEmpty() ? "PASS" : "FAIL: " + String.join("; ", faults()));
    }

    /** Empty if all is as it should be. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        check(faults, running, "our node has ended");
        check(faults, connectionsLost == 0, "TCP connections were lost");
        check(faults, stockHandshakes >= wantedHandshakes(), "too few handshakes of wireguard-go");
        check(faults, ourHandshakes >= wantedHandshakes(), "too few handshakes of our node");
        check(faults, pingsSent > 0 && pingsLost <= mayBeLost(), "more than " + mayBeLost() + " pings lost");
        check(faults, memoryAtEnd() <= memoryAtMid() + GROWTH_MIB, "memory grows");
        check(faults, logBytes <= LOG_BYTES + (long) roamed * LOG_BYTES_PER_MOVE, "much in the log");
        return faults;
    }

    private static void check(List<String> faults, boolean isAsItShouldBe, String fault) {
        if (!isAsItShouldBe) {
            faults.add(fault);
        }
    }

    private int wantedHandshakes() {
        return 1 + (int) (lasted.toSeconds() / REKEY_SECONDS);
    }

    private int mayBeLost() {
        return roamed * mayBeLostPerMove + pingsSent / PINGS_PER_LOST_ONE;
    }

    private int memoryAtStart() {
        return memory.isEmpty() ? 0 : memory.get(0);
    }

    private int memoryAtMid() {
        return memory.isEmpty() ? 0 : memory.get(memory.size() / 2);
    }

    private int memoryAtEnd() {
        return memory.isEmpty() ? 0 : memory.get(memory.size() - 1);
    }
}
