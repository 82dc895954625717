package org.peervpn.node.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the kernel lets this process do, as it was when it was read.
 *
 * @param userId the effective one
 * @param effective capabilities of this process, a bit for each
 * @param ambient capabilities that a program gets which an ordinary user's process starts
 */
public record Privileges(int userId, long effective, long ambient) {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final long NET_ADMIN = 1L << 12; // linux/capability.h

    /** Of this process. */
    public static Privileges current() throws NodeException {
        try {
            return of(Files.readString(STATUS, StandardCharsets.ISO_8859_1));
        } catch (IOException | IllegalArgumentException e) {
            throw new NodeException("the privileges of this process cannot be read from " + STATUS, e);
        }
    }

    /** From the text of a {@code /proc/PID/status}. */
    static Privileges of(String status) {
        return new Privileges(
                Integer.parseInt(word(status, "Uid:", 2)),
                Long.parseUnsignedLong(word(status, "CapEff:", 1), 16),
                Long.parseUnsignedLong(word(status, "CapAmb:", 1), 16));
    }

    public boolean isRoot() {
        return userId == 0;
    }

    /** Why this process may not configure the network, and what helps; empty if it may. */
    public Optional<String> lackForNetwork() {
        if ((effective & NET_ADMIN) == 0) {
            return Optional.of(
                    isRoot()
                            ? "this needs CAP_NET_ADMIN, which even root does not have here; a container is given it"
                                    + " with: --cap-add=NET_ADMIN --device=/dev/net/tun"
                            : "this needs root or CAP_NET_ADMIN; try: sudo peervpn ...");
        }
        // Root's children have what root has; an ordinary user's have what is ambient.
        if (!isRoot() && (ambient & NET_ADMIN) == 0) {
            return Optional.of("this needs root or CAP_NET_ADMIN as an ambient capability, or the programs ip and nft"
                    + " do not get it; give it with: setpriv --inh-caps=+net_admin --ambient-caps=+net_admin peervpn"
                    + " ...");
        }
        return Optional.empty();
    }

    private static String word(String status, String name, int index) {
        return status.lines()
                .filter(line -> line.startsWith(name))
                .flatMap(line -> Stream.of(line.split("\\s+", -1)).skip(index))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no " + name));
    }
}
