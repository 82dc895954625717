package org.peervpn.node.runtime;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.Candidate;
import org.peervpn.nat.CandidateType;
import org.peervpn.nat.MappingWatch.Mapping;
import org.peervpn.nat.NatSummary;
import org.peervpn.nat.PortAllocation;
import org.peervpn.node.Endpoint;
import org.peervpn.node.NodeConfig;
import org.peervpn.node.NodeCore;
import org.peervpn.node.invitation.EndpointSanity;
import org.peervpn.node.invitation.Invitation;

/** What this node can tell others of where it is, from its addresses and from what the STUN servers see. */
final class OwnInvitation {
    private static final int MAX_LOCAL_IPV4 = 3;
    private static final int MAX_LOCAL_IPV6 = 2;

    private final NodeConfig config;
    private final NodeCore core;
    private final List<InetAddress> local;
    private final int port;

    OwnInvitation(NodeConfig config, NodeCore core, List<InetAddress> local, int port) {
        this.config = config;
        this.core = core;
        this.local = local;
        this.port = port;
    }

    /** Null if there is nothing to tell: no network, or an announced name, which only the line can carry. */
    @Nullable
    Invitation at(Instant now) {
        List<Candidate> candidates = candidates();
        boolean isName =
                config.announcedEndpoint() != null && config.announcedEndpoint().literal() == null;
        if (candidates.isEmpty() || isName) {
            return null;
        }
        return new Invitation(
                config.privateKey().publicKey(),
                config.name(),
                now,
                now.plus(Invitation.VALIDITY),
                config.admission(),
                candidates,
                // Whoever does not say what its NAT does is not sprayed.
                config.spray() ? core.reach().nat() : NatSummary.UNKNOWN,
                ipv6(),
                null,
                null);
    }

    private List<Candidate> candidates() {
        List<Candidate> candidates = new ArrayList<>();
        Endpoint announced = config.announcedEndpoint();
        if (announced != null) {
            add(candidates, CandidateType.PORT_MAPPED, announced.literal());
        }
        int ipv4 = 0;
        int ipv6 = 0;
        for (Candidate candidate : core.reach().candidates()) {
            boolean isIpv4 = candidate.endpoint().getAddress() instanceof Inet4Address;
            boolean isHost = candidate.type() == CandidateType.HOST;
            if (isHost && (isIpv4 ? ipv4++ >= MAX_LOCAL_IPV4 : ipv6++ >= MAX_LOCAL_IPV6)) {
                continue; // so that a code stays short
            }
            add(candidates, candidate.type(), candidate.endpoint());
        }
        return candidates;
    }

    private static void add(List<Candidate> candidates, CandidateType type, @Nullable InetSocketAddress endpoint) {
        boolean isNew = endpoint != null
                && candidates.size() < Invitation.MAX_CANDIDATES
                && EndpointSanity.isSane(endpoint)
                && candidates.stream().noneMatch(other -> other.endpoint().equals(endpoint));
        if (endpoint != null && isNew) {
            candidates.add(new Candidate(type, endpoint));
        }
    }

    /** The mapping only: what filters nobody has tried. */
    private NatSummary ipv6() {
        Mapping mapping = core.publicMapping(true);
        if (mapping == null) {
            return NatSummary.UNKNOWN;
        }
        boolean translated = !local.contains(mapping.endpoint().getAddress());
        return new NatSummary(
                translated,
                mapping.confirmed() || !translated ? Behavior.ENDPOINT_INDEPENDENT : null,
                null,
                mapping.endpoint().getPort() == port ? PortAllocation.PRESERVED : null,
                0,
                false,
                null);
    }
}
