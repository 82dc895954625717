package org.peervpn.node.runtime;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.diagnostics.InternetChecks.Trial;
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

/** Two tunnels of this process that speak over real sockets on the loop-back interface, in one thread. */
final class LoopbackTrial {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long WARM_UP_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long LOAD_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int PACKET_BYTES = 1200;
    private static final int BURST = 32;

    private final long originNanos = System.nanoTime();

    private LoopbackTrial() {}

    static Trial run() throws IOException {
        return new LoopbackTrial().measure();
    }

    private Trial measure() throws IOException {
        NoisePrivateKey leftKey = NoisePrivateKey.generate(new SecureRandom());
        NoisePrivateKey rightKey = NoisePrivateKey.generate(new SecureRandom());
        try (End left = new End(leftKey, rightKey.publicKey());
                End right = new End(rightKey, leftKey.publicKey())) {
            left.connect(right);
            right.connect(left);
            long begin = now();
            left.send();
            while (right.receivedBytes == 0 && now() - begin < PATIENCE_NANOS) {
                turn(left, right);
            }
            long connected = now();
            if (right.receivedBytes == 0) {
                return new Trial(false, 0, 0);
            }
            load(left, right, WARM_UP_NANOS);
            return new Trial(true, (connected - begin) / 1e6, load(left, right, LOAD_NANOS));
        }
    }

    /** Megabytes per second from the left one to the right one. */
    private double load(End left, End right, long nanos) throws IOException {
        long begin = now();
        right.receivedBytes = 0;
        while (now() - begin < nanos) {
            for (int i = 0; i < BURST; i++) {
                left.send();
            }
            turn(left, right);
        }
        return right.receivedBytes / 1e6 / ((now() - begin) / 1e9);
    }

    private void turn(End left, End right) throws IOException {
        left.receive();
        right.receive();
        left.tunnel.onTimeout(now());
        right.tunnel.onTimeout(now());
    }

    private long now() {
        return System.nanoTime() - originNanos;
    }

    /** One of the two. */
    private final class End implements TunnelOutput, AutoCloseable {
        private final DatagramChannel channel = DatagramChannel.open();
        private final ByteBuffer buffer = ByteBuffer.allocate(2048);
        private final ByteBuffer packet = ByteBuffer.allocate(PACKET_BYTES);
        private final Tunnel tunnel;
        private final Peer peer;
        long receivedBytes;

        End(NoisePrivateKey key, NoisePublicKey other) throws IOException {
            channel.configureBlocking(false);
            channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            tunnel = new Tunnel(new TunnelConfig(key, InstantSource.system(), new SecureRandom(), () -> {}), this);
            peer = tunnel.addPeer(new PeerConfig(other, PresharedKey.NONE, 0));
            packet.put(0, (byte) 0x45);
        }

        void connect(End other) throws IOException {
            peer.lane().path(new Path(0, (InetSocketAddress) other.channel.getLocalAddress()));
        }

        void send() {
            tunnel.sendPacket(peer, packet.duplicate(), now());
        }

        void receive() throws IOException {
            for (var source = channel.receive(buffer.clear());
                    source != null;
                    source = channel.receive(buffer.clear())) {
                tunnel.receiveDatagram(new Path(0, (InetSocketAddress) source), buffer.flip(), now());
            }
        }

        @Override
        public void toPeer(Peer to, ByteBuffer datagram) {
            Path path = to.lane().path();
            if (path != null) {
                replyTo(path, datagram);
            }
        }

        @Override
        public void replyTo(Path to, ByteBuffer datagram) {
            try {
                channel.send(datagram, to.remote());
            } catch (IOException e) {
                dropped(DropReason.UNKNOWN_PEER); // it is missed at the other end
            }
        }

        @Override
        public void received(Peer from, ByteBuffer payload) {
            receivedBytes += payload.remaining();
        }

        @Override
        public @Nullable PeerConfig unknownPeer(NoisePublicKey key, Path source) {
            return null;
        }

        @Override
        public void authenticatedFrom(Peer from, Path source) {
            from.lane().path(source);
        }

        @Override
        public void connected(Peer to, boolean initiator) {}

        @Override
        public void gaveUp(Peer to) {}

        @Override
        public void disconnected(Peer from) {}

        @Override
        public void dropped(DropReason reason) {}

        @Override
        public void close() throws IOException {
            tunnel.removePeer(peer);
            channel.close();
        }
    }
}
