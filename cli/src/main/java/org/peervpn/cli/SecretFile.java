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
import org.peervpn.node.runtime.NodeException;

/**
 * A file with secrets, which nobody else may read.
 *
 * @param option by which the operator has named it
 */
record SecretFile(String option, Path file) {
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    /** Its text; what is wrong with the file is told in one line. */
    String read(int maxBytes) throws NodeException {
        try (InputStream content = open()) {
            byte[] bytes = content.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw wrong(new IllegalArgumentException("longer than " + maxBytes + " bytes"));
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new NodeException(option + ": there is no file " + file, e);
        } catch (AccessDeniedException e) {
            throw new NodeException(option + ": " + file + " cannot be read: permission denied", e);
        } catch (IOException e) {
            throw new NodeException(option + ": " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** What is wrong with its text. */
    IllegalArgumentException wrong(IllegalArgumentException reason) {
        return new IllegalArgumentException(option + ": " + file + ": " + reason.getMessage(), reason);
    }

    /** A pipe, such as a shell's {@code <(...)}, can be read only once. */
    boolean isPipe() {
        return Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file);
    }

    private InputStream open() throws IOException, NodeException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        // A pipe is nobody else's; a directory is a slip.
        if (Files.isDirectory(file)) {
            throw new NodeException(option + ": " + file + " is a directory");
        }
        if (Files.isRegularFile(file)
                && Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
            throw new NodeException(option + ": " + file + " is open to other users; close it with: chmod 600 " + file);
        }
        return Files.newInputStream(file);
    }
}
