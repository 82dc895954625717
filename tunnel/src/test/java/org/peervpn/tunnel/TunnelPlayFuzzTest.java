package org.peervpn.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Two nodes, and between them somebody who sees all datagrams, and delays, loses, repeats, changes and makes up some. */
class TunnelPlayFuzzTest {
    private static final int MAX_STEPS = 60;
    private static final int MAX_FLIGHTS = 600;
    private static final int FLOOD = 130;
    private static final Path ATTACKER = Node.path("192.0.2.66", 666);

    private final Pair pair = new Pair();
    private final List<Flight> flights = new ArrayList<>();
    private int packets;

    private static final class Flight {
        final boolean toRight;
        final byte[] bytes;
        boolean arrived;
        boolean accepted;

        Flight(boolean toRight, byte[] bytes) {
            this.toRight = toRight;
            this.bytes = bytes;
        }
    }

    /** What a datagram that is not authentic, or was heard before, leaves as it was. */
    private record State(
            @Nullable Keypair current, int indices, long deadline, int received, int events, int paths, int peers) {
        static State of(Node node, Peer peer) {
            return new State(
                    peer.lane().current(),
                    node.tunnel.indicesInUse(),
                    node.tunnel.nextDeadlineNanos(),
                    node.received.size(),
                    node.events.size(),
                    node.paths.size(),
                    node.tunnel.peers().size());
        }
    }

    /** The input is a play: a byte says what happens, and one or two more to what and how. */
    @FuzzTest
    void play(byte[] script) {
        new TunnelPlayFuzzTest().run(ByteBuffer.wrap(script));
    }

    private void run(ByteBuffer script) {
        for (int step = 0; step < MAX_STEPS && script.hasRemaining(); step++) {
            step(next(script), script);
            collect();
            checkReceived(pair.left, "r");
            checkReceived(pair.right, "l");
        }
        recovers();
    }

    private void step(int what, ByteBuffer script) {
        switch (what % 14) {
            case 0 -> pair.sendFromLeft("l" + packets++);
            case 1 -> pair.sendFromRight("r" + packets++);
            case 2 -> pair.left.tunnel.initiate(pair.toRight, pair.nowNanos);
            case 3 -> pair.right.tunnel.initiate(pair.toLeft, pair.nowNanos);
            case 4 -> deliverAll();
            case 5 -> deliver(flight(script));
            case 6 -> repeat(flight(script));
            case 7 -> reflect(flight(script));
            case 8 -> change(flight(script), next(script), next(script));
            case 9 -> changeBelowMac1(flight(script), next(script), next(script));
            case 10 -> resize(flight(script), next(script));
            case 11 -> makeUp(script);
            case 12 -> advance(next(script) * Pair.seconds(0.25));
            default -> flood(flight(script), next(script));
        }
    }

    private void deliverAll() {
        for (int i = 0; i < flights.size(); i++) {
            if (!flights.get(i).arrived) {
                deliver(flights.get(i));
                collect();
            }
        }
    }

    private void deliver(@Nullable Flight flight) {
        if (flight != null && !flight.accepted) {
            int drops = drops(receiver(flight));
            receiver(flight).receive(sender(flight).path, flight.bytes, pair.nowNanos);
            flight.arrived = true;
            flight.accepted = drops(receiver(flight)) == drops;
        }
    }

    /** What was accepted is not accepted again. */
    private void repeat(@Nullable Flight flight) {
        if (flight != null && flight.accepted) {
            refuses(flight.toRight, flight.bytes);
        }
    }

    private void reflect(@Nullable Flight flight) {
        if (flight != null) {
            refuses(!flight.toRight, flight.bytes);
        }
    }

    /** All but mac2, which nobody looks at as long as there is no load. */
    private void change(@Nullable Flight flight, int where, int how) {
        if (flight == null || how == 0) {
            return;
        }
        int length = flight.bytes.length - (isHandshake(flight) ? 16 : 0);
        byte[] changed = flight.bytes.clone();
        changed[where * length / 256] ^= (byte) how;
        refuses(flight.toRight, changed);
    }

    /** Whoever knows the receiver's public key can put a mac1 on what he has changed; nothing else protects indices. */
    private void changeBelowMac1(@Nullable Flight flight, int where, int how) {
        if (flight == null || how == 0 || !isHandshake(flight)) {
            return;
        }
        byte[] changed = flight.bytes.clone();
        int from = changed[0] == HandshakeInitiation.TYPE ? 8 : 12;
        changed[from + where * (changed.length - Macs.LENGTH - from) / 256] ^= (byte) how;
        Macs.putMac1(changed, Macs.mac1Key(receiver(flight).publicKey()));
        refuses(flight.toRight, changed);
    }

    private void resize(@Nullable Flight flight, int length) {
        if (flight != null && length != flight.bytes.length) {
            refuses(flight.toRight, Arrays.copyOf(flight.bytes, length));
        }
    }

    private void makeUp(ByteBuffer script) {
        int length = Math.min(next(script), script.remaining());
        byte[] datagram = new byte[length];
        script.get(datagram);
        refuses(length % 2 == 0, datagram);
    }

    /** As many handshake messages as put the node under load, so that it asks for cookies. */
    private void flood(@Nullable Flight flight, int how) {
        if (flight != null && isHandshake(flight) && how != 0) {
            for (int i = 0; i < FLOOD; i++) {
                changeBelowMac1(flight, 255, how);
            }
        }
    }

    private void refuses(boolean toRight, byte[] datagram) {
        Node node = toRight ? pair.right : pair.left;
        Peer peer = toRight ? pair.toLeft : pair.toRight;
        State before = State.of(node, peer);
        int drops = drops(node);
        int demanded = node.drops(DropReason.COOKIE_DEMANDED);
        int sent = node.sent.size();
        node.receive(ATTACKER, datagram, pair.nowNanos);
        assertThat(drops(node)).isEqualTo(drops + 1);
        assertThat(State.of(node, peer)).isEqualTo(before);
        // The one answer that a stranger can get is shorter than his question.
        assertThat(node.sent.size() - sent).isEqualTo(node.drops(DropReason.COOKIE_DEMANDED) - demanded);
        if (node.sent.size() > sent) {
            assertThat(node.lastSent()).hasSize(CookieReply.LENGTH).hasSizeLessThan(datagram.length);
            node.outbox.clear(); // it goes to the attacker
        }
    }

    private void advance(long nanos) {
        long until = pair.nowNanos + nanos;
        for (long next = nextDeadline(); next <= until; next = nextDeadline()) {
            assertThat(next).isGreaterThan(Long.MIN_VALUE);
            pair.nowNanos = Math.max(pair.nowNanos + 1, next);
            pair.left.tunnel.onTimeout(pair.nowNanos);
            pair.right.tunnel.onTimeout(pair.nowNanos);
            collect();
        }
        pair.nowNanos = Math.max(pair.nowNanos, until);
    }

    private long nextDeadline() {
        return Math.min(pair.left.tunnel.nextDeadlineNanos(), pair.right.tunnel.nextDeadlineNanos());
    }

    /** Once the attacker is gone, the two find to one another again. */
    private void recovers() {
        pair.left.outbox.clear();
        pair.right.outbox.clear();
        for (int second = 0; second < 45; second++) {
            pair.sendFromLeft("left" + second);
            pair.sendFromRight("right" + second);
            pair.advance(1);
        }
        assertThat(pair.right.received).contains("left44");
        assertThat(pair.left.received).contains("right44");
    }

    /** Only what was sent, and nothing twice. */
    private void checkReceived(Node node, String prefix) {
        assertThat(node.received).doesNotHaveDuplicates();
        assertThat(node.received).allMatch(text -> text.startsWith(prefix) && number(text) < packets);
        assertThat(node.tunnel.indicesInUse()).isBetween(0, ReceiverTable.MAX_PER_PEER);
    }

    private static int number(String text) {
        return Integer.parseInt(text.substring(1));
    }

    private void collect() {
        collect(pair.left, true);
        collect(pair.right, false);
        assertThat(flights).hasSizeLessThan(MAX_FLIGHTS);
    }

    private void collect(Node from, boolean toRight) {
        for (byte[] datagram = from.outbox.poll(); datagram != null; datagram = from.outbox.poll()) {
            flights.add(new Flight(toRight, datagram));
        }
    }

    private @Nullable Flight flight(ByteBuffer script) {
        int back = next(script); // 0 is the latest
        return back < flights.size() ? flights.get(flights.size() - 1 - back) : null;
    }

    private Node sender(Flight flight) {
        return flight.toRight ? pair.left : pair.right;
    }

    private Node receiver(Flight flight) {
        return flight.toRight ? pair.right : pair.left;
    }

    private static boolean isHandshake(Flight flight) {
        return flight.bytes[0] == HandshakeInitiation.TYPE || flight.bytes[0] == HandshakeResponse.TYPE;
    }

    private static int drops(Node node) {
        return node.drops.values().stream().mapToInt(Integer::intValue).sum();
    }

    private static int next(ByteBuffer script) {
        return script.hasRemaining() ? script.get() & 0xff : 0;
    }
}
