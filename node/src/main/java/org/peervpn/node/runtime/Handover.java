package org.peervpn.node.runtime;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.peervpn.node.DropCount.Reason;

/** Gives the loop what one other thread of the data path cannot conclude: copies, of which only so many wait. */
final class Handover {
    /** On their way to the loop; more are dropped. */
    static final int MAX_PACKETS = 256;

    private final Engine engine;
    private final AtomicInteger packets = new AtomicInteger();

    Handover(Engine engine) {
        this.engine = engine;
    }

    /** The receiver gets a copy, on the loop. */
    void give(ByteBuffer packet, Consumer<ByteBuffer> receiver) {
        if (packets.incrementAndGet() > MAX_PACKETS) {
            packets.decrementAndGet();
            engine.sharedCore().drops().count(Reason.LOOP_BUSY);
            return;
        }
        ByteBuffer copy =
                ByteBuffer.allocateDirect(packet.remaining()).put(packet).flip();
        engine.run(core -> {
            packets.decrementAndGet();
            receiver.accept(copy);
        });
    }
}
