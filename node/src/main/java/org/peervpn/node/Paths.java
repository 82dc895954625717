package org.peervpn.node;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Candidate;
import org.peervpn.nat.CandidateType;
import org.peervpn.nat.NatSummary;
import org.peervpn.nat.Reach;
import org.peervpn.nat.path.CheckKeys;
import org.peervpn.nat.path.Pair;
import org.peervpn.nat.path.PathAgent;
import org.peervpn.nat.path.PathAgents;
import org.peervpn.node.control.CandidatesCodec;
import org.peervpn.routing.Cidr;
import org.peervpn.tunnel.Path;
import org.peervpn.tunnel.Tunnel;

/**
 * Joins the path agents with the tunnel: who has an agent, where its peer may be, what path it found, and what we tell
 * peers about where we are ourselves. Owned by the loop.
 */
final class Paths {
    /** A message may be lost, so it is said once more. */
    static final long REPEAT_NANOS = NodeCore.seconds(3);

    /** Changes come in bursts. */
    static final long DELAY_NANOS = NodeCore.seconds(1) / 2;

    /** A NAT may keep a young mapping for a shorter time, and the first datagram on a path may be lost. */
    static final long CONFIRM_NANOS = NodeCore.seconds(3);

    private final NodeConfig config;
    private final Turn turn;
    private final Tunnel tunnel;
    private final NodeOutput output;
    private final PeerTable peers;
    private final PublicEndpoint publicEndpoint;
    private final PathAgents agents;
    private final InstantSource wallClock;
    private List<LocalNetwork> networks = List.of();
    private int port;
    private @Nullable Reach ours; // null until it is asked for, and after what it follows from has changed
    private long oursAsOf;
    private Reach told = Reach.UNKNOWN;

    Paths(
            NodeConfig config,
            Turn turn,
            Tunnel tunnel,
            NodeOutput output,
            PeerTable peers,
            PublicEndpoint publicEndpoint,
            InstantSource wallClock,
            SecureRandom random) {
        this.config = config;
        this.turn = turn;
        this.tunnel = tunnel;
        this.output = output;
        this.peers = peers;
        this.publicEndpoint = publicEndpoint;
        this.wallClock = wallClock;
        this.agents = new PathAgents(random, wallClock::millis);
    }

    // The machine.

    /** The machine's addresses and the port are these now; false if they were before. */
    boolean local(List<LocalNetwork> now, int localPort) {
        boolean isNew = !now.equals(networks) || port != localPort;
        networks = List.copyOf(now);
        port = localPort;
        ours = null;
        return isNew;
    }

    /** Where we can be reached, as far as we know. */
    Reach ours() {
        Reach known = ours;
        if (known == null || oursAsOf != publicEndpoint.changes()) {
            oursAsOf = publicEndpoint.changes();
            known = concluded();
            ours = known;
        }
        return known;
    }

    private Reach concluded() {
        List<Candidate> candidates = new ArrayList<>();
        for (LocalNetwork network : networks) {
            candidates.add(new Candidate(CandidateType.HOST, new InetSocketAddress(network.address(), port)));
        }
        publicEndpoint.portMappedCandidate().ifPresent(candidates::add);
        publicEndpoint.seen().forEach(seen -> candidates.add(new Candidate(CandidateType.SERVER_REFLEXIVE, seen)));
        Set<InetSocketAddress> known = new LinkedHashSet<>();
        return new Reach(
                candidates.stream()
                        .filter(candidate -> known.add(candidate.endpoint()))
                        .limit(Reach.MAX_CANDIDATES)
                        .toList(),
                publicEndpoint.nat(port, addresses()),
                config.spray());
    }

    private List<InetAddress> addresses() {
        return networks.stream().map(LocalNetwork::address).toList();
    }

    // The peers.

    /** The peer is to be sought: what is known of its whereabouts has changed, or there is reason to hope. */
    void seek(PeerEntry entry) {
        PathAgent agent = agentOf(entry);
        tellWhereabouts(entry, agent);
        agent.wanted(entry.isDialled() && !entry.up, turn.now());
        agent.begin(turn.now());
        turn.unsettle();
    }

    PathAgent agentOf(PeerEntry entry) {
        PathAgent agent = entry.agent;
        if (agent == null) {
            byte[] secret = entry.boundPeer().pairSecret("peervpn checks");
            boolean smaller =
                    Arrays.compareUnsigned(config.privateKey().publicKey().bytes(), entry.key.bytes()) < 0;
            agent = agents.add(new CheckKeys(secret, smaller), config.spray(), new FromAgent(entry));
            entry.agent = agent;
            Arrays.fill(secret, (byte) 0);
            if (entry.up) {
                connected(entry);
            }
        }
        return agent;
    }

    private void tellWhereabouts(PeerEntry entry, PathAgent agent) {
        Reach reach = entry.told != null ? entry.told : entry.invited;
        List<Candidate> said = new ArrayList<>(reach.candidates());
        said.addAll(entry.invited.candidates());
        Map<InetSocketAddress, Candidate> all = new LinkedHashMap<>();
        if (entry.near != null) {
            usable(List.of(new Candidate(CandidateType.HOST, entry.near)), false)
                    .forEach(candidate -> put(all, candidate));
        }
        // What the operator said is tried in any case.
        usable(said, sharesNat(reach)).forEach(candidate -> put(all, candidate));
        entry.candidates.forEach(endpoint -> put(all, new Candidate(CandidateType.SERVER_REFLEXIVE, endpoint)));
        InetSocketAddress last = entry.lastPlace();
        if (last != null) {
            put(all, new Candidate(CandidateType.PEER_REFLEXIVE, last));
        }
        if (entry.told == null) { // else it has said where it is now
            remembered(entry).forEach(endpoint -> put(all, new Candidate(CandidateType.SERVER_REFLEXIVE, endpoint)));
        }
        all.keySet().removeIf(this::isOurs);
        agent.remote(List.copyOf(all.values()), reach.nat(), reach.sprayable());
    }

    /** Where else it may be, as far as that may be tried, if it is not where it was last. */
    List<InetSocketAddress> remembered(PeerEntry entry) {
        List<Candidate> others = entry.lastEndpoints.stream()
                .skip(1)
                .map(Endpoint::literal)
                .filter(Objects::nonNull)
                .map(endpoint -> new Candidate(CandidateType.HOST, endpoint))
                .toList();
        return usable(others, false).stream().map(Candidate::endpoint).toList();
    }

    private List<Candidate> usable(List<Candidate> said, boolean sharesNat) {
        List<Cidr> prefixes = networks.stream().map(LocalNetwork::prefix).toList();
        return Candidates.usable(said, prefixes, sharesNat).stream()
                .filter(candidate -> !isOurs(candidate.endpoint()))
                .toList();
    }

    /** Private prefixes are the same in many homes: what is another's address there may be ours here. */
    boolean isOurs(InetSocketAddress endpoint) {
        return endpoint.getPort() == port && addresses().contains(endpoint.getAddress());
    }

    // The local network.

    boolean hasNetwork() {
        return !networks.isEmpty();
    }

    /** In a network that this machine is directly connected to. */
    boolean isNear(InetAddress address) {
        return networks.stream().anyMatch(network -> network.prefix().contains(address));
    }

    /** The peer is connected by the local network: there is no better way. */
    boolean isByLan(PeerEntry entry) {
        Path path = entry.up ? entry.boundPeer().lane().path() : null;
        return path != null && isNear(path.remote().getAddress());
    }

    /** Tells these agents' peers, if they are near, where we are. */
    ByteBuffer beacon(List<PathAgent> called) {
        return agents.beacon(called, port);
    }

    /** Where an invitation says that its node is, as far as that may be tried. */
    List<InetSocketAddress> placesOf(Reach invited) {
        return usable(invited.candidates(), sharesNat(invited)).stream()
                .map(Candidate::endpoint)
                .toList();
    }

    private static void put(Map<InetSocketAddress, Candidate> all, Candidate candidate) {
        all.putIfAbsent(candidate.endpoint(), candidate);
    }

    /** Both have the same public address: what is private there may be our own network. */
    private boolean sharesNat(Reach theirs) {
        Set<InetAddress> seen = new LinkedHashSet<>();
        publicEndpoint.seen().forEach(endpoint -> seen.add(endpoint.getAddress()));
        return theirs.candidates().stream()
                .filter(candidate -> candidate.type() != CandidateType.HOST)
                .anyMatch(candidate -> seen.contains(candidate.endpoint().getAddress()));
    }

    /** The peer has told where it can be reached. */
    void heard(PeerEntry entry, Reach reach) {
        if (reach.equals(entry.told)) {
            return;
        }
        entry.told = reach;
        PathAgent agent = agentOf(entry);
        tellWhereabouts(entry, agent);
        if (!isBest(entry, reach) && entry.mayBeSought(turn.now())) {
            agent.begin(turn.now());
        }
        if (entry.reachSent == 0) {
            entry.nextReachNanos = turn.now();
        }
        turn.unsettle();
    }

    /** Nothing can be more direct than one of its own addresses. */
    private static boolean isBest(PeerEntry entry, Reach reach) {
        Path path = entry.boundPeer().lane().path();
        return path != null && reach.candidates().contains(new Candidate(CandidateType.HOST, path.remote()));
    }

    /** The peer that is up has a new path, which is used once more soon. */
    void settledOn(PeerEntry entry) {
        entry.confirmPathNanos = turn.now() + CONFIRM_NANOS;
        turn.unsettle();
    }

    /** The tunnel to the peer works by its current path. */
    void connected(PeerEntry entry) {
        Path path = entry.boundPeer().lane().path();
        if (entry.agent != null && path != null) {
            entry.agent.connected(new Pair(path.channel(), path.remote()), turn.now());
        }
    }

    /** Why the peer's current path is what it is. */
    String why(PeerEntry entry, Path path) {
        CandidateType type = entry.agent == null ? null : entry.agent.typeOf(path.remote());
        return type == null
                ? "the peer's last authenticated datagram came from there"
                : PathReason.of(type, path.remote().getAddress());
    }

    void lost(PeerEntry entry) {
        if (entry.agent != null) {
            entry.agent.disconnected(turn.now());
        }
    }

    void forget(PeerEntry entry) {
        if (entry.agent != null) {
            agents.remove(entry.agent);
            entry.agent = null;
        }
    }

    /** The peer speaks control messages and has just come: it is told where we are. */
    void introduce(PeerEntry entry) {
        entry.reachSent = 0;
        entry.nextReachNanos = turn.now();
        turn.unsettle();
    }

    // The doors.

    /** A STUN datagram; false if it is no check. */
    boolean receive(Path source, ByteBuffer datagram) {
        return agents.receive(new Pair(source.channel(), source.remote()), datagram, turn.now());
    }

    void onTimeout() {
        agents.onTimeout(turn.now());
    }

    /** What has changed about ourselves is told to the agents and to the peers. */
    void settle() {
        Reach now = ours();
        agents.ours(now.nat(), publicEndpoint.isSettled());
        keepAlive(now.nat());
        if (now.equals(told)) {
            return;
        }
        told = now;
        peers.entries().stream().filter(entry -> entry.agent != null).forEach(this::lookAgain);
        for (PeerEntry entry : peers.entries()) {
            if (entry.up && entry.hello != null) {
                entry.reachSent = 0;
                entry.nextReachNanos = turn.now() + DELAY_NANOS;
            }
        }
    }

    /** Mappings are used as often as our NAT asks for. */
    private void keepAlive(NatSummary nat) {
        long before = keepaliveNanos();
        publicEndpoint.keepAlive(nat, turn.now());
        if (keepaliveNanos() != before) {
            peers.entries().stream()
                    .filter(entry -> entry.up && entry.isDialled())
                    .forEach(entry -> entry.boundPeer().persistentKeepaliveNanos(keepaliveNanos()));
        }
    }

    /** Which of a peer's endpoints are worth a check depends on where we are. */
    private void lookAgain(PeerEntry entry) {
        PathAgent agent = entry.agent;
        if (agent != null) {
            tellWhereabouts(entry, agent);
        }
    }

    /** Tells the peer where we are, and uses its path once more, if that is due. */
    void settle(PeerEntry entry) {
        if (!entry.up) {
            return;
        }
        if (turn.now() >= entry.nextReachNanos) {
            entry.reachSent++;
            entry.nextReachNanos = entry.reachSent < 2 ? turn.now() + REPEAT_NANOS : Long.MAX_VALUE;
            tunnel.sendPacket(entry.boundPeer(), CandidatesCodec.encode(told), turn.now());
        }
        if (turn.now() >= entry.confirmPathNanos) {
            entry.confirmPathNanos = Long.MAX_VALUE;
            tunnel.sendKeepalive(entry.boundPeer(), turn.now());
        }
    }

    static long nextDeadlineNanos(PeerEntry entry) {
        return entry.up ? Math.min(entry.nextReachNanos, entry.confirmPathNanos) : Long.MAX_VALUE;
    }

    long nextDeadlineNanos() {
        return agents.nextDeadlineNanos();
    }

    long droppedDatagrams() {
        return agents.droppedDatagrams();
    }

    /** How often the mapping towards a peer that we call has to be refreshed. */
    long keepaliveNanos() {
        return publicEndpoint.keepaliveNanos();
    }

    /** What one peer's agent asks for. */
    private final class FromAgent implements PathAgent.Output {
        private final PeerEntry entry;

        FromAgent(PeerEntry entry) {
            this.entry = entry;
        }

        @Override
        public void send(Pair pair, ByteBuffer check) {
            if (isOurs(pair.remote())) {
                return; // we have moved to where the peer was
            }
            output.send(new Path(pair.channel(), pair.remote()), check);
        }

        @Override
        public @Nullable Pair pairTo(InetSocketAddress remote) {
            Path path = output.pathTo(remote);
            return path == null ? null : new Pair(path.channel(), path.remote());
        }

        @Override
        public void use(Pair pair, CandidateType type, long rttNanos) {
            entry.boundPeer().lane().path(new Path(pair.channel(), pair.remote()));
            entry.pathWhy = PathReason.of(type, pair.remote().getAddress());
            entry.pathSince = wallClock.instant();
            entry.rttNanos = rttNanos;
            // Also in a silence between two slots: the peer answers there, so nothing on the way is confused.
            entry.soughtNanos = turn.now();
            entry.triesCandidates = false;
            if (entry.up) {
                tunnel.sendKeepalive(entry.boundPeer(), turn.now());
                settledOn(entry);
            } else {
                tunnel.initiateAnew(entry.boundPeer(), turn.now());
            }
            turn.unsettle();
        }

        @Override
        public int openChannel(InetSocketAddress remote) {
            return output.openChannel(remote.getAddress());
        }

        @Override
        public void closeChannel(int channel) {
            output.closeChannel(channel);
        }
    }
}
