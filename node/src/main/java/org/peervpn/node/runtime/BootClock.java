package org.peervpn.node.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A clock that goes on while the machine sleeps, as keys must not outlive their time because a lid was closed. */
final class BootClock {
    private static final Path UPTIME = Path.of("/proc/uptime");
    private static final double NANOS_PER_SECOND = 1e9;

    private BootClock() {}

    /** Since boot, to some 10 ms; {@link System#nanoTime} where the system does not tell. */
    static long nowNanos() {
        try {
            String text = Files.readString(UPTIME, StandardCharsets.US_ASCII);
            return (long) (Double.parseDouble(text.substring(0, text.indexOf(' '))) * NANOS_PER_SECOND);
        } catch (IOException | RuntimeException e) {
            return System.nanoTime();
        }
    }
}
