package org.peervpn.testnat.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Lets many clients shake hands with one node as fast as that can, a few dozen at a time. One thread. */
final class CrowdHandshakes implements AutoCloseable {
    private static final int AT_ONCE = 64;
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int MAX_DATAGRAM = 2048;

    private final Selector selector = Selector.open();
    private final Deque<SelectionKey> waiting = new ArrayDeque<>();
    private final Deque<SelectionKey> sent = new ArrayDeque<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(MAX_DATAGRAM);
    private int answered; // in this round

    CrowdHandshakes(List<CrowdPeer> peers, InetSocketAddress node) throws IOException {
        for (CrowdPeer peer : peers) {
            DatagramChannel channel = DatagramChannel.open();
            channel.bind(peer.source()).connect(node).configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, peer);
        }
    }

    /** How many were answered in one second. Those that have a keypair get one more. */
    double perSecond() throws IOException {
        sent.clear();
        waiting.clear();
        waiting.addAll(selector.keys());
        waiting.forEach(key -> peer(key).again());
        answered = 0;
        int all = waiting.size();
        long startNanos = System.nanoTime();
        while (answered < all && System.nanoTime() - startNanos < LIMIT_NANOS) {
            sendSome();
            selector.select(this::receive, 1);
            giveUpOld();
        }
        return answered / ((System.nanoTime() - startNanos) / 1e9);
    }

    /** Gives the clients their keypairs; how many have one. */
    int complete() throws IOException {
        int complete = 0;
        for (SelectionKey key : selector.keys()) {
            complete += peer(key).complete((DatagramChannel) key.channel()) ? 1 : 0;
        }
        return complete;
    }

    private void sendSome() throws IOException {
        while (sent.size() < AT_ONCE && !waiting.isEmpty()) {
            SelectionKey key = waiting.remove();
            peer(key).send((DatagramChannel) key.channel());
            sent.add(key);
        }
    }

    private void receive(SelectionKey key) {
        try {
            buffer.clear();
            ((DatagramChannel) key.channel()).read(buffer);
        } catch (IOException e) {
            return; // The node was not there yet; it is asked again.
        }
        byte[] datagram = new byte[buffer.flip().remaining()];
        buffer.get(datagram);
        boolean wasAnswered = peer(key).isAnswered();
        if (datagram.length > 0 && peer(key).receive(datagram) && sent.remove(key)) {
            waiting.addFirst(key);
        }
        if (!wasAnswered && peer(key).isAnswered()) {
            answered++;
            sent.remove(key);
            waiting.remove(key); // where it is if the answer took its time
        }
    }

    private void giveUpOld() {
        long now = System.nanoTime();
        while (!sent.isEmpty() && now - peer(sent.element()).sentNanos() > PATIENCE_NANOS) {
            waiting.add(sent.remove());
        }
    }

    private static CrowdPeer peer(SelectionKey key) {
        return (CrowdPeer) key.attachment();
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
