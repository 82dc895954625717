package org.peervpn.tunnel;

import java.nio.ByteBuffer;

/** Sends transport data on the loop, and stages packets that have to wait for a handshake. */
final class Transport {
    private static final int MAX_PACKET = 65_535;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final TunnelOutput output;
    private final Sealer sealer = new Sealer();
    private final ByteBuffer datagram = ByteBuffer.allocate(MAX_PACKET + Sealer.MAX_OVERHEAD);

    Transport(TunnelOutput output) {
        this.output = output;
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
