package org.peervpn.tunnel;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The keypairs of one peer, in the roles of the reference implementation. Loop only; the current one is published in the
 * {@link Lane}.
 *
 * <p>The initiator may use a new keypair at once. The responder may not: its response may be lost, so the keypair is
 * {@code next} until the initiator's first message sealed with it has come.
 *
 * <p>Of those before, two are kept for receiving, where the reference implementation keeps one and drops it when it
 * answers an initiation. When both sides begin at once, each may go on with its own; then what the peer seals with until
 * it has our answer is not our current keypair but the one before.
 */
final class Keypairs {
    static final int MAX_PREVIOUS = 2;

    private final Peer peer;
    private final ReceiverTable table;
    private final Deque<Keypair> previous = new ArrayDeque<>(); // what was current before; the newest first
    private @Nullable Keypair next; // the responder's, until the initiator's first transport message arrives

    Keypairs(Peer peer, ReceiverTable table) {
        this.peer = peer;
        this.table = table;
    }

    @Nullable
    Keypair current() {
        return peer.lane().current();
    }

    /** null unless the initiator's first message with it is awaited. */
    @Nullable
    Keypair next() {
        return next;
    }

    /** Our initiation was answered. */
    void addAsInitiator(Keypair keypair) {
        table.assign(peer, keypair);
        Keypair replaced = current();
        peer.lane().current(keypair);
        addPrevious(replaced);
        // Both sides began at once. The other side may take its own as its current one: keep it for receiving.
        addPrevious(next);
        next = null;
    }

    /** We answered an initiation. */
    void addAsResponder(Keypair keypair) {
        table.assign(peer, keypair);
        retire(next);
        next = keypair;
    }

    /** True if this was {@code next}, which an authentic message has now made the current one. */
    boolean confirm(Keypair keypair) {
        if (keypair != next) {
            return false;
        }
        Keypair replaced = current();
        next = null;
        peer.lane().current(keypair);
        addPrevious(replaced);
        return true;
    }

    private void addPrevious(@Nullable Keypair keypair) {
        if (keypair == null) {
            return;
        }
        previous.addFirst(keypair);
        if (previous.size() > MAX_PREVIOUS) {
            retire(previous.removeLast());
        }
    }

    /** Of all that the peer may be using now. */
    List<Keypair> inUse() {
        return Stream.concat(Stream.of(current(), next), previous.stream())
                .filter(Objects::nonNull)
                .toList();
    }

    /** When the last of them expires; {@link Timing#NEVER} if there is none. */
    long expireNanos() {
        return Stream.concat(Stream.ofNullable(current()), previous.stream())
                .mapToLong(Keypair::expiresNanos)
                .max()
                .orElse(Timing.NEVER);
    }

    void erase() {
        Keypair current = current();
        peer.lane().current(null);
        retire(current);
        previous.forEach(this::retire);
        previous.clear();
        retire(next);
        next = null;
    }

    private void retire(@Nullable Keypair keypair) {
        if (keypair != null) {
            table.release(keypair.localIndex());
            keypair.release();
        }
    }
}
