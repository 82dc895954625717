package org.peervpn.node.runtime;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.peervpn.tunnel.DropReason;
import org.peervpn.tunnel.NoisePrivateKey;
import org.peervpn.tunnel.NoisePublicKey;
import org.peervpn.tunnel.Path;
import org.peervpn.tunnel.Peer;
import org.peervpn.tunnel.PeerConfig;
import org.peervpn.tunnel.PresharedKey;
import org.peervpn.tunnel.Tunnel;
import org.peervpn.tunnel.TunnelConfig;
import org.peervpn.tunnel.TunnelOutput;
import org.peervpn.tunnel.crypto.X25519;

/**
 * Strangers shake hands with a node, one after the other, without a network: what a node does whom all its peers call. As in
 * {@link Rehearsal}, Java learns from it.
 */
public final class Greetings {
    private static final Path PATH = new Path(0, new InetSocketAddress("192.0.2.1", 51820));

    /** So far apart that there is no load, which would put them off. */
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SecureRandom random = new SecureRandom();
    private long nowNanos;

    private Greetings() {}

    /** So many, those after the first ones with the fast curve, as in an {@link Engine}; how many were completed. */
    public static int exchange(int wanted) {
        return new Greetings().exchangeAll(wanted);
    }

    private int exchangeAll(int wanted) {
        End host = new End(NoisePrivateKey.generate(random));
        int completed = 0;
        for (int i = 0; i < wanted; i++) {
            if (i == wanted / 4) {
                X25519.loadConscrypt();
            }
            nowNanos += INTERVAL_NANOS;
            End guest = new End(NoisePrivateKey.generate(random));
            Peer known = guest.tunnel.addPeer(config(host.key.publicKey()));
            guest.tunnel.initiate(known, nowNanos);
            guest.deliverTo(host);
            host.deliverTo(guest);
            guest.deliverTo(host);
            completed += guest.connected && host.connected ? 1 : 0;
            host.forget(guest);
        }
        return completed;
    }

    private static PeerConfig config(NoisePublicKey key) {
        return new PeerConfig(key, PresharedKey.NONE, 0);
    }

    private final class End implements TunnelOutput {
        private final NoisePrivateKey key;
        private final Tunnel tunnel;
        private final Queue<ByteBuffer> sent = new ArrayDeque<>();
        private boolean connected;

        End(NoisePrivateKey key) {
            this.key = key;
            tunnel =
                    new Tunnel(new TunnelConfig(key, () -> Instant.ofEpochSecond(0, nowNanos), random, () -> {}), this);
        }

        void deliverTo(End other) {
            for (ByteBuffer datagram = sent.poll(); datagram != null; datagram = sent.poll()) {
                other.tunnel.receiveDatagram(PATH, datagram, nowNanos);
            }
        }

        void forget(End other) {
            Peer peer = tunnel.peer(other.key.publicKey());
            if (peer != null) {
                tunnel.removePeer(peer);
            }
            connected = false;
        }

        private void send(ByteBuffer datagram) {
            sent.add(ByteBuffer.allocate(datagram.remaining()).put(datagram).flip());
        }

        @Override
        public void toPeer(Peer peer, ByteBuffer datagram) {
            send(datagram);
        }

        @Override
        public void replyTo(Path source, ByteBuffer datagram) {
            send(datagram);
        }

        @Override
        public void received(Peer peer, ByteBuffer payload) {}

        @Override
        public PeerConfig unknownPeer(NoisePublicKey stranger, Path source) {
            return config(stranger);
        }

        @Override
        public void authenticatedFrom(Peer peer, Path source) {}

        @Override
        public void connected(Peer peer, boolean initiator) {
            connected = true;
        }

        @Override
        public void gaveUp(Peer peer) {}

        @Override
        public void disconnected(Peer peer) {}

        @Override
        public void dropped(DropReason reason) {}
    }
}
