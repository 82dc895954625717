package org.peervpn.nat.path;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.function.IntSupplier;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.Candidate;
import org.peervpn.nat.CandidateType;
import org.peervpn.nat.NatSummary;
import org.peervpn.nat.PortAllocation;

/** Path agents behind simulated NATs, in one thread and virtual time. One way takes {@link #DELAY_NANOS}. */
final class CheckNet {
    static final long DELAY_NANOS = 20_000_000L;

    /** In a part of the minute in which one calls steadily. */
    long startMillis = 1_700_000_010_000L / Slots.PERIOD_MILLIS * Slots.PERIOD_MILLIS + 10_000;

    private record Datagram(long atNanos, long order, InetSocketAddress from, InetSocketAddress to, ByteBuffer bytes) {}

    private final PriorityQueue<Datagram> wire =
            new PriorityQueue<>(Comparator.comparingLong(Datagram::atNanos).thenComparingLong(Datagram::order));
    private final List<Node> nodes = new ArrayList<>();
    private final Random random;
    long nowNanos = 1;
    private long order;
    double loss;

    private SecureRandom seeded() {
        try {
            SecureRandom seeded = SecureRandom.getInstance("SHA1PRNG");
            seeded.setSeed(random.nextLong());
            return seeded;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    CheckNet(long seed) {
        random = new Random(seed);
    }

    /** How a node is connected. */
    record Kind(Behavior mapping, Behavior filtering, PortAllocation ports) {
        static final Kind PORT_RESTRICTED =
                new Kind(Behavior.ENDPOINT_INDEPENDENT, Behavior.ADDRESS_AND_PORT_DEPENDENT, PortAllocation.PRESERVED);
        static final Kind FULL_CONE =
                new Kind(Behavior.ENDPOINT_INDEPENDENT, Behavior.ENDPOINT_INDEPENDENT, PortAllocation.PRESERVED);
        static final Kind SYMMETRIC = new Kind(
                Behavior.ADDRESS_AND_PORT_DEPENDENT, Behavior.ADDRESS_AND_PORT_DEPENDENT, PortAllocation.RANDOM);
        static final Kind SYMMETRIC_SEQUENTIAL = new Kind(
                Behavior.ADDRESS_AND_PORT_DEPENDENT, Behavior.ADDRESS_AND_PORT_DEPENDENT, PortAllocation.SEQUENTIAL);
    }

    final class Node implements PathAgent.Output {
        final Kind kind;
        final String address;
        final PathAgents agents = new PathAgents(seeded(), () -> startMillis + nowNanos / 1_000_000);
        final PathAgent agent;
        final List<Pair> used = new ArrayList<>();
        int sent;
        int opened;
        int closed;
        boolean started;

        final Set<Integer> closedChannels = new HashSet<>();

        /** Channels by which nothing arrives any more. */
        final Set<Integer> cut = new HashSet<>();

        private final Map<List<Object>, Integer> mappings = new HashMap<>();
        private final Map<Integer, Integer> channelOfPort = new HashMap<>();
        private final Map<Integer, Set<InetSocketAddress>> contacted = new HashMap<>();
        private final IntSupplier nextPort;
        private int sequence = 30_000;

        Node(Kind kind, String address, CheckKeys keys) {
            this.kind = kind;
            this.address = address;
            this.agent = agents.add(keys, true, this);
            this.nextPort = () -> kind.ports == PortAllocation.SEQUENTIAL ? ++sequence : 1024 + random.nextInt(64_512);
            agents.ours(summary(), true);
        }

        NatSummary summary() {
            int step = kind.ports == PortAllocation.SEQUENTIAL ? 1 : 0;
            return new NatSummary(true, kind.mapping, kind.filtering, kind.ports, step, false, false);
        }

        /** What STUN would see. */
        InetSocketAddress endpoint() {
            return endpoint(0);
        }

        /** The same for one of its channels. */
        InetSocketAddress endpoint(int channel) {
            return new InetSocketAddress(address, mapped(channel, new InetSocketAddress("9.9.9.9", 3478)));
        }

        /** Other programs behind the NAT. */
        void skipPorts(int count) {
            sequence += count;
        }

        void knows(Node peer) {
            agent.remote(List.of(new Candidate(CandidateType.SERVER_REFLEXIVE, peer.endpoint())), peer.summary(), true);
        }

        void start() {
            started = true;
            agent.wanted(true, nowNanos);
            agent.begin(nowNanos);
        }

        private int mapped(int channel, InetSocketAddress to) {
            boolean isHard = kind.mapping != Behavior.ENDPOINT_INDEPENDENT;
            int port = mappings.computeIfAbsent(
                    isHard ? List.of(channel, to) : List.of(channel),
                    k -> isHard ? nextPort.getAsInt() : 51_820 + channel);
            channelOfPort.put(port, channel);
            contacted.computeIfAbsent(port, p -> new HashSet<>()).add(to);
            return port;
        }

        @Override
        public void send(Pair pair, ByteBuffer check) {
            sent++;
            int port = mapped(pair.channel(), pair.remote());
            ByteBuffer copy = ByteBuffer.allocate(check.remaining())
                    .put(check.duplicate())
                    .flip();
            if (random.nextDouble() >= loss) {
                wire.add(new Datagram(
                        nowNanos + DELAY_NANOS, order++, new InetSocketAddress(address, port), pair.remote(), copy));
            }
        }

        private void receive(Datagram datagram) {
            int port = datagram.to.getPort();
            Integer channel = channelOfPort.get(port);
            boolean passes = kind.filtering == Behavior.ENDPOINT_INDEPENDENT
                    || contacted.getOrDefault(port, Set.of()).contains(datagram.from);
            if (started && channel != null && !cut.contains(channel) && passes) {
                agents.receive(new Pair(channel, datagram.from), datagram.bytes, nowNanos);
            }
        }

        @Override
        public Pair pairTo(InetSocketAddress remote) {
            return new Pair(0, remote);
        }

        @Override
        public void use(Pair pair, CandidateType type, long rttNanos) {
            used.add(pair);
        }

        @Override
        public int openChannel(InetSocketAddress remote) {
            return ++opened;
        }

        @Override
        public void closeChannel(int channel) {
            closed++;
            closedChannels.add(channel);
        }
    }

    /** Two nodes that share a secret. */
    List<Node> pair(Kind left, Kind right) {
        byte[] secret = new byte[CheckKeys.SECRET_LENGTH];
        random.nextBytes(secret);
        nodes.add(new Node(left, "11.22.33.1", new CheckKeys(secret, true)));
        nodes.add(new Node(right, "11.22.33.2", new CheckKeys(secret, false)));
        return nodes;
    }

    void run(long nanos) {
        long end = nowNanos + nanos;
        for (; ; ) {
            long next = wire.isEmpty() ? Long.MAX_VALUE : wire.peek().atNanos;
            for (Node node : nodes) {
                next = Math.min(next, node.agents.nextDeadlineNanos());
            }
            if (next > end) {
                nowNanos = end;
                return;
            }
            nowNanos = Math.max(nowNanos, next);
            while (!wire.isEmpty() && wire.peek().atNanos <= nowNanos) {
                Datagram datagram = wire.remove();
                nodes.stream()
                        .filter(node ->
                                node.address.equals(datagram.to.getAddress().getHostAddress()))
                        .forEach(node -> node.receive(datagram));
            }
            nodes.forEach(node -> node.agents.onTimeout(nowNanos));
        }
    }
}
