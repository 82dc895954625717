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
 * Where the node of a home has its lock, its control socket and, for the journal of its changes, its state: a node of root in {@code
 * /run/peervpn} and {@code /var/lib/peervpn}, any other inside its home. So a user's journal is never played back by
 * root, and since a node runs in a home of its own user only, each home has one lock. The names in root's directories
 * follow from the home, so that several nodes live on one machine.
 */
record RuntimeFiles(Path lock, Path socket, Path state) {
    private static final Path RUN = Path.of("/run/peervpn");
    private static final Path STATE = Path.of("/var/lib/peervpn");

    static RuntimeFiles ofRoot(Home home) {
        String name = name(home);
        return new RuntimeFiles(RUN.resolve(name + ".lock"), RUN.resolve(name + ".sock"), STATE);
    }

    static RuntimeFiles inHome(Home home) {
        Path directory = home.directory();
        return new RuntimeFiles(
                directory.resolve("node.lock"), directory.resolve("control.sock"), directory.resolve("state"));
    }

    /** Those that a node started by this process would use; root's directory is made. */
    static RuntimeFiles forNode(Home home) throws NodeException {
        home.requireOwn();
        if (!Privileges.current().isRoot()) {
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
