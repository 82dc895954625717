package org.peervpn.node.invitation;

import java.net.Inet4Address;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Candidate;
import org.peervpn.nat.NatSummary;
import org.peervpn.node.Admission;
import org.peervpn.node.Endpoint;
import org.peervpn.node.PeerId;
import org.peervpn.node.control.Hello;
import org.peervpn.tunnel.NoisePublicKey;

/**
 * What a node tells of itself so that another can connect to it; people pass it on as a code, {@code peervpn1…}. Nobody
 * has signed it: whoever passes it on could have put another key into it, which is what {@link CheckWords} are for.
 *
 * @param name printable and short; empty for none
 * @param created in whole seconds
 * @param validUntil whole minutes later
 * @param admission who may come in there
 * @param candidates where it may be; at least one
 * @param ipv4 the NAT before it
 * @param replyTo the node that this one answers; null unless this is a reply code
 * @param secret null for none
 */
public record Invitation(
        NoisePublicKey publicKey,
        String name,
        Instant created,
        Instant validUntil,
        Admission admission,
        List<Candidate> candidates,
        NatSummary ipv4,
        NatSummary ipv6,
        @Nullable PeerId replyTo,
        @Nullable OneTimeSecret secret) {

    public static final int MAX_CANDIDATES = 8;

    /** Addresses change: an older code would mostly lead nowhere. */
    public static final Duration VALIDITY = Duration.ofDays(7);

    static final int MAX_NAME_BYTES = 32;
    static final int MAX_VALID_MINUTES = 0xffff;

    /** How far two clocks may be apart. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofHours(1);

    public Invitation {
        name = shortened(name);
        created = Instant.ofEpochSecond(created.getEpochSecond());
        long minutes = Duration.between(created, validUntil).toMinutes();
        validUntil = created.plus(Duration.ofMinutes(Math.max(1, Math.min(MAX_VALID_MINUTES, minutes))));
        candidates = List.copyOf(candidates);
        ipv4 = NatSummaryCodec.sayable(ipv4);
        ipv6 = NatSummaryCodec.sayable(ipv6);
        if (candidates.isEmpty() || candidates.size() > MAX_CANDIDATES) {
            throw new IllegalArgumentException(
                    "an invitation has 1 to " + MAX_CANDIDATES + " endpoints, not " + candidates.size());
        }
    }

    /** True if the text is meant to be a code, be it a good one. */
    public static boolean isCode(String text) {
        return CodeText.isCode(text);
    }

    /** Reads a code; an {@link IllegalArgumentException} says in one line what is wrong with it. */
    public static Invitation parse(String code) {
        return InvitationCodec.decode(CodeText.decode(code));
    }

    public String code() {
        return CodeText.encode(InvitationCodec.encode(this));
    }

    /** Refuses, by an {@link IllegalArgumentException} in one line, what is too old or not yet made. */
    public void checkTime(Instant now) {
        if (!now.isBefore(validUntil)) {
            throw new IllegalArgumentException(
                    "this code expired " + span(Duration.between(validUntil, now)) + " ago; ask for a fresh one");
        }
        if (created.isAfter(now.plus(CLOCK_TOLERANCE))) {
            throw new IllegalArgumentException("this code was made " + span(Duration.between(now, created))
                    + " in the future: one of the two clocks is wrong");
        }
    }

    /** Refuses, by an {@link IllegalArgumentException} in one line, what this node has made or what is for another. */
    public void checkReader(NoisePublicKey reader) {
        if (publicKey.equals(reader)) {
            throw new IllegalArgumentException("this code is this node's own; it is for the other side");
        }
        if (replyTo != null && !replyTo.equals(PeerId.of(reader))) {
            throw new IllegalArgumentException(
                    "this reply code is for " + replyTo + ", not for this node, " + PeerId.of(reader));
        }
    }

    /** The same, as an answer to the other's code. */
    public Invitation inReplyTo(NoisePublicKey other) {
        return new Invitation(
                publicKey, name, created, validUntil, admission, candidates, ipv4, ipv6, PeerId.of(other), null);
    }

    /** The same, and it lets in whoever proves this. */
    public Invitation with(OneTimeSecret oneTimeSecret) {
        return new Invitation(
                publicKey, name, created, validUntil, admission, candidates, ipv4, ipv6, replyTo, oneTimeSecret);
    }

    /** The one by which strangers most probably come in; it stands for all where there is room for one only. */
    public Candidate best() {
        return candidates.stream().min(Comparator.comparing(Invitation::rank)).orElseThrow();
    }

    private static int rank(Candidate candidate) {
        int family = candidate.endpoint().getAddress() instanceof Inet4Address ? 0 : 1;
        boolean isPrivate = !EndpointSanity.isGlobal(candidate.endpoint().getAddress());
        int kind = switch (candidate.type()) {
            case PORT_MAPPED -> 0;
            case SERVER_REFLEXIVE, PEER_REFLEXIVE -> 2;
            case HOST -> 4;
        };
        return (isPrivate ? 10 : 0) + kind + family;
    }

    /** All of them, as people write them. */
    public List<String> endpoints() {
        return candidates.stream()
                .map(candidate -> Endpoint.text(candidate.endpoint()))
                .toList();
    }

    /** What the node calls itself, or else its Peer ID. */
    public String label() {
        return name.isEmpty() ? PeerId.of(publicKey).text() : name + " (" + PeerId.of(publicKey) + ")";
    }

    private static String shortened(String name) {
        String printable = Hello.printable(name, MAX_NAME_BYTES);
        while (printable.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            printable = printable
                    .substring(0, printable.offsetByCodePoints(printable.length(), -1))
                    .strip();
        }
        return printable;
    }

    /** A span of time in its largest unit. */
    static String span(Duration span) {
        long minutes = span.toMinutes();
        if (minutes < 1) {
            return "less than a minute";
        }
        if (minutes < 120) {
            return minutes + (minutes == 1 ? " minute" : " minutes");
        }
        return span.toHours() < 48 ? span.toHours() + " hours" : span.toDays() + " days";
    }

    @Override
    public String toString() {
        return "Invitation(" + PeerId.of(publicKey) + ")";
    }
}
