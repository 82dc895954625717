package org.peervpn.node.runtime;

import java.util.function.LongSupplier;

/**
 * Gives back the memory of what is dead. Packets make next to nothing that a collector would have to look for; but each
 * handshake leaves a keypair that lives for minutes, and Java would let the heap grow to its limit, in weeks or with many
 * peers in minutes, before it looked for those that are dead. A collection takes some hundredths of a second.
 */
final class Heap {
    /** Less is not worth a collection; more than the new objects that are not looked through yet ({@code -Xmn}). */
    static final long MIN_GROWTH_BYTES = 6L << 20;

    private final LongSupplier usedBytes;
    private final Runnable collect;
    private long livingBytes;

    /** Of this process. */
    Heap() {
        this(() -> Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory(), System::gc);
    }

    /** @param collect after which {@code usedBytes} are those of what lives */
    Heap(LongSupplier usedBytes, Runnable collect) {
        this.usedBytes = usedBytes;
        this.collect = collect;
        livingBytes = usedBytes.getAsLong();
    }

    /** To be called every few seconds, by one thread: collects if the heap has grown by half since the last time. */
    void look() {
        long used = usedBytes.getAsLong();
        livingBytes = Math.min(livingBytes, used); // Java collects by itself, too
        long grown = used - livingBytes;
        if (grown > Math.max(MIN_GROWTH_BYTES, livingBytes / 2)) {
            collect.run();
            livingBytes = usedBytes.getAsLong();
        }
    }
}
