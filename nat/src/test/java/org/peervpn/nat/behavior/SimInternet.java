package org.peervpn.nat.behavior;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A node behind a NAT, and servers, in virtual time. What is lost is lost on either side of the NAT. */
final class SimInternet implements NatTest.Output {
    static final int MAIN_PORT = 51_820;
    private static final String INSIDE = "192.168.1.2";
    private static final String OUTSIDE = "203.0.113.9";

    private record Event(long nanos, long order, Runnable task) {}

    final List<Stage> stages = new ArrayList<>();
    final InetAddress inside;
    private final SimNat nat;
    private final double loss;
    private final Random random;
    private final List<SimServer> servers = new ArrayList<>();
    private final List<InetSocketAddress> addresses = new ArrayList<>();
    private final Map<Integer, Integer> ports = new HashMap<>();
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::nanos).thenComparingLong(Event::order));
    private long order;
    long nowNanos = 1_000_000;
    int datagrams;
    boolean udpPasses = true;
    boolean tcpPasses = true;

    @Nullable
    NatTest test;

    SimInternet(SimNat.Kind kind, double loss, long seed) {
        this.random = new Random(seed);
        this.loss = loss;
        InetAddress outside = ip(OUTSIDE);
        this.inside = kind.translates() ? ip(INSIDE) : outside;
        this.nat = new SimNat(kind, outside, random);
        ports.put(NatTest.MAIN, MAIN_PORT);
    }

    static InetAddress ip(String text) {
        return new InetSocketAddress(text, 1).getAddress();
    }

    static SecureRandom seeded(long seed) {
        try {
            SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
            random.setSeed(seed); // before the first use: seeds, does not supplement
            return random;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    SimInternet with(SimServer.Kind kind) {
        int number = servers.size() + 1;
        InetSocketAddress first = new InetSocketAddress("198.51.100." + 2 * number, 3478);
        InetSocketAddress other = new InetSocketAddress("198.51.100." + (2 * number + 1), 3479);
        servers.add(new SimServer(kind, first, other, random));
        addresses.add(first);
        return this;
    }

    InetSocketAddress endpoint() {
        return nat.outbound(
                new InetSocketAddress(inside, MAIN_PORT), new InetSocketAddress("198.51.100.2", 3478), nowNanos);
    }

    void mappingsLive(int seconds) {
        nat.lifetimeNanos = seconds * 1_000_000_000L;
    }

    List<InetSocketAddress> addresses() {
        return addresses;
    }

    NatFindings run(long seed) {
        NatTest test = new NatTest(
                seeded(seed),
                new NatTest.LocalSide(Set.of(inside), inside),
                addresses,
                this,
                NatTest.BUDGET_NANOS,
                nowNanos);
        this.test = test;
        long startNanos = nowNanos;
        while (!test.done()) {
            step(test.nextDeadlineNanos());
            test.onTimeout(nowNanos);
            if (nowNanos - startNanos > 2 * NatTest.BUDGET_NANOS) {
                throw new AssertionError("does not end");
            }
        }
        return test.findings();
    }

    /** Delivers what is due until then, the first of it. */
    void step(long deadlineNanos) {
        Event next = events.peek();
        if (next != null && next.nanos <= deadlineNanos) {
            events.remove();
            nowNanos = Math.max(nowNanos, next.nanos);
            next.task.run();
        } else {
            nowNanos = Math.max(nowNanos, deadlineNanos);
        }
    }

    @Override
    public void send(int channel, InetSocketAddress destination, ByteBuffer datagram) {
        datagrams++;
        InetSocketAddress source = new InetSocketAddress(inside, localPort(channel));
        if (!udpPasses || lost()) {
            return;
        }
        InetSocketAddress seen = nat.outbound(source, destination, nowNanos);
        if (destination.getAddress().equals(nat.address())) {
            if (nat.hairpins()) {
                deliver(seen, destination, datagram, 2_000_000);
            }
        } else if (!lost()) {
            long delayNanos = 5_000_000L + random.nextInt(20_000_000);
            later(delayNanos, () -> serve(seen, destination, datagram, delayNanos));
        }
    }

    private boolean lost() {
        // Twice on each way.
        return random.nextDouble() < 1 - Math.sqrt(1 - loss);
    }

    private void serve(InetSocketAddress source, InetSocketAddress at, ByteBuffer request, long delayNanos) {
        for (SimServer server : servers) {
            SimServer.Reply reply = server.has(at) ? server.answer(source, at, request) : null;
            if (reply != null && !lost() && !lost()) {
                deliver(reply.from(), reply.to(), reply.datagram(), delayNanos);
            }
        }
    }

    private void deliver(InetSocketAddress source, InetSocketAddress outside, ByteBuffer datagram, long delayNanos) {
        later(delayNanos, () -> {
            InetSocketAddress to = nat.inbound(source, outside, nowNanos);
            if (to != null) {
                arrive(to.getPort(), source, datagram);
            }
        });
    }

    private void arrive(int port, InetSocketAddress source, ByteBuffer datagram) {
        for (Map.Entry<Integer, Integer> channel : List.copyOf(ports.entrySet())) {
            if (channel.getValue() == port && receiver != null) {
                receiver.receive(channel.getKey(), source, datagram);
            } else if (channel.getValue() == port && test != null) {
                test.receiveDatagram(channel.getKey(), source, datagram, nowNanos);
            }
        }
    }

    interface Receiver {
        void receive(int channel, InetSocketAddress source, ByteBuffer datagram);
    }

    /** Instead of {@link #test}. */
    @Nullable
    Receiver receiver;

    private void later(long delayNanos, Runnable task) {
        events.add(new Event(nowNanos + delayNanos, order++, task));
    }

    @Override
    public int localPort(int channel) {
        return ports.computeIfAbsent(channel, unused -> 32_768 + random.nextInt(28_000));
    }

    @Override
    public void silent() {
        if (test != null) {
            test.silenceIs(tcpPasses);
        }
    }

    @Override
    public void finished(Stage stage) {
        stages.add(stage);
    }
}
