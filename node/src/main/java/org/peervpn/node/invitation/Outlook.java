package org.peervpn.node.invitation;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.Candidate;
import org.peervpn.nat.CandidateType;
import org.peervpn.nat.NatSummary;
import org.peervpn.nat.Prospect;
import org.peervpn.node.Admission;

/**
 * What two nodes may expect of a connection, as far as their invitations tell: by which method, whether it will work, and
 * whether the inviting side has to be told of this one. What is not known is said to be unknown.
 *
 * @param reasons one line each
 * @param reply null if it cannot be known
 */
public record Outlook(
        Method method,
        Chance chance,
        List<String> reasons,
        @Nullable Boolean reply) {

    private static final String LETS_IN = "The code lets in whoever uses it first, once.";

    /** How the two will find to one another, the best first. */
    public enum Method {
        /** By the network that both are in. */
        LAN("directly, in the network that both are in"),
        /** The other side can be entered unasked. */
        UNASKED("directly: the other side can be entered unasked"),
        /** Simultaneous datagrams open both NATs. */
        SIMULTANEOUS("both send at the same time, which opens both NATs"),
        PREDICT("the hard NAT's next ports are foretold"),
        SPRAY("many ports are tried at once, until two meet"),
        /** Too little is known. */
        UNKNOWN("both send at the same time, which opens most NATs"),
        NONE("no direct way");

        private final String text;

        Method(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }
    }

    /** Whether it will work. */
    public enum Chance {
        YES,
        LIKELY,
        UNKNOWN,
        NO
    }

    /** What one address family, or the common network, promises. */
    private record Way(Method method, String reason) {}

    /** {@code own} is null where nothing is known of where this node is. */
    public static Outlook of(@Nullable Invitation own, Invitation theirs) {
        List<Way> ways = new ArrayList<>();
        if (own != null && shareNetwork(own, theirs)) {
            ways.add(new Way(Method.LAN, "Both have the same public address, so they are behind the same router."));
        }
        ways.add(way("IPv6", own, theirs, Inet6Address.class));
        ways.add(way("IPv4", own, theirs, Inet4Address.class));
        Way best = ways.stream().min(Comparator.comparing(Way::method)).orElseThrow();
        List<String> reasons = new ArrayList<>(ways.stream().map(Way::reason).toList());
        Boolean reply = reply(best.method(), theirs);
        reasons.addAll(theirs.secret() == null ? admission(theirs.admission()) : List.of(LETS_IN));
        return new Outlook(best.method(), chance(best.method()), List.copyOf(reasons), reply);
    }

    private static Chance chance(Method method) {
        return switch (method) {
            case UNASKED, SIMULTANEOUS -> Chance.YES;
            case LAN, PREDICT, SPRAY -> Chance.LIKELY;
            case UNKNOWN -> Chance.UNKNOWN;
            case NONE -> Chance.NO;
        };
    }

    /** Whether the other side has to know this node before it can connect. */
    private static @Nullable Boolean reply(Method method, Invitation theirs) {
        if (theirs.replyTo() != null) {
            return false; // it knows us already
        }
        if (theirs.admission() == Admission.KNOWN && theirs.secret() == null) {
            return true;
        }
        return switch (method) {
            case LAN, UNASKED -> false;
            case SIMULTANEOUS, PREDICT, SPRAY -> true;
            case UNKNOWN, NONE -> null;
        };
    }

    private static List<String> admission(Admission admission) {
        return switch (admission) {
            case LINE -> List.of();
            case PASSCODE -> List.of("The other side asks for a passcode: have --passcode-file or PEERVPN_PASSCODE.");
            case ASK -> List.of("The other side's operator will be asked whether this node may come in.");
            case KNOWN -> List.of("The other side lets in only keys that it was told: it needs the reply code.");
        };
    }

    private static boolean shareNetwork(Invitation own, Invitation theirs) {
        return publicAddresses(own, Inet4Address.class)
                        .anyMatch(address ->
                                publicAddresses(theirs, Inet4Address.class).anyMatch(address::equals))
                && hasPrivate(own)
                && hasPrivate(theirs);
    }

    private static boolean hasPrivate(Invitation invitation) {
        return invitation.candidates().stream()
                .anyMatch(candidate -> candidate.type() == CandidateType.HOST
                        && !EndpointSanity.isGlobal(candidate.endpoint().getAddress()));
    }

    private static Stream<InetAddress> publicAddresses(Invitation invitation, Class<? extends InetAddress> family) {
        return invitation.candidates().stream()
                .map(candidate -> candidate.endpoint().getAddress())
                .filter(address -> family.isInstance(address) && EndpointSanity.isGlobal(address));
    }

    private static Way way(
            String name, @Nullable Invitation own, Invitation theirs, Class<? extends InetAddress> family) {
        boolean ipv4 = family == Inet4Address.class;
        NatSummary their = ipv4 ? theirs.ipv4() : theirs.ipv6();
        NatSummary our = own == null ? NatSummary.UNKNOWN : ipv4 ? own.ipv4() : own.ipv6();
        boolean haveIt = own == null || own.candidates().stream().anyMatch(c -> isOf(c, family));
        boolean theyHaveIt =
                their.isHard() || publicAddresses(theirs, family).findAny().isPresent();
        if (!theyHaveIt) {
            return new Way(Method.NONE, name + ": the other side has no public address of it.");
        }
        if (!haveIt) {
            return new Way(Method.NONE, name + ": this side has none.");
        }
        if (our.blocked() || their.blocked()) {
            String side = our.blocked() ? "this" : "the other";
            return new Way(Method.NONE, name + ": the network of " + side + " side lets no UDP pass.");
        }
        if (isMapped(theirs, family)) {
            return new Way(Method.UNASKED, name + ": a port is opened at the other side's router.");
        }
        if (their.mapping() == Behavior.ENDPOINT_INDEPENDENT && their.filtering() == Behavior.ENDPOINT_INDEPENDENT) {
            return new Way(Method.UNASKED, name + ": the other side's NAT lets in whoever knows its endpoint.");
        }
        return between(name, our, their);
    }

    private static Way between(String name, NatSummary our, NatSummary their) {
        String both = name + ": here " + called(our) + ", there " + called(their) + ": ";
        return switch (Prospect.of(our, their)) {
            case PLAIN -> new Way(Method.SIMULTANEOUS, both + "each knows where to send.");
            case PREDICT -> new Way(Method.PREDICT, both + "the hard one counts its ports, so they can be foretold.");
            case SPRAY -> new Way(Method.SPRAY, both + "the hard one's ports have to be guessed, which takes a while.");
            case NONE -> new Way(Method.NONE, both + "neither knows to which port to send; a third node has to relay.");
            case UNKNOWN -> new Way(Method.UNKNOWN, both + "too little is known to say more.");
        };
    }

    private static String called(NatSummary nat) {
        return switch (nat.name()) {
            case OPEN -> "no NAT";
            case FIREWALL -> "a firewall";
            case FULL_CONE, RESTRICTED_CONE, PORT_RESTRICTED_CONE -> "an easy NAT";
            case SYMMETRIC -> "a hard (symmetric) NAT";
            case BLOCKED -> "no UDP";
            case UNKNOWN ->
                nat.mapping() == Behavior.ENDPOINT_INDEPENDENT ? "an easy NAT (its filter unknown)" : "an unknown NAT";
        };
    }

    private static boolean isMapped(Invitation theirs, Class<? extends InetAddress> family) {
        return theirs.candidates().stream()
                .anyMatch(candidate -> candidate.type() == CandidateType.PORT_MAPPED
                        && isOf(candidate, family)
                        && EndpointSanity.isGlobal(candidate.endpoint().getAddress()));
    }

    private static boolean isOf(Candidate candidate, Class<? extends InetAddress> family) {
        return family.isInstance(candidate.endpoint().getAddress());
    }
}
