package org.peervpn.node.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Optional;
import org.peervpn.tunnel.NoisePrivateKey;

/**
 * The directory that holds a node's identity and configuration. Its files are read and written only by a process of the
 * user who owns it: whatever an owner may put in the way, it leads to nothing that is not the owner's anyway.
 */
public final class Home {
    private static final String PRIVATE_KEY = "private.key";
    private static final int MAX_KEY_FILE_BYTES = 1024;

    private final Path directory;
    private final HomeFiles files;

    private Home(Path directory) {
        this.directory = directory;
        this.files = new HomeFiles(directory);
    }

    /** The home of this user where none is named; the launcher sets {@code HOME} to that of the user who called sudo. */
    public static Path defaultDirectory() {
        String home = System.getenv("HOME");
        return Path.of(home == null || home.isEmpty() ? System.getProperty("user.home", "/") : home, ".peervpn");
    }

    /** The home that a running node may be in; nothing is created. */
    public static Home find(Path directory) throws NodeException {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            return new Home(absolute.toRealPath());
        } catch (NoSuchFileException e) {
            return new Home(absolute); // where nothing is, no node runs
        } catch (IOException e) {
            throw new NodeException("the home " + absolute + " cannot be entered: " + reason(e), e);
        }
    }

    /** Creates the directory if it is not there. */
    public static Home open(Path directory) throws NodeException {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            if (!Files.isDirectory(absolute)) {
                Files.createDirectories(absolute.getParent() == null ? absolute : absolute.getParent());
                Files.createDirectory(
                        absolute, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            return new Home(absolute.toRealPath());
        } catch (FileAlreadyExistsException e) {
            throw new NodeException("the home " + absolute + " is not a directory", e);
        } catch (IOException e) {
            throw new NodeException("the home " + absolute + " cannot be created or entered: " + reason(e), e);
        }
    }

    public Path directory() {
        return directory;
    }

    /** The user id that owns the directory, and may talk to the running node. */
    public int ownerId() throws NodeException {
        try {
            return (Integer) Files.getAttribute(directory, "unix:uid");
        } catch (NoSuchFileException e) {
            throw new NodeException("the home " + directory + " has vanished", e);
        } catch (IOException e) {
            throw new NodeException("the owner of the home " + directory + " cannot be read: " + reason(e), e);
        }
    }

    /** A {@link NodeException} says that another user owns the directory. */
    void requireOwn() throws NodeException {
        int owner = ownerId();
        int self = Privileges.current().userId();
        if (owner != self) {
            throw new NodeException("the home " + directory + " belongs to user " + owner + ", but this is user " + self
                    + "; name a home of your own by --home=DIR");
        }
    }

    /** A file of this directory; empty if there is none. A link, or what is not the owner's, is refused. */
    public Optional<byte[]> read(String name, int maxBytes) throws NodeException {
        requireOwn();
        try {
            return files.read(name, maxBytes);
        } catch (IOException e) {
            throw new NodeException("the file " + directory.resolve(name) + " cannot be read: " + reason(e), e);
        }
    }

    /** Makes or replaces a file of this directory, in one step and for its owner only. */
    public void write(String name, byte[] bytes) throws NodeException {
        requireOwn();
        try {
            files.write(name, bytes);
        } catch (IOException e) {
            throw new NodeException("the file " + directory.resolve(name) + " cannot be written: " + reason(e), e);
        }
    }

    /** The node's identity; made on first use, and never replaced: what cannot be read is an error. */
    public NoisePrivateKey privateKey(SecureRandom random) throws NodeException {
        requireOwn();
        Path file = directory.resolve(PRIVATE_KEY);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            create(file, random);
        }
        try {
            byte[] text = files.readSecret(PRIVATE_KEY, MAX_KEY_FILE_BYTES)
                    .orElseThrow(() -> new NodeException("the private key " + file + " has vanished"));
            return NoisePrivateKey.parse(new String(text, StandardCharsets.ISO_8859_1).strip());
        } catch (IllegalArgumentException e) {
            throw new NodeException(
                    "the private key " + file + " is damaged (" + e.getMessage()
                            + "); restore it from a backup, or move it away to begin with a new identity",
                    e);
        } catch (HomeFiles.OpenToOthersException e) {
            throw new NodeException(
                    "the private key " + file + " is open to other users; close it with: chmod 600 " + file, e);
        } catch (IOException e) {
            throw new NodeException("the private key " + file + " cannot be read: " + reason(e), e);
        }
    }

    private void create(Path file, SecureRandom random) throws NodeException {
        try {
            // Of a name that nobody else has, and 0600 from the first moment on.
            Path draft = Files.createTempFile(directory, PRIVATE_KEY + ".", ".new");
            try {
                write(draft, NoisePrivateKey.generate(random).encodeSecret() + "\n");
                // A link fails where the name is taken, so of two nodes that start at once one key stays.
                Files.createLink(file, draft);
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (FileAlreadyExistsException e) {
            // The other one was quicker; its key is read.
        } catch (NoSuchFileException e) {
            throw new NodeException("the home " + directory + " has vanished", e);
        } catch (IOException e) {
            throw new NodeException("the private key cannot be written to " + directory + ": " + reason(e), e);
        }
    }

    private static void write(Path draft, String text) throws IOException {
        try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
            channel.force(true);
        }
    }

    /** The JDK's messages begin with the file, which ours have named already, and may say nothing else. */
    private static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof NoSuchFileException) {
            return "no such file or directory";
        }
        String reason = e instanceof FileSystemException failure ? failure.getReason() : e.getMessage();
        return reason != null ? reason : e.getClass().getSimpleName();
    }
}
