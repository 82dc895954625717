package org.peervpn.node.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The user who called the program, also where sudo made it root.
 *
 * @param userId null if no sudo stands between: then files are the process's own anyway
 */
public record Invoker(
        Path homeDirectory,
        @Nullable Integer userId,
        @Nullable Integer groupId) {
    private static final Path PASSWD = Path.of("/etc/passwd");

    /** From the process's environment. */
    public static Invoker current() {
        return of(System.getenv(), System.getProperty("user.home", "/"), isRoot());
    }

    static Invoker of(Map<String, String> environment, String processHome, boolean root) {
        Integer userId = number(environment.get("SUDO_UID"));
        Integer groupId = number(environment.get("SUDO_GID"));
        if (!root || userId == null || groupId == null) {
            String home = environment.get("HOME");
            return new Invoker(Path.of(home == null || home.isEmpty() ? processHome : home), null, null);
        }
        Path home = homeOf(userId);
        return new Invoker(home == null ? Path.of(processHome) : home, userId, groupId);
    }

    public static boolean isRoot() {
        return effective("Uid:", 2).equals("0");
    }

    /** True if the process may configure the network. */
    public static boolean hasNetAdmin() {
        String capabilities = effective("CapEff:", 1);
        return !capabilities.isEmpty() && (Long.parseUnsignedLong(capabilities, 16) >>> CAP_NET_ADMIN & 1) == 1;
    }

    private static final int CAP_NET_ADMIN = 12;

    /** One word of a line of /proc/self/status; empty if it is not there. */
    private static String effective(String name, int word) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"), StandardCharsets.ISO_8859_1)) {
                if (line.startsWith(name)) {
                    return line.split("\\s+", -1)[word];
                }
            }
            return "";
        } catch (IOException e) {
            return "";
        }
    }

    private static @Nullable Path homeOf(int userId) {
        try {
            List<String> lines = Files.readAllLines(PASSWD, StandardCharsets.ISO_8859_1);
            return lines.stream()
                    .map(line -> line.split(":", -1))
                    .filter(fields ->
                            fields.length >= 6 && fields[2].equals(Integer.toString(userId)) && !fields[5].isEmpty())
                    .map(fields -> Path.of(fields[5]))
                    .findFirst()
                    .orElse(null);
        } catch (IOException e) {
            return null;
        }
    }

    private static @Nullable Integer number(@Nullable String text) {
        try {
            return text == null ? null : Integer.valueOf(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Gives a file that we made as root to the user who called sudo. */
    void own(Path file) throws IOException {
        if (userId != null && groupId != null) {
            Files.setAttribute(file, "unix:uid", userId, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(file, "unix:gid", groupId, LinkOption.NOFOLLOW_LINKS);
        }
    }
}
