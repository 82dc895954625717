package org.peervpn.testnat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.peervpn.testnat.flood.FloodKind;

/**
 * Measures what floods do to a saturated tunnel, and prints a table: {@code Floods [PER_SECOND [KIND...]]}. Nodes, iperf3
 * and the flooder share this machine; so each flood is also sent to a host that drops it, and what is left then is what
 * the node has to be compared with.
 */
public final class Floods {
    private static final int PER_SECOND = 100_000;
    private static final Duration MEASURED = Duration.ofSeconds(5);
    private static final Duration FLOODED = Duration.ofSeconds(8);
    private static final int PINGS = 100;
    private static final Duration PING_INTERVAL = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final FloodScene scene;
    private final int perSecond;

    /** What one run through the tunnel showed. */
    private record Run(double gigabitsPerSecond, int pingsLost, double cpuSeconds, String sent) {}

    private Floods(FloodScene scene, int perSecond) {
        this.scene = scene;
        this.perSecond = perSecond;
    }

    public static void main(String[] arguments) {
        int perSecond = arguments.length > 0 ? Integer.parseInt(arguments[0]) : PER_SECOND;
        FloodKind[] kinds = arguments.length > 1
                ? Stream.of(arguments).skip(1).map(FloodKind::valueOf).toArray(FloodKind[]::new)
                : FloodKind.values();
        try (Lab lab = Lab.create()) {
            Floods floods = new Floods(FloodScene.build(lab), perSecond);
            floods.run(); // the first one, while code is being compiled, does not count
            floods.print(kinds);
        }
    }

    private void print(FloodKind[] kinds) {
        System.out.printf(
                Locale.ROOT,
                "%-12s %9s | %24s | %6s %6s | %-17s | %-14s | %-12s | %s%n",
                "flood",
                "packets/s",
                "Gbit/s none, sink, node",
                "/none",
                "/sink",
                "lost of 100 pings",
                "exit's CPU s",
                "RSS MiB",
                "log bytes, drops");
        for (FloodKind kind : kinds) {
            print(kind);
        }
    }

    private void print(FloodKind kind) {
        Run none = run();
        Run atSink = during(scene.floodOfTheSink(kind, perSecond, FLOODED));
        long memory = memory();
        int log = logBytes();
        Map<String, Long> drops = drops();
        Run atNode = during(scene.flood(kind, perSecond, FLOODED));
        System.out.printf(
                Locale.ROOT,
                "%-12s %9s | %7.2f %7.2f %8.2f | %5.0f%% %5.0f%% | %5d %5d %5d | %4.1f %4.1f %4.1f | %4d -> %4d | %d, %s%n",
                kind.name().toLowerCase(Locale.ROOT),
                atNode.sent(),
                none.gigabitsPerSecond(),
                atSink.gigabitsPerSecond(),
                atNode.gigabitsPerSecond(),
                100 * atNode.gigabitsPerSecond() / none.gigabitsPerSecond(),
                100 * atNode.gigabitsPerSecond() / atSink.gigabitsPerSecond(),
                none.pingsLost(),
                atSink.pingsLost(),
                atNode.pingsLost(),
                none.cpuSeconds(),
                atSink.cpuSeconds(),
                atNode.cpuSeconds(),
                memory,
                memory(),
                logBytes() - log,
                difference(drops, drops()));
    }

    private Run during(RunningProcess flooder) {
        Run run = run();
        flooder.awaitExit(PATIENCE);
        String[] words = flooder.awaitLine("^sent ", PATIENCE).split(" ", -1);
        long rate = Long.parseLong(words[1]) * 1000 / Long.parseLong(words[5]);
        return new Run(run.gigabitsPerSecond(), run.pingsLost(), run.cpuSeconds(), Long.toString(rate));
    }

    private Run run() {
        double before = cpuSeconds();
        RunningProcess ping = scene.ping(PINGS, PING_INTERVAL);
        double rate = Iperf.gigabitsPerSecond(scene.client(), scene.exit().host(), scene.exitAddress(), MEASURED);
        return new Run(rate, scene.lost(ping), cpuSeconds() - before, "");
    }

    private double cpuSeconds() {
        return Proc.cpuSeconds(exit());
    }

    /** What the exit has in memory, in MiB. */
    private long memory() {
        return (long) Proc.residentMib(exit()).orElseThrow();
    }

    private long exit() {
        return scene.exit().node().pid();
    }

    private int logBytes() {
        return scene.exit().node().lines().stream()
                .mapToInt(line -> line.length() + 1)
                .sum();
    }

    private Map<String, Long> drops() {
        Map<String, Long> drops = new TreeMap<>();
        JsonNode counts = scene.exit().status().path("drops");
        counts.fieldNames()
                .forEachRemaining(name -> drops.put(name, counts.path(name).asLong()));
        return drops;
    }

    private static String difference(Map<String, Long> before, Map<String, Long> after) {
        return after.entrySet().stream()
                .map(entry -> Map.entry(entry.getKey(), entry.getValue() - before.getOrDefault(entry.getKey(), 0L)))
                .filter(entry -> entry.getValue() > 0)
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }
}
