package org.peervpn.nat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Questions to STUN servers that have not been answered yet, and when to repeat them (RFC 8489, section 6.2.1, but given
 * up after 3.5 s: nobody waits for the 39.5 s of the RFC).
 */
final class StunTransactions {

    /** What the transactions ask of their owner, who may begin others meanwhile. */
    interface Output {
        void send(InetSocketAddress server, ByteBuffer request);

        void timedOut(InetSocketAddress server, long nowNanos);
    }

    static final int MAX_OUTSTANDING = 64;

    private static final long RTO_NANOS = 500_000_000L;
    private static final int MAX_SENDS = 3; // at 0, 0.5 and 1.5 s

    private static final class Transaction {
        private final TransactionId id;
        private final InetSocketAddress server;
        private final byte[] request;
        private int sends;
        private long deadlineNanos; // of the next send, or of giving up

        Transaction(TransactionId id, InetSocketAddress server, byte[] request, long deadlineNanos) {
            this.id = id;
            this.server = server;
            this.request = request;
            this.deadlineNanos = deadlineNanos;
        }
    }

    private final Map<TransactionId, Transaction> outstanding = new HashMap<>();
    private final SecureRandom random;
    private final Output output;

    StunTransactions(SecureRandom random, Output output) {
        this.random = random;
        this.output = output;
    }

    /** The request leaves at the first {@link #onTimeout} from {@code startNanos} on. */
    void begin(InetSocketAddress server, long startNanos) {
        if (outstanding.size() == MAX_OUTSTANDING) {
            throw new IllegalStateException(MAX_OUTSTANDING + " STUN transactions are outstanding");
        }
        TransactionId id = TransactionId.random(random);
        outstanding.put(id, new Transaction(id, server, StunCodec.bindingRequest(id), startNanos));
    }

    /** Forgets all questions to the server. */
    void cancel(InetSocketAddress server) {
        outstanding.values().removeIf(transaction -> transaction.server.equals(server));
    }

    /**
     * Ends the transaction that the datagram answers and returns the answer; null if it answers none. It must come from
     * the very address that was asked and bear the question's id.
     */
    @Nullable
    StunMessage receive(InetSocketAddress source, ByteBuffer datagram) {
        if (!StunCodec.isStun(datagram)) {
            return null;
        }
        // Looked up before the message is parsed: a stranger's costs next to nothing.
        TransactionId id = TransactionId.of(datagram);
        Transaction transaction = outstanding.get(id);
        if (transaction == null || transaction.sends == 0 || !transaction.server.equals(source)) {
            return null;
        }
        StunMessage message = StunCodec.decode(datagram);
        if (message == null || !message.isResponse()) {
            return null;
        }
        outstanding.remove(id);
        return message;
    }

    void onTimeout(long nowNanos) {
        for (Transaction due = next(); due != null && due.deadlineNanos <= nowNanos; due = next()) {
            if (due.sends == MAX_SENDS) {
                outstanding.remove(due.id);
                output.timedOut(due.server, nowNanos);
            } else {
                due.deadlineNanos = nowNanos + (RTO_NANOS << due.sends);
                due.sends++;
                output.send(due.server, ByteBuffer.wrap(due.request));
            }
        }
    }

    long nextDeadlineNanos() {
        Transaction next = next();
        return next == null ? Long.MAX_VALUE : next.deadlineNanos;
    }

    /** Searched anew each time, for the output may have begun or cancelled others; null if nothing is outstanding. */
    private @Nullable Transaction next() {
        Transaction next = null;
        for (Transaction transaction : outstanding.values()) {
            if (next == null || transaction.deadlineNanos < next.deadlineNanos) {
                next = transaction;
            }
        }
        return next;
    }
}
