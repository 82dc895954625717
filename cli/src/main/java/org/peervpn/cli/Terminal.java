package org.peervpn.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether somebody sits at a terminal. */
final class Terminal {

    private Terminal() {}

    /** Not {@link System#console}, which from JDK 22 on is there without a terminal, too. */
    static boolean is(int descriptor) {
        try {
            String device = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty") || device.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** True if standard output understands colours. */
    static boolean hasColours() {
        String type = System.getenv("TERM");
        return is(1) && type != null && !type.equals("dumb") && System.getenv("NO_COLOR") == null;
    }
}
