package org.peervpn.tunnel;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What the data path needs of one peer: the current keypair, the current path, the counters, and the stamps from which
 * the loop drives the peer's timers. Any thread may read it; only the loop changes keypair and path.
 */
public final class Lane {
    /** A stamp for "not since"; every moment is greater. */
    static final long UNSET = -1;

    private static final long PATH_REPORT_INTERVAL_NANOS = 1_000_000;

    private final Peer peer;
    private final Wakeups wakeups;
    private volatile @Nullable Path path; // null until the node has chosen one
    private volatile @Nullable Keypair current; // null while no handshake has been completed

    private final LongAdder rxBytes = new LongAdder();
    private final LongAdder txBytes = new LongAdder();
    private final LongAdder rxPackets = new LongAdder();
    private final LongAdder txPackets = new LongAdder();

    /** The first packet sent since anything authentic came: from it runs the time in which the peer has to answer. */
    private final AtomicLong unansweredSinceNanos = new AtomicLong(UNSET);

    /** The first packet received since anything was sent: from it runs the time in which we have to answer. */
    private final AtomicLong answerOwedSinceNanos = new AtomicLong(UNSET);

    private final AtomicLong lastPacketReceivedNanos = new AtomicLong(UNSET);
    private final AtomicLong lastTraversalNanos = new AtomicLong(UNSET);
    private final AtomicBoolean rekeyWanted = new AtomicBoolean();

    /**
     * Whether the loop looks at this peer no later than any deadline that the data path can cause. Stays true when a
     * stamp is cleared and set again, which happens at the rate of packets: the loop is woken once, not each time.
     */
    private final AtomicBoolean watched = new AtomicBoolean();

    /** The same for the answer that we owe, which is due earlier than one from the peer. */
    private final AtomicBoolean answerWatched = new AtomicBoolean();

    /** Another path than ours, by which a thread beside the loop has heard the peer; null once the loop knows. */
    private final AtomicReference<@Nullable Path> reportedPath = new AtomicReference<>();

    private volatile long pathReportedNanos = -PATH_REPORT_INTERVAL_NANOS;

    Lane(Peer peer, Wakeups wakeups) {
        this.peer = peer;
        this.wakeups = wakeups;
    }

    public Peer peer() {
        return peer;
    }

    /** null until the node has chosen one. */
    public @Nullable Path path() {
        return path;
    }

    /** Loop only. */
    public void path(@Nullable Path path) {
        this.path = path;
    }

    /** Bytes of datagrams, headers of WireGuard included, keepalives and handshakes too. */
    public long rxBytes() {
        return rxBytes.sum();
    }

    public long txBytes() {
        return txBytes.sum();
    }

    /** Packets with content; keepalives do not count. */
    public long rxPackets() {
        return rxPackets.sum();
    }

    public long txPackets() {
        return txPackets.sum();
    }

    @Nullable
    Keypair current() {
        return current;
    }

    /** Loop only. */
    void current(@Nullable Keypair keypair) {
        current = keypair;
    }

    /** A transport message of any thread. */
    void sentTransport(Keypair keypair, int packetBytes, int datagramBytes, long nowNanos) {
        sent(datagramBytes, nowNanos);
        if (packetBytes > 0) {
            txPackets.increment();
            if (unansweredSinceNanos.getOpaque() == UNSET && unansweredSinceNanos.compareAndSet(UNSET, nowNanos)) {
                wakeUnlessWatched();
            }
        }
        if (keypair.isRekeyDueSending(nowNanos)) {
            requestRekey(keypair);
        }
    }

    /** An authentic message of any kind. */
    void sent(int datagramBytes, long nowNanos) {
        txBytes.add(datagramBytes);
        lastTraversalNanos.setOpaque(nowNanos);
        answered();
    }

    /** A transport message. True if from it runs the time in which we have to answer: somebody has to see to that. */
    boolean receivedTransport(Keypair keypair, int packetBytes, int datagramBytes, long nowNanos) {
        received(datagramBytes, nowNanos);
        boolean isAnswerOwed = false;
        if (packetBytes > 0) {
            rxPackets.increment();
            lastPacketReceivedNanos.setOpaque(nowNanos);
            isAnswerOwed =
                    answerOwedSinceNanos.getOpaque() == UNSET && answerOwedSinceNanos.compareAndSet(UNSET, nowNanos);
        }
        if (keypair == current && keypair.isRekeyDueReceiving(nowNanos)) {
            requestRekey(keypair);
        }
        return isAnswerOwed;
    }

    /** The same on another thread than the loop, which is woken if it has to do anything about it. */
    void receivedBesideLoop(Path source, Keypair keypair, int packetBytes, int datagramBytes, long nowNanos) {
        boolean wakes = receivedTransport(keypair, packetBytes, datagramBytes, nowNanos)
                && !answerWatched.get()
                && answerWatched.compareAndSet(false, true);
        wakes |= report(source, nowNanos);
        wakes |= keypair.confirmBesideLoop(source);
        if (wakes) {
            raise();
        }
    }

    /** True if the loop has to be told. A peer that is heard by two paths at once does not keep it from all others. */
    private boolean report(Path source, long nowNanos) {
        Path reported = reportedPath.get();
        if (source.equals(path)) {
            if (reported != null) {
                reportedPath.set(null); // it is back
            }
            return false;
        }
        if (source.equals(reported) || nowNanos - pathReportedNanos < PATH_REPORT_INTERVAL_NANOS) {
            return false;
        }
        pathReportedNanos = nowNanos;
        return reportedPath.getAndSet(source) == null;
    }

    /** An authentic message of any kind. */
    void received(int datagramBytes, long nowNanos) {
        rxBytes.add(datagramBytes);
        lastTraversalNanos.setOpaque(nowNanos);
        answerArrived();
    }

    void answerArrived() {
        clear(unansweredSinceNanos);
    }

    void answered() {
        clear(answerOwedSinceNanos);
    }

    long unansweredSinceNanos() {
        return unansweredSinceNanos.get();
    }

    long answerOwedSinceNanos() {
        return answerOwedSinceNanos.get();
    }

    void answerOwedSinceNanos(long nowNanos) {
        answerOwedSinceNanos.set(nowNanos);
    }

    long lastPacketReceivedNanos() {
        return lastPacketReceivedNanos.getOpaque();
    }

    /** The last authentic message in either direction. */
    long lastTraversalNanos() {
        return lastTraversalNanos.getOpaque();
    }

    void lastTraversalNanos(long nowNanos) {
        lastTraversalNanos.setOpaque(nowNanos);
    }

    boolean isRekeyWanted() {
        return rekeyWanted.get();
    }

    boolean takeRekeyWanted() {
        return rekeyWanted.getAndSet(false);
    }

    /** Whether another thread has heard the peer by another path. */
    boolean hasReportedPath() {
        return reportedPath.get() != null;
    }

    /** Loop only; null if there is none. */
    @Nullable
    Path takeReportedPath() {
        return reportedPath.getAndSet(null);
    }

    /** Loop only: before it reads the stamps. What is armed after this wakes the loop again. */
    void unwatch() {
        watched.set(false);
        answerWatched.set(false);
    }

    /** Loop only: it has planned a look that is early enough. */
    void watch() {
        watched.set(true);
    }

    /** Loop only: the same for the answer that we owe. */
    void watchAnswer() {
        answerWatched.set(true);
    }

    boolean isAnswerWatched() {
        return answerWatched.get();
    }

    /** Makes the loop look at this peer soon. */
    void raise() {
        wakeups.raise(this);
    }

    private void wakeUnlessWatched() {
        if (!watched.get() && watched.compareAndSet(false, true)) {
            raise();
        }
    }

    private void requestRekey(Keypair keypair) {
        if (keypair.requestRekey()) {
            rekeyWanted.set(true);
            raise();
        }
    }

    private static void clear(AtomicLong stamp) {
        if (stamp.getOpaque() != UNSET) {
            stamp.set(UNSET);
        }
    }
}
