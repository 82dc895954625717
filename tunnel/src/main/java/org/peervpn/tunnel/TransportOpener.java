package org.peervpn.tunnel;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Opens what is authentic and new of the transport data that comes in, in one way for all threads. Each has its own. */
final class TransportOpener {
    private final ReceiverTable table;
    private final Consumer<DropReason> dropped;
    private final Opener opener = new Opener();

    TransportOpener(ReceiverTable table, Consumer<DropReason> dropped) {
        this.table = table;
        this.dropped = dropped;
    }

    /**
     * Narrows an authentic, fresh transport message to its payload; whose it is, with a keypair. null if it was dropped.
     * Loop only: it holds every keypair of the table.
     */
    ReceiverTable.@Nullable Entry open(ByteBuffer message, long nowNanos) {
        ReceiverTable.Entry entry = lookup(message);
        return entry != null && entry.keypair() != null && isFresh(entry.keypair(), message, nowNanos) ? entry : null;
    }

    /** The same on any thread: the loop may let go of the keypair meanwhile. */
    ReceiverTable.@Nullable Entry openBesideLoop(ByteBuffer message, long nowNanos) {
        ReceiverTable.Entry entry = lookup(message);
        Keypair keypair = entry == null ? null : entry.keypair();
        if (entry == null || keypair == null) {
            return null;
        }
        if (!keypair.tryAcquire()) {
            dropped.accept(DropReason.UNKNOWN_RECEIVER);
            return null;
        }
        try {
            return isFresh(keypair, message, nowNanos) ? entry : null;
        } finally {
            keypair.release();
        }
    }

    /** With a keypair; null, and counted, if there is none. */
    private ReceiverTable.@Nullable Entry lookup(ByteBuffer message) {
        if (message.remaining() < TransportData.MIN_LENGTH) {
            dropped.accept(DropReason.BAD_LENGTH);
            return null;
        }
        ReceiverTable.Entry entry = table.lookup(TransportData.receiverIndex(message));
        if (entry == null || entry.keypair() == null) {
            dropped.accept(DropReason.UNKNOWN_RECEIVER);
            return null;
        }
        return entry;
    }

    private boolean isFresh(Keypair keypair, ByteBuffer message, long nowNanos) {
        if (keypair.isExpired(nowNanos)) {
            dropped.accept(DropReason.KEYPAIR_EXPIRED);
            return false;
        }
        long counter = TransportData.counter(message);
        if (!opener.open(keypair, message)) {
            dropped.accept(DropReason.NOT_AUTHENTIC);
            return false;
        }
        // Only after the tag has been checked: an attacker must not be able to move the window.
        if (!keypair.replayFilter().accept(counter)) {
            dropped.accept(DropReason.REPLAYED);
            return false;
        }
        return true;
    }
}
