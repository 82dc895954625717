package org.peervpn.testnat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What a long run has shown of a node of ours and its stock peer, and whether that is as it should be.
 *
 * @param stockHandshakes that wireguard-go has completed, the first one and the rekeys
 * @param ourHandshakes that our node has completed
 * @param lostInARow the most pings, one after the other
 * @param mayBeLostPerMove how many pings may be lost when the client's address changes; at no time more in a row
 * @param roamed how often the client's address changed
 * @param memory of our node, in MiB, from time to time
 * @param logBytes that our node has printed
 * @param running whether our node still runs
 * @param stockQueues of wireguard-go; what they drop is not our node's fault
 */
record SoakResult(
        String name,
        Duration lasted,
        int stockHandshakes,
        int ourHandshakes,
        int pingsSent,
        int pingsLost,
        int lostInARow,
        int mayBeLostPerMove,
        long bytes,
        int connectionsLost,
        int roamed,
        List<Integer> memory,
        long logBytes,
        boolean running,
        TunnelQueues stockQueues,
        TunnelQueues ourQueues) {
    /** The initiator begins a new one after 120 s, and may have to try twice. */
    private static final int REKEY_SECONDS = 130;

    private static final int PINGS_PER_LOST_ONE = 500;

    /** Pings do not meet a full queue just as often as the load does that fills it. */
    private static final int PINGS_LOST_PER_PACKET_DROPPED = 2;

    private static final double MOST_DROPPED_BY_US = 0.01;
    private static final int GROWTH_MIB = 24;
    private static final int LOG_BYTES = 4096;
    private static final int LOG_BYTES_PER_MOVE = 512;

    static String heading() {
        return String.format(
                        Locale.ROOT,
                        "%-24s | %7s | %18s | %20s | %14s | %8s | %8s | %5s | %14s | %9s |",
                        "",
                        "minutes",
                        "handshakes",
                        "pings",
                        "queue drops",
                        "MB",
                        "TCP",
                        "moves",
                        "RSS MiB",
                        "log bytes")
                + "\n"
                + String.format(
                        Locale.ROOT,
                        "%-24s | %7s | %18s | %20s | %14s | %8s | %8s | %5s | %14s | %9s |",
                        "",
                        "",
                        "stock, ours (want)",
                        "sent, lost, in a row",
                        "stock, ours",
                        "carried",
                        "lost",
                        "",
                        "start mid end",
                        "");
    }

    /** The longest gap in the numbers of the pings that were answered, of all that were sent, from 1 on. */
    static int mostInARow(int sent, int... answered) {
        int most = 0;
        int last = 0;
        for (int sequence : Arrays.stream(answered).sorted().toArray()) {
            most = Math.max(most, sequence - last - 1);
            last = sequence;
        }
        return Math.max(most, sent - last);
    }

    String line() {
        return String.format(
                Locale.ROOT,
                "%-24s | %7.1f | %18s | %20s | %14s | %8d | %8d | %5d | %14s | %9d | %s",
                name,
                lasted.toMillis() / 60_000.0,
                stockHandshakes + ", " + ourHandshakes + " (" + wantedHandshakes() + ")",
                pingsSent + ", " + pingsLost + ", " + lostInARow,
                stockQueues.dropped() + ", " + ourQueues.dropped(),
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
        check(faults, lostInARow <= mayBeLostPerMove, "more than " + mayBeLostPerMove + " pings lost in a row");
        check(faults, ourQueues.shareDropped() <= MOST_DROPPED_BY_US, "our queues are full");
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
        double inStockQueues = pingsSent * stockQueues.shareDropped() * PINGS_LOST_PER_PACKET_DROPPED;
        return roamed * mayBeLostPerMove + pingsSent / PINGS_PER_LOST_ONE + (int) inStockQueues;
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
