package org.peervpn.tunnel;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What the tunnel asks of the node. Called on the loop inside a call of the core; must not call back in. */
public interface TunnelOutput {

    /** Send to the peer by the path, or paths, that the node has chosen. */
    void toPeer(Peer peer, ByteBuffer datagram);

    /** Answer on the path by which the question came: handshake response, cookie reply. */
    void replyTo(Path source, ByteBuffer datagram);

    /** An authentic, fresh payload that is not empty; its padding is still there. Whose address it bears is unchecked. */
    void received(Peer peer, ByteBuffer payload);

    /**
     * An authentic initiation (decrypted static key and timestamp) came from a key that is no peer.
     *
     * @return how to add it, and the handshake is completed; null for silence
     */
    @Nullable
    PeerConfig unknownPeer(NoisePublicKey key, Path source);

    /** A peer's authentic message (any type) came from a path other than {@link Lane#path()}. */
    void authenticatedFrom(Peer peer, Path source);

    /** A handshake has been completed: packets can be sent to the peer now. */
    void connected(Peer peer, boolean initiator);

    /** REKEY_ATTEMPT_TIME has passed without an answer; staged packets are gone. */
    void gaveUp(Peer peer);

    /** The last keypair of the peer has expired; nothing can be sent or opened until the next handshake. */
    void disconnected(Peer peer);

    void dropped(DropReason reason);
}
