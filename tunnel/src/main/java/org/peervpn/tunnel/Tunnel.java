package org.peervpn.tunnel;

import java.nio.ByteBuffer;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The WireGuard protocol of one node. Called by the loop only, but for {@link #newReceiver}.
 *
 * <p>It leaves to others: which path a datagram takes, whose inner address a packet may carry, who is admitted.
 *
 * <p>A datagram takes these steps; a doubtful one goes no further than the first that refuses it:
 *
 * <ol>
 *   <li>type and reserved bytes, here; the length, by who takes the message apart
 *   <li>of a response, that it answers a handshake under way, here
 *   <li>of a handshake message, mac1, cookie and rate limits: {@link HandshakeGate}
 *   <li>the curve, the peer and the timestamp: {@link Responder}, {@link Initiator}
 *   <li>of transport data, the receiver index, the tag, and then the replay filter: {@link TransportOpener}
 *   <li>the peer is alive: its stamps, its path, its keypairs and what was staged for it, here
 * </ol>
 *
 * <p>Transport data may take the last two steps on other threads, too: {@link TransportReceiver}.
 */
public final class Tunnel {
    private final TunnelOutput output;
    private final ReceiverTable table;
    private final Peers peers;
    private final HandshakeGate gate;
    private final Initiator initiator;
    private final Responder responder;
    private final Transport transport;
    private final TransportOpener opener;
    private final Conclusions conclusions;
    private final Timekeeper timekeeper;

    public Tunnel(TunnelConfig config, TunnelOutput output) {
        this.output = output;
        NoisePublicKey localKey = config.privateKey().publicKey();
        table = new ReceiverTable(config.random());
        Wakeups wakeups = new Wakeups(config.wakeup());
        peers = new Peers(config.privateKey(), table, wakeups);
        gate = new HandshakeGate(localKey, config.random(), output);
        initiator = new Initiator(config, table, output);
        transport = new Transport(output);
        opener = new TransportOpener(table, output::dropped);
        conclusions = new Conclusions(gate, transport, output);
        responder = new Responder(config, peers, table, conclusions, output);
        timekeeper = new Timekeeper(wakeups, initiator, transport, conclusions, output);
    }

    /** @throws IllegalArgumentException if the key is our own, weak, or already a peer */
    public Peer addPeer(PeerConfig config) {
        Peer peer = peers.add(config);
        timekeeper.plan(peer);
        return peer;
    }

    public @Nullable Peer peer(NoisePublicKey key) {
        return peers.get(key);
    }

    public Collection<Peer> peers() {
        return peers.all();
    }

    /** Forgets the peer and wipes its keys at once. */
    public void removePeer(Peer peer) {
        if (!peer.isRemoved()) {
            peers.remove(peer);
            timekeeper.remove(peer);
            peer.remove();
        }
    }

    /** A datagram from that side. May be changed during the call, its position and limit, too. */
    public void receiveDatagram(Path source, ByteBuffer datagram, long nowNanos) {
        if (datagram.remaining() < TransportData.TYPE_LENGTH) {
            output.dropped(DropReason.BAD_LENGTH);
            return;
        }
        switch (LittleEndian.getInt(datagram, datagram.position())) {
            case HandshakeInitiation.TYPE -> receiveInitiation(source, datagram, nowNanos);
            case HandshakeResponse.TYPE -> receiveResponse(source, datagram, nowNanos);
            case CookieReply.TYPE -> receiveCookieReply(datagram, nowNanos);
            case TransportData.TYPE -> receiveTransportData(source, datagram, nowNanos);
            default -> output.dropped(DropReason.UNKNOWN_TYPE);
        }
    }

    /** For one other thread, to receive transport data beside the loop. Any thread may call it. */
    public TransportReceiver newReceiver(TransportReceiver.Output receiverOutput) {
        return new TransportReceiver(table, receiverOutput);
    }

    /** Seals and sends, or stages the packet (bounded) and begins a handshake. */
    public void sendPacket(Peer peer, ByteBuffer packet, long nowNanos) {
        if (peer.isRemoved()) {
            output.dropped(DropReason.UNKNOWN_PEER);
            return;
        }
        if (!transport.send(peer, packet, nowNanos)) {
            initiator.begin(peer, nowNanos);
        }
        timekeeper.plan(peer);
    }

    /** Begins a handshake unless one was begun in the last REKEY_TIMEOUT; keeps retrying for REKEY_ATTEMPT_TIME. */
    public void initiate(Peer peer, long nowNanos) {
        if (peer.isRemoved()) {
            return;
        }
        initiator.begin(peer, nowNanos);
        timekeeper.plan(peer);
    }

    /** Begins a handshake that is not retried, unless one is under way. */
    public void initiateOnce(Peer peer, long nowNanos) {
        if (peer.isRemoved()) {
            return;
        }
        initiator.beginOnce(peer, nowNanos);
        timekeeper.plan(peer);
    }

    /**
     * Begins a handshake at once, in place of one that is under way: there is a new path, and what was sent on others has
     * probably not arrived. The caller limits how often.
     */
    public void initiateAnew(Peer peer, long nowNanos) {
        if (peer.isRemoved()) {
            return;
        }
        initiator.beginAnew(peer, nowNanos);
        timekeeper.plan(peer);
    }

    /** Sends an empty transport message if there is a usable keypair, else begins a handshake. */
    public void sendKeepalive(Peer peer, long nowNanos) {
        if (peer.isRemoved()) {
            return;
        }
        timekeeper.sendKeepalive(peer, nowNanos);
        timekeeper.plan(peer);
    }

    public void onTimeout(long nowNanos) {
        timekeeper.onTimeout(nowNanos);
    }

    /**
     * When {@link #onTimeout} wants to be called next; {@link Long#MAX_VALUE} for never. A moment that has passed, such as
     * 0, means at once.
     */
    public long nextDeadlineNanos() {
        return timekeeper.nextDeadlineNanos();
    }

    /** Receiver indices of all peers together. */
    int indicesInUse() {
        return table.size();
    }

    private void receiveInitiation(Path source, ByteBuffer datagram, long nowNanos) {
        byte[] message = copy(datagram, HandshakeInitiation.LENGTH);
        if (message == null || !gate.admitsInitiation(source, message, nowNanos)) {
            return;
        }
        Responder.Answer answer = responder.receiveInitiation(source, message, nowNanos);
        if (answer == null) {
            return;
        }
        Peer peer = answer.peer();
        peer.lane().received(message.length, nowNanos);
        conclusions.heardFrom(peer, source);
        peer.lane().sent(answer.message().remaining(), nowNanos);
        output.replyTo(source, answer.message());
        timekeeper.plan(peer);
    }

    private void receiveResponse(Path source, ByteBuffer datagram, long nowNanos) {
        byte[] message = copy(datagram, HandshakeResponse.LENGTH);
        if (message == null) {
            return;
        }
        if (!initiator.awaits(message)) {
            output.dropped(DropReason.UNKNOWN_RECEIVER);
            return;
        }
        if (!gate.admitsResponse(source, message, nowNanos)) {
            return;
        }
        Peer peer = initiator.receiveResponse(message, nowNanos);
        if (peer == null) {
            return;
        }
        peer.lane().received(message.length, nowNanos);
        conclusions.heardFrom(peer, source);
        conclusions.handshakeCompleted(peer, source, true, nowNanos);
        // The responder may send only when it has heard from us: if there is nothing to say, say that.
        if (!transport.sendStaged(peer, nowNanos)) {
            transport.sendKeepalive(peer, nowNanos);
        }
        timekeeper.plan(peer);
    }

    private void receiveCookieReply(ByteBuffer datagram, long nowNanos) {
        byte[] message = copy(datagram, CookieReply.LENGTH);
        if (message != null) {
            initiator.receiveCookieReply(message, nowNanos);
        }
    }

    private void receiveTransportData(Path source, ByteBuffer datagram, long nowNanos) {
        int datagramBytes = datagram.remaining();
        ReceiverTable.Entry receiver = opener.open(datagram, nowNanos);
        Keypair keypair = receiver == null ? null : receiver.keypair();
        if (receiver == null || keypair == null) {
            return;
        }
        gate.passedPacket(nowNanos);
        Peer peer = receiver.peer();
        peer.lane().receivedTransport(keypair, datagram.remaining(), datagramBytes, nowNanos);
        conclusions.heardFrom(peer, source);
        conclusions.confirmed(peer, keypair, source, nowNanos);
        if (datagram.hasRemaining()) {
            output.received(peer, datagram);
        }
        timekeeper.plan(peer);
    }

    /** null, and counted, unless the datagram has just this length. */
    private byte @Nullable [] copy(ByteBuffer datagram, int length) {
        if (datagram.remaining() != length) {
            output.dropped(DropReason.BAD_LENGTH);
            return null;
        }
        byte[] message = new byte[length];
        datagram.get(message);
        return message;
    }
}
