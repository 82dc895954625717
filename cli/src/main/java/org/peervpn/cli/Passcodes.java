package org.peervpn.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.Passcode;
import org.peervpn.node.runtime.NodeException;

/** Where the passcode comes from: a file or the environment, never the command line, which others can read. */
final class Passcodes {
    static final String VARIABLE = "PEERVPN_PASSCODE";

    private static final int MAX_BYTES = 1024;
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private Passcodes() {}

    /** The file counts before the environment; null if there is neither. */
    static @Nullable Passcode read(@Nullable Path file, @Nullable String variable) throws NodeException {
        if (file != null) {
            return ofFile(file);
        }
        if (variable == null || variable.isEmpty()) {
            return null;
        }
        try {
            return Passcode.of(variable);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(VARIABLE + ": " + e.getMessage(), e);
        }
    }

    private static Passcode ofFile(Path file) throws NodeException {
        try (InputStream content = open(file)) {
            byte[] bytes = content.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IllegalArgumentException("--passcode-file: " + file + " is too long for a passcode");
            }
            return Passcode.of(new String(bytes, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--passcode-file: " + file + ": " + e.getMessage(), e);
        } catch (NoSuchFileException e) {
            throw new NodeException("--passcode-file: there is no file " + file, e);
        } catch (AccessDeniedException e) {
            throw new NodeException("--passcode-file: " + file + " cannot be read: permission denied", e);
        } catch (IOException e) {
            throw new NodeException("--passcode-file: " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static InputStream open(Path file) throws IOException, NodeException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        // A pipe, such as a shell's <(...), is nobody else's; a directory or device is a slip.
        if (Files.isDirectory(file)) {
            throw new NodeException("--passcode-file: " + file + " is a directory");
        }
        if (Files.isRegularFile(file)
                && Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
            throw new NodeException(
                    "--passcode-file: " + file + " is open to other users; close it with: chmod 600 " + file);
        }
        return Files.newInputStream(file);
    }
}
