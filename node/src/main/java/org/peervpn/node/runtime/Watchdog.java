package org.peervpn.node.runtime;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes a channel on which something takes too long, so that whoever is blocked on it goes on. */
final class Watchdog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    private static final ScheduledExecutorService CLOCK = Executors.newSingleThreadScheduledExecutor(Watchdog::thread);

    private final ScheduledFuture<?> bite;

    private Watchdog(ScheduledFuture<?> bite) {
        this.bite = bite;
    }

    static Watchdog over(Closeable channel, long patienceMillis) {
        return new Watchdog(CLOCK.schedule(() -> shut(channel), patienceMillis, TimeUnit.MILLISECONDS));
    }

    /** It was in time. */
    @Override
    public void close() {
        bite.cancel(false);
    }

    private static void shut(Closeable channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("a channel that took too long cannot be closed: {}", e.toString());
        }
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "watchdog");
        thread.setDaemon(true);
        return thread;
    }
}
