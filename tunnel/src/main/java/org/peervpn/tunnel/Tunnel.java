package org.peervpn.tunnel;

import java.nio.ByteBuffer;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The WireGuard protocol of one node. Called by the loop only.
 *
 * <p>It leaves to others: which path a datagram takes, whose inner address a packet may carry, who is admitted.
 */
public final class Tunnel {

    public Tunnel(TunnelConfig config, TunnelOutput output) {}

    /** @throws IllegalArgumentException if the key is our own, weak, or already a peer */
    public Peer addPeer(PeerConfig config) {
        throw new IllegalStateException("stub");
    }

    public @Nullable Peer peer(NoisePublicKey key) {
        throw new IllegalStateException("stub");
    }

    public Collection<Peer> peers() {
        throw new IllegalStateException("stub");
    }

    /** Forgets the peer and wipes its keys at once. */
    public void removePeer(Peer peer) {
        throw new IllegalStateException("stub");
    }

    /** A datagram from that side. May be overwritten during the call. */
    public void receiveDatagram(Path source, ByteBuffer datagram, long nowNanos) {
        throw new IllegalStateException("stub");
    }

    /** Seals and sends, or stages the packet (bounded) and begins a handshake. */
    public void sendPacket(Peer peer, ByteBuffer packet, long nowNanos) {
        throw new IllegalStateException("stub");
    }

    /** Begins a handshake unless one was begun in the last REKEY_TIMEOUT; keeps retrying for REKEY_ATTEMPT_TIME. */
    public void initiate(Peer peer, long nowNanos) {
        throw new IllegalStateException("stub");
    }

    /** Sends an empty transport message if there is a usable keypair, else begins a handshake. */
    public void sendKeepalive(Peer peer, long nowNanos) {
        throw new IllegalStateException("stub");
    }

    public void onTimeout(long nowNanos) {
        throw new IllegalStateException("stub");
    }

    /** When {@link #onTimeout} wants to be called next; {@link Long#MAX_VALUE} for never. */
    public long nextDeadlineNanos() {
        throw new IllegalStateException("stub");
    }
}
