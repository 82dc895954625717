package org.peervpn.node.runtime;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.Origin;
import org.peervpn.node.Remembered;
import org.peervpn.node.Remembered.RememberedPeer;
import org.peervpn.tunnel.NoisePublicKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code HOME/peers.yaml}: what the node remembers from one run to the next. It is read once, and written by a thread of
 * its own: a disk may be slow.
 */
public final class PeersFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeersFile.class);
    private static final String NAME = "peers.yaml";
    private static final long LAST_WRITE_SECONDS = 5;
    private static final long RETRY_SECONDS = 10;

    private final Home home;
    private final ExecutorService writer = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "peers");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicReference<@Nullable Remembered> latest = new AtomicReference<>();

    /** Of the writer: why the last writing failed; null if it did not. */
    private @Nullable String failure;

    PeersFile(Home home) {
        this.home = home;
    }

    /** What an earlier run has left; a {@link NodeException} if that cannot be read: who was removed must stay out. */
    public static Remembered read(Home home) throws NodeException {
        Optional<byte[]> bytes = home.read(NAME, PeersText.MAX_BYTES);
        if (bytes.isEmpty()) {
            return Remembered.NOTHING;
        }
        try {
            return PeersText.read(new String(bytes.get(), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new NodeException(
                    home.directory().resolve(NAME) + ": " + e.getMessage()
                            + "; mend it, or move it away to forget all peers and all removals",
                    e);
        }
    }

    /** Any thread; a failure is told in the log, and tried again. */
    void write(Remembered remembered) {
        stage(remembered);
        writer.execute(this::writeLatest);
    }

    /** This is the next thing to be written, in place of what was. */
    void stage(Remembered remembered) {
        latest.set(remembered);
    }

    /** Returns when what was staged last, or something later, is on the disk. */
    void writeStaged() throws NodeException {
        try {
            String why = writer.submit(this::writeLatest).get().orElse(null);
            if (why != null) {
                throw new NodeException("done, but only until the node ends, for it cannot be written down: " + why);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException("interrupted", e);
        }
    }

    /** Admits a key for the next run, while no node runs in this home. */
    public static void admit(Home home, NoisePublicKey key, String name) throws NodeException {
        NodeLock lock = NodeLock.take(home);
        try (lock) {
            Remembered before = read(home);
            List<RememberedPeer> peers = new ArrayList<>(before.peers());
            if (peers.size() >= Remembered.MAX_ENTRIES) {
                throw new NodeException("this node remembers " + peers.size() + " peers already; remove some first");
            }
            peers.add(new RememberedPeer(key, name, Origin.ADMIT, null, List.of(), null));
            Remembered after = new Remembered(List.copyOf(peers), before.removed(), before.invitations());
            home.write(NAME, PeersText.write(after).getBytes(StandardCharsets.UTF_8));
        }
    }

    private Optional<String> writeLatest() {
        Remembered next = latest.getAndSet(null);
        if (next == null) {
            return Optional.ofNullable(failure);
        }
        String before = failure;
        try {
            home.write(NAME, PeersText.write(next).getBytes(StandardCharsets.UTF_8));
            failure = null;
        } catch (NodeException e) {
            failure = e.getMessage();
            if (before == null) {
                LOG.warn("peers are not remembered: {}", failure);
            }
            if (latest.compareAndSet(null, next)) {
                CompletableFuture.delayedExecutor(RETRY_SECONDS, TimeUnit.SECONDS, writer)
                        .execute(this::writeLatest);
            }
        }
        return Optional.ofNullable(failure);
    }

    /** Waits a moment for the last writing. */
    @Override
    public void close() {
        writer.execute(this::writeLatest); // what could not be written before is tried once more
        writer.shutdown();
        try {
            if (!writer.awaitTermination(LAST_WRITE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("peers are not remembered: the disk is too slow");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
