package org.peervpn.routing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/** The kernel's settings of this network namespace, as files. Edge. */
final class Sysctls {

    private static final Path ROOT = Path.of("/proc/sys");

    private Sysctls() {}

    static Path path(String path) {
        return ROOT.resolve(path);
    }

    static boolean exists(String path) {
        return Files.exists(path(path));
    }

    /** One value, or with {@code *} for the interface those of all interfaces; those that do not exist are left out. */
    static Map<String, Integer> read(String path) throws RouterException {
        Map<String, Integer> values = new HashMap<>();
        int star = path.indexOf('*');
        if (star < 0) {
            readInto(values, path);
            return values;
        }
        try (DirectoryStream<Path> interfaces = Files.newDirectoryStream(path(path.substring(0, star)))) {
            for (Path directory : interfaces) {
                readInto(values, path.substring(0, star) + directory.getFileName() + path.substring(star + 1));
            }
        } catch (NoSuchFileException e) {
            return values;
        } catch (IOException e) {
            throw new RouterException("cannot read " + dotted(path) + ": " + e.getMessage(), e);
        }
        return values;
    }

    static String text(String path) throws RouterException {
        try (InputStream file = Files.newInputStream(path(path))) {
            // In one read: the kernel takes the second one for the end, and Files.readString begins with one byte.
            byte[] bytes = new byte[256];
            return new String(bytes, 0, Math.max(0, file.read(bytes)), US_ASCII);
        } catch (IOException e) {
            throw new RouterException("cannot read " + dotted(path) + ": " + e.getMessage(), e);
        }
    }

    static int value(String path) throws RouterException {
        return Integer.parseInt(text(path).strip());
    }

    static void write(String path, int value) throws RouterException {
        try {
            Files.writeString(path(path), value + "\n", StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new RouterException("cannot set " + dotted(path) + " to " + value + ": " + e.getMessage(), e);
        }
    }

    private static void readInto(Map<String, Integer> values, String path) throws RouterException {
        if (exists(path)) {
            values.put(path, value(path));
        }
    }

    private static String dotted(String path) {
        return path.replace('/', '.');
    }
}
