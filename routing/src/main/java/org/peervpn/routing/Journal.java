package org.peervpn.routing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.peervpn.routing.JournalText.DamagedException;
import org.peervpn.routing.JournalText.Header;

/** The file that says what to undo; on the disk before anything is changed. Edge. */
final class Journal {

    private static final long MAX_SIZE_BYTES = 16 << 20;

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY_DIRECTORY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final Path file;
    private final Header header;

    private Journal(Path file, Header header) {
        this.file = file;
        this.header = header;
    }

    static Journal of(RouterSetup setup) throws RouterException {
        try {
            String bootId =
                    Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
            String network =
                    Files.readSymbolicLink(Path.of("/proc/self/ns/net")).toString();
            String home = setup.home().toAbsolutePath().normalize().toString();
            return at(setup.stateDirectory(), new Header(bootId, home, network, setup.interfaceName()));
        } catch (IOException e) {
            throw new RouterException("cannot tell which network this is, is /proc mounted? " + e.getMessage(), e);
        }
    }

    static Journal at(Path directory, Header header) {
        String key = sha256(header.home() + '\0' + header.network()).substring(0, 16);
        return new Journal(directory.resolve(header.interfaceName() + "-" + key + ".journal"), header);
    }

    Path file() {
        return file;
    }

    /** What is to be undone, oldest first. */
    List<Change> read() throws RouterException {
        try {
            if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                return List.of();
            }
            requireOurs();
            return JournalText.changes(Files.readString(file), header);
        } catch (DamagedException | IOException e) {
            // An unreadable text is an IOException, too.
            throw new RouterException(
                    "the journal " + file + " cannot be used (" + e.getMessage()
                            + "): restart this machine, which resets its network settings, then delete that file",
                    e);
        }
    }

    /** On the disk when this returns. */
    void append(List<Change> changes) throws RouterException {
        try {
            createDirectory();
            boolean fresh = !Files.exists(file, LinkOption.NOFOLLOW_LINKS);
            StringBuilder lines = new StringBuilder(fresh ? JournalText.line(header) : "");
            changes.forEach(change -> lines.append(JournalText.line(change)));
            long end = fresh ? 0 : Files.size(file);
            try {
                write(
                        file,
                        lines.toString(),
                        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
            } catch (IOException e) {
                truncate(end);
                throw e;
            }
            if (fresh) {
                syncDirectory();
            }
        } catch (IOException e) {
            throw cannotWrite(e);
        }
    }

    /** These and no others; the old journal or the new one is there, never half of one. */
    void replace(List<Change> changes) throws RouterException {
        try {
            if (changes.isEmpty()) {
                Files.deleteIfExists(file);
                return;
            }
            createDirectory();
            StringBuilder lines = new StringBuilder(JournalText.line(header));
            changes.forEach(change -> lines.append(JournalText.line(change)));
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.deleteIfExists(next);
            try {
                write(next, lines.toString(), Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
            } catch (IOException e) {
                Files.deleteIfExists(next);
                throw e;
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            syncDirectory();
        } catch (AtomicMoveNotSupportedException e) {
            throw new IllegalStateException("a rename within a directory is atomic", e);
        } catch (IOException e) {
            throw cannotWrite(e);
        }
    }

    /** Root obeys this file: whoever else could have written it could command root. */
    private void requireOurs() throws IOException, DamagedException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || !isWritableByUsOnly(file)) {
            throw new DamagedException("somebody else can write it");
        }
        if (Files.size(file) > MAX_SIZE_BYTES) {
            throw new DamagedException("it is too long");
        }
    }

    private void createDirectory() throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null && !Files.isDirectory(directory)) {
            Files.createDirectories(directory, OWNER_ONLY_DIRECTORY);
        }
        // Its owner could put a link in the journal's place, through which we would write.
        if (directory != null && !isWritableByUsOnly(directory)) {
            throw new FileSystemException(directory.toString(), null, "somebody else can write this directory");
        }
    }

    private static boolean isWritableByUsOnly(Path path) throws IOException {
        int owner = (int) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        int self = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
        return owner == self && (mode & 0022) == 0;
    }

    private static void write(Path path, String text, Set<OpenOption> options) throws IOException {
        try (FileChannel channel = FileChannel.open(path, options, OWNER_ONLY)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    /** A full disk may have taken half a line, to which nothing may be appended. */
    private void truncate(long end) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(end);
            }
        }
    }

    private void syncDirectory() throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null) {
            try (FileChannel channel = FileChannel.open(directory)) {
                channel.force(true);
            }
        }
    }

    private RouterException cannotWrite(IOException e) {
        return new RouterException("cannot write the journal " + file + ": " + e.getMessage(), e);
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
