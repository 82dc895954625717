package org.peervpn.testnat;

import java.time.Duration;
import java.util.stream.Stream;
import org.peervpn.testnat.flood.FloodKind;

/** The usual scene with somebody who floods the exit from wherever it likes, and with a host that drops everything. */
public final class FloodScene {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int SINK_PORT = 9;

    private final Scenery scenery;
    private final Attacker attacker;
    private final Host sink;
    private final String exitAddress;

    private FloodScene(Lab lab, String... options) {
        scenery =
                Scenery.build(lab, SitePlan.of("exit", NatType.PUBLIC), SitePlan.of("client", NatType.PORT_RESTRICTED));
        attacker = new Attacker(lab);
        sink = lab.add(SitePlan.of("sink", NatType.PUBLIC)).host();
        sink.nft("""
                table ip sink {
                  chain drops {
                    type filter hook prerouting priority raw
                    udp dport %d drop
                  }
                }
                """.formatted(SINK_PORT));
        scenery.connect(options);
        exitAddress = scenery.exit().addresses().stream()
                .filter(address -> !address.contains(":"))
                .findFirst()
                .orElseThrow();
    }

    /** The exit and its client, both with these options, are connected. */
    public static FloodScene build(Lab lab, String... options) {
        return new FloodScene(lab, options);
    }

    public Scenery scenery() {
        return scenery;
    }

    public Peervpn exit() {
        return scenery.exit();
    }

    public Host client() {
        return scenery.client().host();
    }

    /** Of the exit, inside the tunnel. */
    public String exitAddress() {
        return exitAddress;
    }

    /** A flood of the exit, which begins at once and ends by itself. */
    public RunningProcess flood(FloodKind kind, int perSecond, Duration duration) {
        return begin(kind, exit().host().ipv4() + ":" + Peervpn.PORT, perSecond, duration);
    }

    /** The same flood, but it goes to the host that drops everything. */
    public RunningProcess floodOfTheSink(FloodKind kind, int perSecond, Duration duration) {
        return begin(kind, sink.ipv4() + ":" + SINK_PORT, perSecond, duration);
    }

    private RunningProcess begin(FloodKind kind, String target, int perSecond, Duration duration) {
        String node = exit().host().ipv4() + ":" + Peervpn.PORT;
        return attacker.flood(kind, exit().publicKey(), node, target, perSecond, duration);
    }

    /** Starts so many pings from the client through the tunnel. */
    public RunningProcess ping(int count, Duration interval) {
        return client().start(
                        "ping",
                        "-n",
                        "-q",
                        "-c",
                        Integer.toString(count),
                        "-i",
                        Double.toString(interval.toMillis() / 1000.0),
                        "-W",
                        "3",
                        exitAddress);
    }

    /** Waits for the end of the pings, and returns how many had no answer. */
    public int lost(RunningProcess ping) {
        ping.awaitExit(PATIENCE);
        String summary = ping.awaitLine("packets transmitted", PATIENCE);
        int[] numbers = Stream.of(summary.split("\\D+", -1))
                .filter(text -> !text.isEmpty())
                .mapToInt(Integer::parseInt)
                .toArray();
        return numbers[0] - numbers[1];
    }
}
