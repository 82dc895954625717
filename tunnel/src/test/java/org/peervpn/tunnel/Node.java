package org.peervpn.tunnel;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A tunnel with everything that it says, and a clock that the test sets. */
final class Node implements TunnelOutput {
    final NoisePrivateKey privateKey;
    final Path path;
    final Tunnel tunnel;
    final Queue<byte[]> outbox = new ArrayDeque<>();
    final List<byte[]> sent = new ArrayList<>();
    final List<byte[]> replies = new ArrayList<>();
    final List<String> received = new ArrayList<>();
    final List<String> events = new ArrayList<>();
    final List<Path> paths = new ArrayList<>();
    final Map<DropReason, Integer> drops = new EnumMap<>(DropReason.class);
    Function<NoisePublicKey, @Nullable PeerConfig> admission = key -> null;
    Instant wallClock = Instant.parse("2026-01-01T00:00:00Z");
    int wakeups;

    /** null while the loop receives all. */
    private @Nullable TransportReceiver receiver;

    Node(String name, int port) {
        TestRandom random = new TestRandom(name.hashCode());
        privateKey = NoisePrivateKey.generate(random);
        path = path("192.0.2.1", port);
        tunnel = new Tunnel(new TunnelConfig(privateKey, () -> wallClock, random, () -> wakeups++), this);
    }

    static Path path(String address, int port) {
        return new Path(0, new InetSocketAddress(address, port));
    }

    NoisePublicKey publicKey() {
        return privateKey.publicKey();
    }

    int drops(DropReason reason) {
        return drops.getOrDefault(reason, 0);
    }

    /** The datagram that was sent last. */
    byte[] lastSent() {
        return sent.get(sent.size() - 1);
    }

    List<Integer> sentTypes() {
        return sent.stream().map(datagram -> (int) datagram[0]).toList();
    }

    void receive(Path source, byte[] datagram, long nowNanos) {
        ByteBuffer buffer = ByteBuffer.wrap(datagram.clone());
        if (receiver == null || !receiver.receive(source, buffer, nowNanos)) {
            tunnel.receiveDatagram(source, buffer, nowNanos);
        }
    }

    /** From now on, transport data is received beside the loop, or no longer so. */
    void receiveBesideLoop(boolean wanted) {
        receiver = wanted ? tunnel.newReceiver(new BesideLoop()) : null;
    }

    private final class BesideLoop implements TransportReceiver.Output {
        @Override
        public void received(Lane lane, ByteBuffer payload) {
            Node.this.received(lane.peer(), payload);
        }

        @Override
        public void dropped(DropReason reason) {
            Node.this.dropped(reason);
        }
    }

    @Override
    public void toPeer(Peer peer, ByteBuffer datagram) {
        byte[] bytes = bytes(datagram);
        sent.add(bytes);
        outbox.add(bytes);
    }

    @Override
    public void replyTo(Path source, ByteBuffer datagram) {
        byte[] bytes = bytes(datagram);
        replies.add(bytes);
        sent.add(bytes);
        outbox.add(bytes);
    }

    @Override
    public void received(Peer peer, ByteBuffer payload) {
        received.add(new String(bytes(payload), US_ASCII).trim());
    }

    @Override
    public @Nullable PeerConfig unknownPeer(NoisePublicKey key, Path source) {
        events.add("unknownPeer");
        return admission.apply(key);
    }

    @Override
    public void authenticatedFrom(Peer peer, Path source) {
        paths.add(source);
        peer.lane().path(source);
    }

    @Override
    public void connected(Peer peer, boolean initiator) {
        events.add(initiator ? "connected as initiator" : "connected as responder");
    }

    @Override
    public void gaveUp(Peer peer) {
        events.add("gaveUp");
    }

    @Override
    public void disconnected(Peer peer) {
        events.add("disconnected");
    }

    @Override
    public void dropped(DropReason reason) {
        drops.merge(reason, 1, Integer::sum);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
