package org.peervpn.testnat.sim;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Prospect;
import org.peervpn.testnat.NatKind;

/** Every pair of NATs, some tries each: does it connect, how, and after how long? */
final class Matrix {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final double NANOS_PER_SECOND = 1e9;

    private Matrix() {}

    /**
     * What came of some tries of one pair.
     *
     * @param seconds to connected of the tries that succeeded, ascending
     */
    record Cell(NatKind one, NatKind other, Prospect theory, int tries, List<Double> seconds) {

        /** NaN if none succeeded. */
        double median() {
            return seconds.isEmpty() ? Double.NaN : seconds.get(seconds.size() / 2);
        }

        boolean isDirect() {
            return !seconds.isEmpty();
        }

        @Override
        public String toString() {
            String time = isDirect() ? String.format(Locale.ROOT, "%7.2f", median()) : "      -";
            return String.format(
                    Locale.ROOT, "%-27s %-27s %-8s %3d/%d %s", one, other, theory, seconds.size(), tries, time);
        }
    }

    static void print(PrintStream out, int tries, boolean byCode) {
        out.printf("%-27s %-27s %-8s %s %s%n", "one", "other", "theory", "direct", "median s");
        pairs().stream().map(pair -> cell(pair[0], pair[1], tries, byCode)).forEach(out::println);
    }

    /** All unordered ones, those of one kind with itself too. */
    static List<NatKind[]> pairs() {
        List<NatKind[]> pairs = new ArrayList<>();
        NatKind[] kinds = NatKind.values();
        for (int i = 0; i < kinds.length; i++) {
            for (int k = i; k < kinds.length; k++) {
                pairs.add(new NatKind[] {kinds[i], kinds[k]});
            }
        }
        return pairs;
    }

    static Cell cell(NatKind one, NatKind other, int tries, boolean byCode) {
        List<Double> seconds = IntStream.rangeClosed(1, tries)
                .mapToObj(seed -> timeToConnected(seed, one, other, byCode))
                .filter(time -> time != null)
                .map(time -> time.toNanos() / NANOS_PER_SECOND)
                .sorted()
                .toList();
        Prospect theory = Prospect.of(Access.of(one).summary(), Access.of(other).summary());
        return new Cell(one, other, theory, tries, seconds);
    }

    private static @Nullable Duration timeToConnected(long seed, NatKind one, NatKind other, boolean byCode) {
        Pair pair = Pair.of(seed, Access.of(one), Access.of(other)).start();
        Duration time = (byCode ? pair.exchangeCodes() : pair.introduce()).awaitConnected(PATIENCE);
        if (time != null && !pair.packetsPass()) {
            throw new AssertionError(one + " and " + other + " are connected and no packet passes, seed " + seed);
        }
        return time;
    }
}
