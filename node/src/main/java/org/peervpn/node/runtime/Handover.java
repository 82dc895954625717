package org.peervpn.node.runtime;

import java.nio.ByteBuffer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.peervpn.node.DropCount;
import org.peervpn.node.DropCount.Reason;

/**
 * Gives the loop what another thread cannot do by itself. The loop takes a few at a time and looks at its sockets and
 * timers in between, so that nobody can fill its time by what comes this way.
 */
final class Handover {
    private static final int AT_A_TIME = 16;

    private final Executor loop;
    private final Executor afterInput;
    private final DropCount drops;
    private final int maxWaiting;
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger(); // of those in the queue
    private final AtomicBoolean isTaken = new AtomicBoolean(); // whether the loop is to take from the queue

    /** @param maxWaiting more are dropped, and counted */
    Handover(Engine engine, int maxWaiting) {
        this(
                task -> engine.run(core -> task.run()),
                task -> engine.runAfterInput(core -> task.run()),
                engine.sharedCore().drops(),
                maxWaiting);
    }

    /** @param afterInput the loop too, but not before it has looked at its sockets once more */
    Handover(Executor loop, Executor afterInput, DropCount drops, int maxWaiting) {
        this.loop = loop;
        this.afterInput = afterInput;
        this.drops = drops;
        this.maxWaiting = maxWaiting;
    }

    /** Any thread: the receiver gets a copy, on the loop. */
    void give(ByteBuffer packet, Consumer<ByteBuffer> receiver) {
        if (count.incrementAndGet() > maxWaiting) {
            count.decrementAndGet();
            drops.count(Reason.LOOP_BUSY);
            return;
        }
        ByteBuffer copy =
                ByteBuffer.allocateDirect(packet.remaining()).put(packet).flip();
        waiting.add(() -> receiver.accept(copy));
        if (isTaken.compareAndSet(false, true)) {
            loop.execute(this::takeSome);
        }
    }

    private void takeSome() {
        try {
            Runnable next = waiting.poll();
            for (int i = 1; next != null && i <= AT_A_TIME; i++) {
                count.decrementAndGet();
                next.run();
                next = i < AT_A_TIME ? waiting.poll() : null;
            }
        } finally {
            isTaken.set(false);
            // Also what has come after the queue was found empty, and before that was said.
            if (!waiting.isEmpty() && isTaken.compareAndSet(false, true)) {
                afterInput.execute(this::takeSome);
            }
        }
    }
}
