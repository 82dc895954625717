package org.peervpn.node.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that holds the last moment that the {@code SteadyClock} of a node has told. Without it the node does its work
 * all the same, so a file that cannot be read or written is no failure. Written by a thread of its own.
 */
final class ClockFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClockFile.class);
    private static final int MAX_LENGTH = 64;

    private final Path file;
    private final AtomicReference<@Nullable Instant> latest = new AtomicReference<>();
    private final ExecutorService writer = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "clock-file");
        thread.setDaemon(true);
        return thread;
    });

    ClockFile(Path file) {
        this.file = file;
    }

    /** Long ago if there is none. */
    Instant read() {
        try {
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.size(file) <= MAX_LENGTH) {
                return Instant.parse(
                        Files.readString(file, StandardCharsets.UTF_8).strip());
            }
        } catch (IOException | DateTimeException e) {
            LOG.debug("{} cannot be read: {}", file, e.toString());
        }
        return Instant.EPOCH;
    }

    /** Returns at once; of several moments the last one is written. */
    void write(Instant moment) {
        if (latest.getAndSet(moment) != null) {
            return; // the writer has not yet come to the one before
        }
        try {
            writer.execute(this::writeLatest);
        } catch (RejectedExecutionException e) {
            // Closed: the node ends.
        }
    }

    private void writeLatest() {
        Instant moment = latest.getAndSet(null);
        if (moment == null) {
            return;
        }
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try {
            Path directory = file.toAbsolutePath().getParent();
            if (directory != null && !Files.isDirectory(directory)) {
                Files.createDirectories(
                        directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            Files.deleteIfExists(next);
            Files.writeString(next, moment + "\n", StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            Files.setPosixFilePermissions(next, Set.copyOf(PosixFilePermissions.fromString("rw-------")));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.debug("{} cannot be written: {}", file, e.toString());
        }
    }

    @Override
    public void close() {
        writer.shutdown();
    }
}
