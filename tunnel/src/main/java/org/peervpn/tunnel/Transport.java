package org.peervpn.tunnel;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Sends and opens transport data on the loop, and stages packets that have to wait for a handshake. */
final class Transport {
    private static final int MAX_PACKET = 65_535;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final ReceiverTable table;
    private final TunnelOutput output;
    private final Sealer sealer = new Sealer();
    private final Opener opener = new Opener();
    private final ByteBuffer datagram = ByteBuffer.allocate(MAX_PACKET + Sealer.MAX_OVERHEAD);

    Transport(ReceiverTable table, TunnelOutput output) {
        this.table = table;
        this.output = output;
    }

    /** Narrows an authentic, fresh message to its payload; whose it is, with a keypair. null if it was dropped. */
    ReceiverTable.@Nullable Entry open(ByteBuffer message, long nowNanos) {
        ReceiverTable.Entry entry = table.lookup(TransportData.receiverIndex(message));
        Keypair keypair = entry == null ? null : entry.keypair();
        if (entry == null || keypair == null) {
            output.dropped(DropReason.UNKNOWN_RECEIVER);
            return null;
        }
        if (keypair.isExpired(nowNanos)) {
            output.dropped(DropReason.KEYPAIR_EXPIRED);
            return null;
        }
        long counter = TransportData.counter(message);
        if (!opener.open(keypair, message)) {
            output.dropped(DropReason.NOT_AUTHENTIC);
            return null;
        }
        // Only after the tag has been checked: an attacker must not be able to move the window.
        if (!keypair.replayFilter().accept(counter)) {
            output.dropped(DropReason.REPLAYED);
            return null;
        }
        return entry;
    }

    /** False if the packet has been staged: a handshake is needed. */
    boolean send(Peer peer, ByteBuffer packet, long nowNanos) {
        if (seal(peer, packet, nowNanos)) {
            return true;
        }
        if (!peer.staged().add(packet)) {
            output.dropped(DropReason.STAGING_FULL);
        }
        return false;
    }

    /** False if a handshake is needed. */
    boolean sendKeepalive(Peer peer, long nowNanos) {
        return seal(peer, NOTHING, nowNanos);
    }

    /** To be called when a keypair is new, so that all of them can be sealed; false if there was nothing. */
    boolean sendStaged(Peer peer, long nowNanos) {
        byte[] first = peer.staged().poll();
        byte[] packet = first;
        while (packet != null && seal(peer, ByteBuffer.wrap(packet), nowNanos)) {
            packet = peer.staged().poll();
        }
        return first != null;
    }

    /** No handshake came about: the staged packets are dropped. */
    void flushStaged(Peer peer) {
        while (peer.staged().poll() != null) {
            output.dropped(DropReason.NO_HANDSHAKE);
        }
    }

    private boolean seal(Peer peer, ByteBuffer packet, long nowNanos) {
        datagram.clear();
        if (!sealer.seal(peer.lane(), packet, datagram, nowNanos)) {
            return false;
        }
        output.toPeer(peer, datagram.flip());
        return true;
    }
}
