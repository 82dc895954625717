package org.peervpn.node.invitation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.Candidate;
import org.peervpn.nat.CandidateType;
import org.peervpn.nat.NatSummary;
import org.peervpn.nat.PortAllocation;
import org.peervpn.node.Admission;
import org.peervpn.node.Endpoint;
import org.peervpn.node.PeerId;
import org.peervpn.tunnel.NoisePublicKey;

/** Invitations to test with. */
final class Invitations {
    static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    static final NoisePublicKey KEY = NoisePublicKey.parse("QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH0=");
    static final NoisePublicKey OTHER = NoisePublicKey.parse("xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=");

    static final NatSummary PORT_RESTRICTED = nat(Behavior.ENDPOINT_INDEPENDENT, Behavior.ADDRESS_AND_PORT_DEPENDENT);
    static final NatSummary FULL_CONE = nat(Behavior.ENDPOINT_INDEPENDENT, Behavior.ENDPOINT_INDEPENDENT);
    static final NatSummary SYMMETRIC = new NatSummary(
            true,
            Behavior.ADDRESS_AND_PORT_DEPENDENT,
            Behavior.ADDRESS_AND_PORT_DEPENDENT,
            PortAllocation.RANDOM,
            0,
            false,
            null);

    private Invitations() {}

    /** As in the usual case: LAN, public, IPv6 and port-mapped endpoints, and both NATs known. */
    static Invitation usual() {
        return of(
                Admission.LINE,
                PORT_RESTRICTED,
                candidate(CandidateType.HOST, "192.168.178.23:51820"),
                candidate(CandidateType.SERVER_REFLEXIVE, "203.0.113.45:51820"),
                candidate(CandidateType.HOST, "[2001:db8:1234:5678:9abc:def0:1234:5678]:51820"),
                candidate(CandidateType.PORT_MAPPED, "203.0.113.45:40001"));
    }

    static Invitation of(Admission admission, NatSummary nat, Candidate... candidates) {
        return new Invitation(
                KEY,
                "twelve-chars",
                NOW,
                NOW.plus(Invitation.VALIDITY),
                admission,
                List.of(candidates),
                nat,
                nat,
                null,
                null);
    }

    static NatSummary nat(@Nullable Behavior mapping, @Nullable Behavior filtering) {
        return new NatSummary(true, mapping, filtering, PortAllocation.PRESERVED, 0, false, false);
    }

    static Candidate candidate(CandidateType type, String endpoint) {
        InetSocketAddress literal = Endpoint.parse(endpoint).literal();
        if (literal == null) {
            throw new IllegalArgumentException("not an address: " + endpoint);
        }
        return new Candidate(type, literal);
    }

    /** Any invitation that can be. */
    static Invitation random(SplittableRandom random) {
        Instant created = Instant.ofEpochSecond(random.nextLong(1L << 32));
        List<Candidate> candidates = new ArrayList<>();
        for (int count = random.nextInt(1, Invitation.MAX_CANDIDATES + 1); count > 0; count--) {
            candidates.add(randomCandidate(random));
        }
        byte[] secret = new byte[OneTimeSecret.LENGTH];
        random.nextBytes(secret);
        return new Invitation(
                randomKey(random),
                "ünamed-and-more-than-fits-into-a-code".substring(random.nextInt(37)),
                created,
                created.plus(random.nextLong(1, 70_000), ChronoUnit.MINUTES).plus(Duration.ofSeconds(3)),
                pick(random, Admission.values()),
                candidates,
                randomNat(random),
                randomNat(random),
                random.nextBoolean() ? PeerId.of(randomKey(random)) : null,
                random.nextBoolean() ? OneTimeSecret.of(secret) : null);
    }

    private static NoisePublicKey randomKey(SplittableRandom random) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return NoisePublicKey.of(bytes);
    }

    private static Candidate randomCandidate(SplittableRandom random) {
        byte[] address = new byte[random.nextBoolean() ? 4 : 16];
        InetSocketAddress endpoint;
        do {
            random.nextBytes(address);
            endpoint = new InetSocketAddress(address(address), random.nextInt(0x10000));
        } while (!EndpointSanity.isSane(endpoint));
        return new Candidate(pick(random, CandidateType.values()), endpoint);
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private static NatSummary randomNat(SplittableRandom random) {
        return new NatSummary(
                orNull(random, true),
                orNull(random, pick(random, Behavior.values())),
                orNull(random, pick(random, Behavior.values())),
                orNull(random, pick(random, PortAllocation.values())),
                random.nextInt(-200, 200),
                random.nextInt(8) == 0,
                orNull(random, random.nextBoolean()));
    }

    private static <T> @Nullable T orNull(SplittableRandom random, T value) {
        return random.nextInt(4) == 0 ? null : value;
    }

    private static <T> T pick(SplittableRandom random, T[] values) {
        return values[random.nextInt(values.length)];
    }
}
