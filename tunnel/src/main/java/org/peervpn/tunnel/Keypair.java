package org.peervpn.tunnel;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.crypto.AeadKey;

/**
 * The transport keys that one handshake gave, with the counter of what was sent and the filter of what was received.
 *
 * <p>Any thread may use it, between {@link #tryAcquire} and {@link #release}. The loop holds the first reference, from
 * the start until {@link Keypairs} lets it go; when the last user has released it, the keys are wiped.
 */
final class Keypair {
    private final int localIndex;
    private final int remoteIndex;
    private final SessionKeys keys;
    private final boolean initiator;
    private final long createdNanos;
    private final AtomicLong sendCounter;
    private final ReplayFilter replayFilter = new ReplayFilter();
    private final AtomicBoolean rekeyRequested = new AtomicBoolean();

    /** From where the first message came that another thread than the loop has opened; null for an initiator's keypair. */
    private final AtomicReference<@Nullable Path> confirmedFrom = new AtomicReference<>();

    private final AtomicInteger users = new AtomicInteger(1);

    Keypair(int localIndex, int remoteIndex, SessionKeys keys, boolean initiator, long createdNanos) {
        this(localIndex, remoteIndex, keys, initiator, createdNanos, 0);
    }

    Keypair(
            int localIndex,
            int remoteIndex,
            SessionKeys keys,
            boolean initiator,
            long createdNanos,
            long firstCounter) {
        this.localIndex = localIndex;
        this.remoteIndex = remoteIndex;
        this.keys = keys;
        this.initiator = initiator;
        this.createdNanos = createdNanos;
        sendCounter = new AtomicLong(firstCounter);
    }

    /** False once the keys are wiped, or about to be: they must then not be touched. */
    boolean tryAcquire() {
        int count = users.get();
        while (count > 0) {
            if (users.compareAndSet(count, count + 1)) {
                return true;
            }
            count = users.get();
        }
        return false;
    }

    void release() {
        int left = users.decrementAndGet();
        if (left < 0) {
            throw new IllegalStateException("released more often than acquired");
        }
        if (left == 0) {
            keys.send().destroy();
            keys.receive().destroy();
        }
    }

    /** The receiver index of what the peer sends to us. */
    int localIndex() {
        return localIndex;
    }

    /** The receiver index of what we send to the peer. */
    int remoteIndex() {
        return remoteIndex;
    }

    AeadKey sendKey() {
        return keys.send();
    }

    AeadKey receiveKey() {
        return keys.receive();
    }

    ByteBuffer handshakeHash() {
        return keys.handshakeHash().duplicate();
    }

    ReplayFilter replayFilter() {
        return replayFilter;
    }

    /** When it is too old for anything. */
    long expiresNanos() {
        return createdNanos + Timing.REJECT_AFTER_TIME_NANOS;
    }

    boolean isExpired(long nowNanos) {
        return nowNanos >= expiresNanos();
    }

    boolean canSeal(long nowNanos) {
        return !isExpired(nowNanos) && !isExhausted(sendCounter.get());
    }

    /**
     * The counter for one message. It can pass {@link Timing#REJECT_AFTER_MESSAGES} only by as many as there are
     * threads that seal, if each calls {@link #canSeal} before: it never gets round to a counter that was used.
     */
    long nextCounter() {
        return sendCounter.getAndIncrement();
    }

    static boolean isExhausted(long counter) {
        return Long.compareUnsigned(counter, Timing.REJECT_AFTER_MESSAGES) >= 0;
    }

    /** Section 6.2: who began the session renews it by time; either side by the count of its messages. */
    boolean isRekeyDueSending(long nowNanos) {
        return Long.compareUnsigned(sendCounter.get(), Timing.REKEY_AFTER_MESSAGES) >= 0
                || (initiator && nowNanos - createdNanos >= Timing.REKEY_AFTER_TIME_NANOS);
    }

    boolean isRekeyDueReceiving(long nowNanos) {
        return initiator && nowNanos - createdNanos >= Timing.REKEY_AFTER_TIME_RECEIVING_NANOS;
    }

    /** True for the first caller only; what it begins is retried until this keypair is of no use any more. */
    boolean requestRekey() {
        return !rekeyRequested.get() && rekeyRequested.compareAndSet(false, true);
    }

    /** An authentic message came beside the loop. True if that confirms the keypair, for the first caller only. */
    boolean confirmBesideLoop(Path source) {
        return !initiator && confirmedFrom.getOpaque() == null && confirmedFrom.compareAndSet(null, source);
    }

    /** null while no other thread than the loop has confirmed it. */
    @Nullable
    Path confirmedFrom() {
        return confirmedFrom.get();
    }

    @Override
    public String toString() {
        return "Keypair(" + Integer.toHexString(localIndex) + ")";
    }
}
