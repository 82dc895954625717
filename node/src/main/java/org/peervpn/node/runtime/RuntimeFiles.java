package org.peervpn.node.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Where the running node of a home has its lock and its control socket: {@code /run/peervpn} as root, else inside the
 * home. The names follow from the home, so that several nodes live on one machine.
 */
record RuntimeFiles(Path lock, Path socket) {
    private static final Path RUN = Path.of("/run/peervpn");

    static RuntimeFiles ofRoot(Home home) {
        String name = name(home);
        return new RuntimeFiles(RUN.resolve(name + ".lock"), RUN.resolve(name + ".sock"));
    }

    static RuntimeFiles inHome(Home home) {
        return new RuntimeFiles(
                home.directory().resolve("node.lock"), home.directory().resolve("control.sock"));
    }

    /** Those that a node started by this process would use; their directory is made. */
    static RuntimeFiles forNode(Home home) throws NodeException {
        if (!Invoker.isRoot()) {
            return inHome(home);
        }
        try {
            if (!Files.isDirectory(RUN)) {
                Files.createDirectories(
                        RUN, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            }
            return ofRoot(home);
        } catch (IOException e) {
            throw new NodeException(RUN + " cannot be made: " + e.getMessage(), e);
        }
    }

    private static String name(Home home) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest(home.directory().toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
