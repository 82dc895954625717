package org.peervpn.testnat.sim;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.NodeCore;
import org.peervpn.node.NodeStatus;
import org.peervpn.node.NodeStatus.PeerStatus;

/**
 * What must be true of every node after every event, whatever the network does; an {@link AssertionError} says what is
 * not. The status is looked at every {@value #LOOK_SECONDS} virtual seconds only, for it is costly.
 */
final class Invariants implements SimNode.Witness {
    /** To an endpoint from which nothing has ever come: five checks for each of three peers that may be there, and calls. */
    static final int MAX_PER_SECOND_TO_UNPROVEN_ENDPOINT = 20;

    /** To all ports of such an address together: spraying. */
    static final int MAX_PER_SECOND_TO_UNPROVEN_ADDRESS = 130;

    private static final int MAX_WAKEUPS_PER_SECOND = 1000;
    private static final int MAX_OPEN_PORTS = 2 + 1024;
    private static final int LOOK_SECONDS = 5;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Timeline timeline;
    private final List<SimNode> nodes = new ArrayList<>();
    private final Map<Long, Probe> probes = new HashMap<>();
    private final Map<SimNode, Watched> watched = new HashMap<>();
    private long nextProbe = 1;

    /** A packet that a program has sent to a node's overlay address. */
    private static final class Probe {
        private final SimNode to;
        private final byte[] packet;
        private final boolean forged;
        private boolean delivered;

        Probe(SimNode to, byte[] packet, boolean forged) {
            this.to = to;
            this.packet = packet;
            this.forged = forged;
        }
    }

    /** What was seen of one node. */
    private static final class Watched {
        private final Set<InetSocketAddress> proven = new HashSet<>();
        private final Set<InetAddress> provenAddresses = new HashSet<>();
        private final Rates<InetSocketAddress> toEndpoints = new Rates<>();
        private final Rates<InetAddress> toAddresses = new Rates<>();
        private final Rates<String> wakeups = new Rates<>();
        private long nextLookNanos;
        private @Nullable NodeCore lookedAt;
        private Map<String, Long> drops = Map.of();
        private final Map<String, PeerStatus> peers = new HashMap<>();
    }

    /** How often something happened within the current second. */
    private static final class Rates<K> {
        private final Map<K, Integer> counts = new HashMap<>();
        private long second;

        int count(K key, long nowNanos) {
            if (nowNanos / NANOS_PER_SECOND != second) {
                second = nowNanos / NANOS_PER_SECOND;
                counts.clear();
            }
            return counts.merge(key, 1, Integer::sum);
        }
    }

    Invariants(Timeline timeline) {
        this.timeline = timeline;
    }

    void watch(SimNode node) {
        nodes.add(node);
        watched.put(node, new Watched());
    }

    /** Sends a packet that must reach the other's TUN once at most; its number. */
    long probe(SimNode from, SimNode to, boolean ipv4, int contentLength) {
        long number = nextProbe++;
        byte[] packet = InnerPacket.of(address(from, ipv4), address(to, ipv4), number, contentLength);
        probes.put(number, new Probe(to, packet, false));
        from.sendPacket(packet);
        return number;
    }

    /** Sends a packet in another's name, which must never arrive. */
    void forge(SimNode from, SimNode inWhoseName, SimNode to) {
        long number = nextProbe++;
        byte[] packet = InnerPacket.of(address(inWhoseName, true), address(to, true), number, Long.BYTES);
        probes.put(number, new Probe(to, packet, true));
        from.sendPacket(packet);
    }

    boolean isDelivered(long number) {
        Probe probe = probes.get(number);
        return probe != null && probe.delivered;
    }

    private static InetAddress address(SimNode node, boolean ipv4) {
        return ipv4 ? node.overlay().ipv4() : node.overlay().ipv6();
    }

    @Override
    public void toTun(SimNode node, ByteBuffer packet) {
        Probe probe = probes.get(InnerPacket.number(packet));
        byte[] bytes = new byte[packet.remaining()];
        packet.duplicate().get(bytes);
        if (probe == null || !Arrays.equals(bytes, probe.packet)) {
            throw new AssertionError(node + " gets a packet that nobody has sent");
        }
        require(!probe.forged, node, "gets a packet in another's name");
        require(probe.to == node, node, "gets a packet for another");
        require(!probe.delivered, node, "gets a packet twice");
        probe.delivered = true;
    }

    @Override
    public void sent(SimNode node, InetSocketAddress remote, byte[] bytes) {
        Watched seen = of(node);
        InetAddress address = remote.getAddress();
        require(isSane(remote), node, () -> "sends to " + remote);
        require(!isItself(node, remote) || node.wasTold(remote), node, "sends to itself");
        require(bytes.length > 0, node, "sends an empty datagram");
        boolean known = node.wasTold(remote)
                || seen.proven.contains(remote)
                || isOfAnother(node, address)
                || StunServer.isLie(remote); // which a peer that believes it passes on; few datagrams go there
        require(known, node, () -> "has no reason to know " + remote);
        if (!seen.proven.contains(remote) && !node.wasTold(remote)) {
            int rate = seen.toEndpoints.count(remote, timeline.nowNanos());
            require(rate <= MAX_PER_SECOND_TO_UNPROVEN_ENDPOINT, node, () -> "floods " + remote);
        }
        if (!seen.provenAddresses.contains(address)) {
            int rate = seen.toAddresses.count(address, timeline.nowNanos());
            require(rate <= MAX_PER_SECOND_TO_UNPROVEN_ADDRESS, node, () -> "floods " + address);
        }
    }

    /** As far as the node can know: of a move it hears a moment later. */
    private static boolean isItself(SimNode node, InetSocketAddress remote) {
        return remote.getPort() == SimNode.PORT
                && node.host().addresses().contains(remote.getAddress())
                && node.knowsToHave(remote.getAddress());
    }

    private static boolean isSane(InetSocketAddress remote) {
        InetAddress address = remote.getAddress();
        return remote.getPort() != 0
                && !address.isLoopbackAddress()
                && !address.isMulticastAddress()
                && !address.isAnyLocalAddress()
                && !address.isLinkLocalAddress();
    }

    /** Peers tell one another all their addresses. */
    private boolean isOfAnother(SimNode node, InetAddress address) {
        for (SimNode other : nodes) {
            if (other != node && node.lineOf(other) != null && other.everSeenAt(address)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void received(SimNode node, InetSocketAddress remote) {
        of(node).proven.add(remote);
        of(node).provenAddresses.add(remote.getAddress());
    }

    @Override
    public void woken(SimNode node) {
        int rate = of(node).wakeups.count("", timeline.nowNanos());
        require(rate <= MAX_WAKEUPS_PER_SECOND, node, "is woken all the time");
    }

    @Override
    public void settled(SimNode node) {
        Watched seen = of(node);
        require(node.host().openPorts() <= MAX_OPEN_PORTS, node, "opens ever more ports");
        NodeCore core = node.core();
        if (core != null && timeline.nowNanos() >= seen.nextLookNanos) {
            seen.nextLookNanos = timeline.nowNanos() + LOOK_SECONDS * NANOS_PER_SECOND;
            lookAt(node, core, seen);
        }
    }

    private void lookAt(SimNode node, NodeCore core, Watched seen) {
        NodeStatus status = core.status("sim", SimNode.PORT, Map.of(), node.coreNanos());
        boolean sameRun = seen.lookedAt == core;
        seen.lookedAt = core;
        if (!sameRun) {
            seen.peers.clear();
        }
        require(status.peers().size() <= nodes.size(), node, "knows peers that do not exist");
        Set<String> addresses = new HashSet<>(status.addresses());
        for (PeerStatus peer : status.peers()) {
            peer.addresses()
                    .forEach(address -> require(addresses.add(address), node, () -> address + " has two owners"));
            PeerStatus before = seen.peers.put(peer.publicKey(), peer);
            boolean grows = before == null
                    || (peer.rxBytes() >= before.rxBytes()
                            && peer.txBytes() >= before.txBytes()
                            && peer.rxPackets() >= before.rxPackets()
                            && peer.txPackets() >= before.txPackets());
            require(grows, node, () -> "counts backwards: " + before + ", then " + peer);
        }
        if (sameRun) {
            seen.drops.forEach((reason, count) -> require(
                    status.drops().getOrDefault(reason, 0L) >= count, node, () -> "counts " + reason + " backwards"));
        }
        seen.drops = status.drops();
    }

    private Watched of(SimNode node) {
        Watched seen = watched.get(node);
        if (seen == null) {
            throw new IllegalStateException("nobody watches " + node);
        }
        return seen;
    }

    private void require(boolean claim, SimNode node, String otherwise) {
        require(claim, node, () -> otherwise);
    }

    /** The text is made only when it is needed: most claims are checked for each datagram. */
    private void require(boolean claim, SimNode node, Supplier<String> otherwise) {
        if (!claim) {
            throw new AssertionError(
                    node + " " + otherwise.get() + " at " + timeline.nowNanos() / (double) NANOS_PER_SECOND + " s");
        }
    }
}
