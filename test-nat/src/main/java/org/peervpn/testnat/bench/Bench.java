package org.peervpn.testnat.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.peervpn.testnat.Lab;
import org.peervpn.testnat.LabException;

/**
 * Measures the program beside no VPN at all and beside wireguard-go: {@code Bench [--quick] [--rounds N] [ROW...]}. In
 * each round all are started anew, and each figure is taken from one after the other, so that whatever else the machine
 * does meets all of them alike. System properties: {@code bench.jdks} (lines {@code VERSION HOME}), {@code bench.newest}
 * (the newest wireguard-go, may be missing), {@code bench.directory} for the results, {@code bench.machine} to say where.
 */
public final class Bench {
    private static final String DEBIANS = "wireguard-go, Debian's";
    private static final String NEWEST = "wireguard-go, newest";
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final List<Contender> contenders;
    private final BenchOptions options;
    private final Results results;

    private Bench(Lab lab, BenchOptions options) {
        this.options = options;
        contenders = contenders(lab);
        List<String> names = contenders.stream().map(Contender::name).toList();
        results = new Results(names, names.contains(NEWEST) ? NEWEST : DEBIANS);
    }

    public static void main(String[] arguments) throws IOException {
        try {
            BenchOptions options = BenchOptions.parse(arguments);
            try (Lab lab = Lab.create()) {
                new Bench(lab, options).run();
            }
        } catch (IllegalArgumentException | LabException e) {
            System.err.println("bench: " + e.getMessage());
            System.exit(1);
        }
    }

    private static List<Contender> contenders(Lab lab) {
        List<Contender> contenders = new ArrayList<>();
        contenders.add(new Cable(lab));
        contenders.add(new StockPair(lab, "debian", DEBIANS, "wireguard-go"));
        String newest = System.getProperty("bench.newest", "");
        if (!newest.isEmpty()) {
            contenders.add(new StockPair(lab, "newest", NEWEST, newest));
        }
        System.getProperty("bench.jdks", "")
                .lines()
                .map(line -> line.split(" ", 2))
                .forEach(jdk -> contenders.add(new OwnPair(lab, jdk[0], Path.of(jdk[1]))));
        return contenders;
    }

    private void run() throws IOException {
        System.out.println(System.getProperty("bench.machine", ""));
        for (int round = 1; round <= options.rounds(); round++) {
            System.out.println("\nRound " + round + " of " + options.rounds());
            round();
            write();
        }
        System.out.println("\n" + Table.of(results));
    }

    private void round() {
        List<Trial> trials = contenders.stream()
                .map(contender -> new Trial(contender, options.pace()))
                .toList();
        measure(Row.When.STOPPED, trials);
        if (options.rows().stream().anyMatch(row -> row.when() == Row.When.FRESH || row.when() == Row.When.WARM)) {
            try {
                contenders.forEach(Contender::start);
                LockSupport.parkNanos(SETTLE_NANOS);
                measure(Row.When.FRESH, trials);
                measureWarm(trials);
            } finally {
                contenders.forEach(Contender::stop);
            }
        }
        measure(Row.When.CROWDED, trials);
    }

    private void measureWarm(List<Trial> trials) {
        if (options.rows().stream().anyMatch(row -> row.when() == Row.When.WARM)) {
            trials.forEach(Trial::warmUp);
            measure(Row.When.WARM, trials);
        }
    }

    private void measure(Row.When when, List<Trial> trials) {
        for (Row row : options.rows()) {
            if (row.when() == when) {
                trials.forEach(trial -> measure(row, trial));
            }
        }
    }

    /** What fails is told and left out. */
    private void measure(Row row, Trial trial) {
        OptionalDouble figure;
        try {
            figure = row.measure(trial);
        } catch (LabException e) {
            System.out.println(row.word() + " of " + trial.contender().name() + " failed: " + e.getMessage());
            figure = OptionalDouble.empty();
        }
        results.add(row, trial.contender().name(), figure.orElse(Double.NaN));
        figure.ifPresent(value -> System.out.printf(
                "%-14s %-24s %.3f%n", row.word(), trial.contender().name(), value));
    }

    private void write() throws IOException {
        Path directory = Path.of(System.getProperty("bench.directory", "target/bench"));
        Files.createDirectories(directory);
        Files.writeString(
                directory.resolve("results.md"), System.getProperty("bench.machine", "") + "\n\n" + Table.of(results));
        Files.writeString(directory.resolve("plot.svg"), Plot.of(results));
        Files.writeString(directory.resolve("results.json"), json().toPrettyString() + "\n");
    }

    private ObjectNode json() {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("machine", System.getProperty("bench.machine", "")).put("reference", results.reference());
        ObjectNode rows = json.putObject("rows");
        for (Row row : results.rows()) {
            ObjectNode figures = rows.putObject(row.word())
                    .put("title", row.title())
                    .put("unit", row.unit())
                    .put("moreIsBetter", row.moreIsBetter())
                    .putObject("rounds");
            for (String name : results.contenders()) {
                results.of(row, name).forEach(figures.withArray(name)::add);
            }
        }
        return json;
    }
}
