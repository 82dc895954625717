package org.peervpn.node.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says that the node of a home is running. The kernel lets go of it when the process ends, in whatever way. */
public final class NodeLock implements AutoCloseable {
    private final FileChannel channel;

    private NodeLock(FileChannel channel) {
        this.channel = channel;
    }

    /** A {@link NodeException} says that another node holds it. */
    public static NodeLock take(Home home) throws NodeException {
        return take(RuntimeFiles.forNode(home).lock(), home);
    }

    static NodeLock take(Path file, Home home) throws NodeException {
        try {
            FileChannel channel = FileChannel.open(
                    file,
                    Set.of(
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            LinkOption.NOFOLLOW_LINKS),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try {
                return take(channel, home);
            } catch (IOException | NodeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new NodeException("the lock " + file + " cannot be taken: " + e.getMessage(), e);
        }
    }

    private static NodeLock take(FileChannel channel, Home home) throws IOException, NodeException {
        if (tryLock(channel) == null) {
            String pid = read(channel);
            throw new NodeException("a node is already running in " + home.directory()
                    + (pid.isEmpty() ? "" : " (process " + pid + ")") + "; end it with: peervpn --down");
        }
        channel.truncate(0);
        channel.write(
                ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
        return new NodeLock(channel);
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(20);
        channel.read(text, 0);
        return new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).strip();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new IllegalStateException("a lock file cannot be closed", e);
        }
    }
}
