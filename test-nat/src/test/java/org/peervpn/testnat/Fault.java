package org.peervpn.testnat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;

/** A fault that has just been made, and the time since then; its outcome becomes a line of {@code target/faults.txt}. */
final class Fault {
    private static final Path TABLE = Path.of("target", "faults.txt");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String name;
    private final long sinceNanos = System.nanoTime();

    Fault(String name) {
        this.name = name;
    }

    /** Waits until this is so, and says how long it took. */
    void comesTo(String outcome, BooleanSupplier condition) {
        Awaitility.await(name + ": " + outcome)
                .pollInterval(Duration.ofMillis(20))
                .atMost(PATIENCE)
                .until(condition::getAsBoolean);
        hasCome(outcome);
    }

    /** For what has been asserted already. */
    void hasCome(String outcome) {
        hasCome(outcome, (System.nanoTime() - sinceNanos) / 1e9);
    }

    void hasCome(String outcome, double seconds) {
        String line = String.format(Locale.ROOT, "%s | %s | %.1f", name, outcome, seconds);
        System.out.println(line);
        try {
            Files.createDirectories(TABLE.toAbsolutePath().getParent());
            Files.writeString(TABLE, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
