package org.peervpn.tunnel;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/**
 * Answers initiations. Loop only.
 *
 * <p>An answer is complete within the call: nothing waits in between but the {@code next} keypair, one for each peer.
 */
final class Responder {
    private static final byte[] NOTHING = {};

    private final NoisePrivateKey localKey;
    private final NoisePublicKey localPublicKey;
    private final SecureRandom random;
    private final Peers peers;
    private final ReceiverTable table;
    private final Conclusions conclusions;
    private final TunnelOutput output;

    Responder(TunnelConfig config, Peers peers, ReceiverTable table, Conclusions conclusions, TunnelOutput output) {
        this.conclusions = conclusions;
        localKey = config.privateKey();
        localPublicKey = localKey.publicKey();
        random = config.random();
        this.peers = peers;
        this.table = table;
        this.output = output;
    }

    /** A response, and to whom; the macs are on it. */
    record Answer(Peer peer, ByteBuffer message) {}

    /** The message is one that the {@link HandshakeGate} admits. null if it was dropped. */
    @Nullable
    Answer receiveInitiation(Path source, byte[] message, long nowNanos) {
        ResponderHandshake handshake = ResponderHandshake.read(
                Noise.PROLOGUE, localKey, peers::staticSecret, HandshakeInitiation.noise(message));
        if (handshake == null) {
            output.dropped(DropReason.BAD_HANDSHAKE);
            return null;
        }
        Peer peer = peer(handshake.remoteStatic(), source);
        if (peer == null || !isTimely(peer, handshake.payload(), nowNanos)) {
            handshake.wipe();
            return null;
        }
        // The keypair of the handshake before may be in use already.
        conclusions.draw(peer, nowNanos);
        return answer(peer, handshake, HandshakeInitiation.senderIndex(message), nowNanos);
    }

    private @Nullable Peer peer(NoisePublicKey key, Path source) {
        Peer known = peers.get(key);
        if (known != null) {
            return known;
        }
        boolean canBeAdded = !key.equals(localPublicKey) && !peers.isFull();
        PeerConfig config = canBeAdded ? output.unknownPeer(key, source) : null;
        if (config == null) {
            output.dropped(DropReason.UNKNOWN_PEER);
            return null;
        }
        if (!config.publicKey().equals(key)) {
            throw new IllegalStateException("asked about " + key + ", told about " + config.publicKey());
        }
        return peers.add(config);
    }

    private boolean isTimely(Peer peer, byte[] timestamp, long nowNanos) {
        if (!peer.isNewer(timestamp)) {
            output.dropped(DropReason.REPLAYED_HANDSHAKE);
            return false;
        }
        if (peer.isFlooding(nowNanos)) {
            output.dropped(DropReason.RATE_LIMITED);
            return false;
        }
        peer.initiationReceived(timestamp, nowNanos);
        return true;
    }

    private @Nullable Answer answer(Peer peer, ResponderHandshake handshake, int remoteIndex, long nowNanos) {
        byte[] noise = handshake.write(NoisePrivateKey.generate(random), peer.presharedKey(), NOTHING);
        if (noise == null) {
            output.dropped(DropReason.BAD_HANDSHAKE);
            return null;
        }
        int index = table.reserve(peer);
        byte[] message = HandshakeResponse.of(index, remoteIndex, noise);
        peer.cookies().putMacs(message, nowNanos);
        peer.keypairs().addAsResponder(new Keypair(index, remoteIndex, handshake.split(), false, nowNanos));
        peer.sessionDerived(nowNanos);
        return new Answer(peer, ByteBuffer.wrap(message));
    }
}
