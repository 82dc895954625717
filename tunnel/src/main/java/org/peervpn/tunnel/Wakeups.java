package org.peervpn.tunnel;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The lanes at which the loop has to look because the data path has armed a timer or found something out. Any thread
 * raises, the loop polls.
 */
final class Wakeups {
    // Bounded: a lane is in it once for each of two timers, once for each keypair that is due to be renewed or that has
    // been confirmed, and now and then for a path.
    private final Queue<Lane> raised = new ConcurrentLinkedQueue<>();
    private final Runnable wakeup;

    Wakeups(Runnable wakeup) {
        this.wakeup = wakeup;
    }

    void raise(Lane lane) {
        raised.add(lane);
        wakeup.run();
    }

    @Nullable
    Lane poll() {
        return raised.poll();
    }
}
