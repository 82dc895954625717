package org.peervpn.tunnel;

import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Who is meant by the receiver index of a message: a handshake of ours that waits for its response, or a keypair.
 *
 * <p>The loop writes; any thread may {@link #lookup}, without locks: the entries of a bucket are an immutable list, and
 * a change publishes a new one. Bounded by the peers: each has at most {@link #MAX_PER_PEER} indices.
 */
final class ReceiverTable {
    /** One handshake under way, and the keypairs current, next and previous. */
    static final int MAX_PER_PEER = 3 + Keypairs.MAX_PREVIOUS;

    private static final int BUCKETS = 1 << 14;

    /** An index in use; {@code keypair} is null while the handshake has not been answered. */
    record Entry(
            int index,
            Peer peer,
            @Nullable Keypair keypair,
            @Nullable Entry next) {}

    private final AtomicReferenceArray<@Nullable Entry> buckets = new AtomicReferenceArray<>(BUCKETS);
    private final SecureRandom random;
    private int size;

    ReceiverTable(SecureRandom random) {
        this.random = random;
    }

    @Nullable
    Entry lookup(int index) {
        Entry entry = buckets.get(bucket(index));
        while (entry != null && entry.index != index) {
            entry = entry.next;
        }
        return entry;
    }

    /** A new index for a handshake of the peer. */
    int reserve(Peer peer) {
        int index = random.nextInt();
        while (lookup(index) != null) {
            index = random.nextInt();
        }
        put(index, peer, null);
        return index;
    }

    /** The handshake of this index has become a keypair. */
    void assign(Peer peer, Keypair keypair) {
        release(keypair.localIndex());
        put(keypair.localIndex(), peer, keypair);
    }

    void release(int index) {
        int bucket = bucket(index);
        Entry kept = null;
        for (Entry entry = buckets.get(bucket); entry != null; entry = entry.next) {
            if (entry.index == index) {
                size--;
            } else {
                kept = new Entry(entry.index, entry.peer, entry.keypair, kept);
            }
        }
        buckets.set(bucket, kept);
    }

    int size() {
        return size;
    }

    private void put(int index, Peer peer, @Nullable Keypair keypair) {
        int bucket = bucket(index);
        buckets.set(bucket, new Entry(index, peer, keypair, buckets.get(bucket)));
        size++;
    }

    private static int bucket(int index) {
        return index & (BUCKETS - 1);
    }
}
