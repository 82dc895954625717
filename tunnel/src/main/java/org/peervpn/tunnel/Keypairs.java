package org.peervpn.tunnel;

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
 */
final class Keypairs {
    private final Peer peer;
    private final ReceiverTable table;
    private @Nullable Keypair previous; // what was current before, for messages that are still on their way
    private @Nullable Keypair next; // the responder's, until the initiator's first transport message arrives

    Keypairs(Peer peer, ReceiverTable table) {
        this.peer = peer;
        this.table = table;
    }

    @Nullable
    Keypair current() {
        return peer.lane().current();
    }

    /** Our initiation was answered. */
    void addAsInitiator(Keypair keypair) {
        table.assign(peer, keypair);
        Keypair replaced = current();
        peer.lane().current(keypair);
        retire(previous);
        if (next == null) {
            previous = replaced;
        } else {
            // Both sides began at once. The other side may take its own as its current one: keep it for receiving.
            retire(replaced);
            previous = next;
            next = null;
        }
    }

    /** We answered an initiation. */
    void addAsResponder(Keypair keypair) {
        table.assign(peer, keypair);
        retire(next);
        next = keypair;
        retire(previous);
        previous = null;
    }

    /** True if this was {@code next}, which an authentic message has now made the current one. */
    boolean confirm(Keypair keypair) {
        if (keypair != next) {
            return false;
        }
        retire(previous);
        previous = current();
        next = null;
        peer.lane().current(keypair);
        return true;
    }

    /** Of all that the peer may be using now. */
    List<Keypair> inUse() {
        return Stream.of(current(), next, previous).filter(Objects::nonNull).toList();
    }

    /** When the last of them expires; {@link Timing#NEVER} if there is none. */
    long expireNanos() {
        Keypair newest = Keypair.newer(current(), previous);
        return newest == null ? Timing.NEVER : newest.expiresNanos();
    }

    void erase() {
        Keypair current = current();
        peer.lane().current(null);
        retire(current);
        retire(previous);
        retire(next);
        previous = null;
        next = null;
    }

    private void retire(@Nullable Keypair keypair) {
        if (keypair != null) {
            table.release(keypair.localIndex());
            keypair.release();
        }
    }
}
