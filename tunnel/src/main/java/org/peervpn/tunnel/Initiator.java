package org.peervpn.tunnel;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** Begins handshakes and takes what comes back: responses and cookie replies. Loop only. */
final class Initiator {
    private final NoisePrivateKey localKey;
    private final Tai64n timestamps;
    private final SecureRandom random;
    private final ReceiverTable table;
    private final TunnelOutput output;

    Initiator(TunnelConfig config, ReceiverTable table, TunnelOutput output) {
        localKey = config.privateKey();
        timestamps = new Tai64n(config.wallClock());
        random = config.random();
        this.table = table;
        this.output = output;
    }

    /** Somebody wants a handshake: it is retried until REKEY_ATTEMPT_TIME from now. */
    void begin(Peer peer, long nowNanos) {
        PeerTimers timers = peer.timers();
        timers.giveUpNanos = nowNanos + Timing.REKEY_ATTEMPT_TIME_NANOS;
        long earliestNanos = timers.lastInitiationNanos + Timing.REKEY_TIMEOUT_NANOS;
        if (nowNanos >= earliestNanos) {
            sendInitiation(peer, nowNanos);
        } else if (timers.retransmitNanos == Timing.NEVER) {
            timers.retransmitNanos = earliestNanos + jitterNanos();
        }
    }

    /** As {@link #begin}, but without waiting for an earlier initiation to be answered. */
    void beginAnew(Peer peer, long nowNanos) {
        peer.timers().giveUpNanos = nowNanos + Timing.REKEY_ATTEMPT_TIME_NANOS;
        sendInitiation(peer, nowNanos);
    }

    /** One initiation, unless a handshake is under way anyway; a REKEY_TIMEOUT later it counts as given up. */
    void beginOnce(Peer peer, long nowNanos) {
        PeerTimers timers = peer.timers();
        if (timers.retransmitNanos == Timing.NEVER) {
            begin(peer, nowNanos);
            boolean sent = timers.lastInitiationNanos == nowNanos;
            timers.giveUpNanos = sent ? nowNanos : timers.retransmitNanos + Timing.REKEY_TIMEOUT_NANOS;
        }
    }

    /** Each initiation has an ephemeral and an index of its own; an earlier one can no longer be answered. */
    void sendInitiation(Peer peer, long nowNanos) {
        InitiatorHandshake handshake =
                new InitiatorHandshake(Noise.PROLOGUE, localKey, NoisePrivateKey.generate(random), peer.publicKey());
        int index = table.reserve(peer);
        peer.handshake(handshake, index);
        byte[] message = HandshakeInitiation.of(index, handshake.write(peer.staticSecret(), timestamps.next()));
        peer.cookies().putMacs(message, nowNanos);
        peer.timers().lastInitiationNanos = nowNanos;
        peer.timers().retransmitNanos = nowNanos + Timing.REKEY_TIMEOUT_NANOS + jitterNanos();
        peer.lane().sent(message.length, nowNanos);
        output.toPeer(peer, ByteBuffer.wrap(message));
    }

    /** Whether a response answers a handshake of ours that is under way. */
    boolean awaits(byte[] response) {
        int index = HandshakeResponse.receiverIndex(response);
        ReceiverTable.Entry entry = table.lookup(index);
        return entry != null && entry.peer().handshake(index) != null;
    }

    /** The peer that has answered; it has a new current keypair. null if the message was dropped. */
    @Nullable
    Peer receiveResponse(byte[] message, long nowNanos) {
        int index = HandshakeResponse.receiverIndex(message);
        ReceiverTable.Entry entry = table.lookup(index);
        InitiatorHandshake handshake = entry == null ? null : entry.peer().handshake(index);
        if (entry == null || handshake == null) {
            output.dropped(DropReason.UNKNOWN_RECEIVER);
            return null;
        }
        Peer peer = entry.peer();
        SessionKeys keys = handshake.read(HandshakeResponse.noise(message), peer.presharedKey());
        if (keys == null) {
            output.dropped(DropReason.BAD_HANDSHAKE);
            return null;
        }
        peer.cancelHandshake();
        peer.keypairs()
                .addAsInitiator(new Keypair(index, HandshakeResponse.senderIndex(message), keys, true, nowNanos));
        peer.sessionDerived(nowNanos);
        return peer;
    }

    void receiveCookieReply(byte[] message, long nowNanos) {
        ReceiverTable.Entry entry = table.lookup(CookieReply.receiverIndex(message));
        if (entry == null) {
            output.dropped(DropReason.UNKNOWN_RECEIVER);
        } else if (!entry.peer().cookies().consume(message, nowNanos)) {
            output.dropped(DropReason.BAD_COOKIE_REPLY);
        }
    }

    /** So that two peers that begin at the same moment do not do so again. */
    long jitterNanos() {
        return random.nextInt((int) Timing.MAX_JITTER_NANOS + 1);
    }
}
