package org.peervpn.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.Passcode;
import org.peervpn.node.runtime.NodeException;

/** Where the passcode comes from: a file or the environment, never the command line, which others can read. */
final class Passcodes {
    static final String VARIABLE = "PEERVPN_PASSCODE";

    private static final int MAX_BYTES = 1024;

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
        SecretFile secret = new SecretFile("--passcode-file", file);
        String text = secret.read(MAX_BYTES);
        try {
            return Passcode.of(text);
        } catch (IllegalArgumentException e) {
            throw secret.wrong(e);
        }
    }
}
