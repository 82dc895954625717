package org.peervpn.node.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The files of a directory, reached through the directory once it is open: no link is followed, whoever puts one in the
 * way, and only the owner's own files are read. The messages of what it throws do not name the file.
 */
final class HomeFiles {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");
    private static final Path ITSELF = Path.of(".");

    private final Path directory;

    HomeFiles(Path directory) {
        this.directory = directory;
    }

    /** Empty if there is no such file. */
    Optional<byte[]> read(String name, int maxBytes) throws IOException {
        return read(name, maxBytes, EnumSet.noneOf(PosixFilePermission.class));
    }

    /** Fails with {@link OpenToOthersException} if others than its owner have any right to it. */
    Optional<byte[]> readSecret(String name, int maxBytes) throws IOException {
        return read(name, maxBytes, OTHERS);
    }

    /** The old file or the new one is there, never half of one; on the disk when this returns. */
    synchronized void write(String name, byte[] bytes) throws IOException {
        // Of this process: another one may just be writing its own.
        Path file = plain(name);
        Path draft = Path.of(name + "." + ProcessHandle.current().pid() + ".new");
        try (SecureDirectoryStream<Path> home = open()) {
            delete(home, draft);
            boolean complete = false;
            try {
                writeNew(home, draft, bytes);
                home.move(draft, home, file);
                complete = true;
            } finally {
                if (!complete) {
                    delete(home, draft);
                }
            }
        }
        try (FileChannel channel = FileChannel.open(directory)) {
            channel.force(true);
        }
    }

    private Optional<byte[]> read(String name, int maxBytes, Set<PosixFilePermission> forbidden) throws IOException {
        Path file = plain(name);
        try (SecureDirectoryStream<Path> home = open()) {
            PosixFileAttributes attributes = attributes(home, file);
            // What somebody else has put here may be a third one's file, by a hard link.
            if (!attributes.owner().equals(attributes(home, ITSELF).owner())) {
                throw refused("it belongs to another user than the directory that it is in");
            }
            if (!attributes.isRegularFile()) {
                throw refused(
                        attributes.isSymbolicLink() ? "it is a link, not a regular file" : "it is not a regular file");
            }
            if (attributes.permissions().stream().anyMatch(forbidden::contains)) {
                throw new OpenToOthersException();
            }
            try (SeekableByteChannel channel =
                    home.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
                return Optional.of(readAll(channel, maxBytes));
            }
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static byte[] readAll(SeekableByteChannel channel, int maxBytes) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(channel.size(), maxBytes) + 1);
        int read = 0;
        while (read >= 0 && bytes.hasRemaining()) {
            read = channel.read(bytes);
        }
        if (bytes.position() > maxBytes || !bytes.hasRemaining()) {
            throw refused("it is too long");
        }
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private static void writeNew(SecureDirectoryStream<Path> home, Path draft, byte[] bytes) throws IOException {
        try (SeekableByteChannel channel = home.newByteChannel(
                draft,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                OWNER_ONLY)) {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            ((FileChannel) channel).force(true);
        }
    }

    private static void delete(SecureDirectoryStream<Path> home, Path file) throws IOException {
        try {
            home.deleteFile(file);
        } catch (NoSuchFileException e) {
            // It was not there.
        }
    }

    private static PosixFileAttributes attributes(SecureDirectoryStream<Path> home, Path file) throws IOException {
        return home.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes();
    }

    @SuppressWarnings("StreamResourceLeak") // closed by the callers, or here
    private SecureDirectoryStream<Path> open() throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(directory);
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw new IllegalStateException("this system opens no files by their directory");
    }

    /** A name, no path: what it leads to lies in the directory itself. */
    private static Path plain(String name) {
        Path file = Path.of(name);
        if (file.getNameCount() != 1 || file.isAbsolute() || name.isEmpty() || name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException("not the name of a file: " + name);
        }
        return file;
    }

    private static FileSystemException refused(String reason) {
        return new FileSystemException(null, null, reason);
    }

    /** Others than the owner have a right to a secret. */
    static final class OpenToOthersException extends FileSystemException {
        private static final long serialVersionUID = 1;

        OpenToOthersException() {
            super(null, null, "it is open to other users");
        }
    }
}
