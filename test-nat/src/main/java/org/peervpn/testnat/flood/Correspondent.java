package org.peervpn.testnat.flood;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
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

/**
 * A WireGuard peer of the node with a key of its own, whose clock runs as fast as it likes: it need not wait before it tries
 * again.
 */
public final class Correspondent {
    private static final long PATIENCE_OF_PROTOCOL_NANOS = 6_000_000_000L; // more than REKEY_TIMEOUT and its jitter
    private static final int REPLY_MILLIS = 300;

    private final Instant start = Instant.now();
    private final Tunnel tunnel;
    private final Peer node;
    private final List<byte[]> outbox = new ArrayList<>();
    private Consumer<byte[]> sealed = outbox::add;
    private long nowNanos;
    private boolean connected;

    Correspondent(NoisePublicKey nodeKey, SecureRandom random) {
        this(NoisePrivateKey.generate(random), nodeKey, random);
    }

    public Correspondent(NoisePrivateKey privateKey, NoisePublicKey nodeKey, SecureRandom random) {
        tunnel = new Tunnel(
                new TunnelConfig(privateKey, () -> start.plusNanos(nowNanos), random, () -> {}), new Output());
        node = tunnel.addPeer(new PeerConfig(nodeKey, PresharedKey.NONE, 0));
    }

    public boolean isConnected() {
        return connected;
    }

    /** With a later timestamp than the one before. */
    public byte[] initiation() {
        nowNanos += PATIENCE_OF_PROTOCOL_NANOS;
        outbox.clear();
        tunnel.initiate(node, nowNanos);
        return outbox.remove(0);
    }

    /** Tries until it has a keypair, which the node has then heard of; false if it has not succeeded. */
    boolean connect(DatagramSocket socket, InetSocketAddress target, int attempts) throws IOException {
        socket.setSoTimeout(REPLY_MILLIS);
        for (int i = 0; i < attempts && !connected; i++) {
            send(socket, target, initiation());
            receive(socket, target);
        }
        return connected;
    }

    /** Seals messages with the keypair of {@link #connect}. */
    public void seal(byte[] payload, Consumer<byte[]> datagrams) {
        sealed = datagrams;
        tunnel.sendPacket(node, ByteBuffer.wrap(payload), nowNanos);
    }

    /** What it sends because of this datagram. */
    public List<byte[]> answersTo(ByteBuffer datagram, InetSocketAddress source) {
        outbox.clear();
        tunnel.receiveDatagram(new Path(0, source), datagram, nowNanos);
        return List.copyOf(outbox);
    }

    private void receive(DatagramSocket socket, InetSocketAddress target) throws IOException {
        DatagramPacket answer = new DatagramPacket(new byte[2048], 2048);
        try {
            socket.receive(answer);
        } catch (SocketTimeoutException e) {
            return;
        }
        for (byte[] message : answersTo(ByteBuffer.wrap(answer.getData(), 0, answer.getLength()), target)) {
            send(socket, target, message);
        }
    }

    private static void send(DatagramSocket socket, InetSocketAddress target, byte[] message) throws IOException {
        socket.send(new DatagramPacket(message, message.length, target));
    }

    private final class Output implements TunnelOutput {
        @Override
        public void toPeer(Peer peer, ByteBuffer datagram) {
            byte[] bytes = new byte[datagram.remaining()];
            datagram.get(bytes);
            sealed.accept(bytes);
        }

        @Override
        public void replyTo(Path source, ByteBuffer datagram) {}

        @Override
        public void received(Peer peer, ByteBuffer payload) {}

        @Override
        public @Nullable PeerConfig unknownPeer(NoisePublicKey key, Path source) {
            return null;
        }

        @Override
        public void authenticatedFrom(Peer peer, Path source) {
            peer.lane().path(source);
        }

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
