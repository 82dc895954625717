package org.peervpn.testnat.bench;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A row of the table: what is measured. In this order within a round, as some rows need nodes that have done nothing. */
enum Row {
    INFO(
            "--info --stun=none",
            "s",
            false,
            When.STOPPED,
            trial -> trial.contender().infoSeconds()),
    READY(
            "from --connect to Ready.",
            "s",
            false,
            When.FRESH,
            trial -> trial.contender().readySeconds()),
    MEMORY("memory of an idle node", "MiB", false, When.FRESH, Trial::memory),
    TCP("one TCP stream", "Gbit/s", true, When.WARM, Trial::tcp),
    REVERSED("the same reversed", "Gbit/s", true, When.WARM, trial -> trial.tcp("--reverse")),
    FOUR("four TCP streams", "Gbit/s", true, When.WARM, trial -> trial.tcp("--parallel", "4")),
    BOTH("both directions at once", "Gbit/s", true, When.WARM, trial -> trial.tcp("--bidir")),
    UDP("loss at 1 Gbit/s of UDP", "%", false, When.WARM, Trial::udpLoss),
    SMALL("64-byte UDP", "packets/s", true, When.WARM, Trial::smallPackets),
    PING("ping, idle, median", "ms", false, When.WARM, Trial::pingMedian),
    PING_LOADED("ping under TCP load, p99", "ms", false, When.WARM, Trial::pingP99UnderLoad),
    CPU("CPU of a node at 1 Gbit/s", "cores", false, When.WARM, Trial::cpu),
    MEMORY_LOADED("memory of a node, at most", "MiB", false, When.WARM, Trial::mostMemory),
    CROWD("1,000 peers' throughput ÷ one's", "", true, When.CROWDED, of(CrowdResult::shareOfOne)),
    CROWD_RATE("1,000 peers' throughput", "Gbit/s", true, When.CROWDED, of(CrowdResult::gigabitsPerSecond)),
    HANDSHAKES_FIRST(
            "handshakes of 1,000 peers, just started",
            "1/s",
            true,
            When.CROWDED,
            of(CrowdResult::firstHandshakesPerSecond)),
    HANDSHAKES("handshakes of 1,000 peers", "1/s", true, When.CROWDED, of(CrowdResult::handshakesPerSecond)),
    PEER_MEMORY("memory of a peer", "KiB", false, When.CROWDED, of(CrowdResult::kibPerPeer));

    /** In which state a contender has to be. */
    enum When {
        STOPPED,
        FRESH,
        WARM,
        CROWDED
    }

    private final String title;
    private final String unit;
    private final boolean moreIsBetter;
    private final When when;

    @SuppressWarnings("ImmutableEnumChecker") // it keeps nothing between calls
    private final Function<Trial, OptionalDouble> measurement;

    Row(String title, String unit, boolean moreIsBetter, When when, Function<Trial, OptionalDouble> measurement) {
        this.title = title;
        this.unit = unit;
        this.moreIsBetter = moreIsBetter;
        this.when = when;
        this.measurement = measurement;
    }

    /** By the word that stands for it on the command line, such as {@code ping-loaded}; null if there is none. */
    static @Nullable Row named(String word) {
        for (Row row : values()) {
            if (row.word().equals(word)) {
                return row;
            }
        }
        return null;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String title() {
        return title;
    }

    String unit() {
        return unit;
    }

    boolean moreIsBetter() {
        return moreIsBetter;
    }

    When when() {
        return when;
    }

    /** Empty where it makes no sense. */
    OptionalDouble measure(Trial trial) {
        return measurement.apply(trial);
    }

    private static Function<Trial, OptionalDouble> of(Function<CrowdResult, Double> figure) {
        return trial -> {
            CrowdResult result = trial.crowd();
            return result == null ? OptionalDouble.empty() : OptionalDouble.of(figure.apply(result));
        };
    }
}
