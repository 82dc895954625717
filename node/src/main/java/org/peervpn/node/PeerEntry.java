package org.peervpn.node;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Reach;
import org.peervpn.nat.path.PathAgent;
import org.peervpn.node.control.AdmissionNotice;
import org.peervpn.node.control.Hello;
import org.peervpn.node.invitation.Invitation;
import org.peervpn.node.invitation.OneTimeSecret;
import org.peervpn.routing.Cidr;
import org.peervpn.tunnel.NoisePublicKey;
import org.peervpn.tunnel.Path;
import org.peervpn.tunnel.Peer;

/** What the node knows of one peer beyond what the tunnel knows. Owned by the loop. */
final class PeerEntry {

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9+/]{43}=");

    final NoisePublicKey key;
    final PeerId id;
    final OverlayAddresses overlay;
    final long createdNanos;

    Origin origin;

    /** null until the tunnel has added the peer: in the middle of the first initiation of an unknown key. */
    @Nullable
    Peer peer;

    /** False for a guest: no packet passes in either direction. */
    boolean admitted;

    /** The IPv4 address is this peer's; false if another peer had it before. */
    boolean ownsIpv4;

    /** It has proved that it receives where it claims to be. */
    boolean confirmed;

    /** What a guest is to be told; null while it is owed nothing. */
    AdmissionNotice.@Nullable State notice;

    /** A guest has proved an invitation that lets in nobody. */
    boolean wasTooLate;

    /** Whom the operator meant by the invitation that let it in; empty if that was not said, null if none did. */
    @Nullable
    String invitedAs;

    /** When the operator is asked about a guest. */
    long askNanos = Long.MAX_VALUE;

    int noticesSent;
    long nextNoticeNanos = Long.MAX_VALUE;

    /** What the peer wants before it lets us in; null if it does, as far as we know. */
    @Nullable
    AdmissionNotice refusal;

    /** The peer has refused our passcode: it is not tried again. */
    boolean passcodeWrong;

    /** The code by which it is called; null without, and when it has let us in. */
    @Nullable
    Invitation code;

    /** What its invitation lets us prove; null without. */
    @Nullable
    OneTimeSecret secret;

    /** The peer does not know that invitation, or not any more: it is not tried again. */
    boolean secretSpent;

    boolean owesInvitationProof;

    /** It was sent since the peer came up. */
    boolean invitationProved;

    boolean owesProof;
    boolean awaitsPasscodeKey;

    @Nullable
    PasscodeKey passcodeKey;

    /** Where an earlier run knew it to be, and where handshakes of this one were completed, the latest first. */
    List<Endpoint> lastEndpoints = List.of();

    /** When it was last connected; null for never. */
    @Nullable
    Instant lastSeen;

    /** Where the operator says that the peer is; null if it has to come by itself. */
    @Nullable
    Endpoint endpoint;

    /** What {@link #endpoint} stands for. */
    List<InetSocketAddress> candidates = List.of();

    /** Where its invitation says that it can be reached. */
    Reach invited = Reach.UNKNOWN;

    /** Where it has told through the tunnel that it can be reached; null if it has not. */
    @Nullable
    Reach told;

    /** Where its beacon came from; null if none did. */
    @Nullable
    InetSocketAddress near;

    /** How often it has been told where we are, since that changed. */
    int reachSent;

    long nextReachNanos = Long.MAX_VALUE;

    /** When its new path is used once more, whatever else there is to send. */
    long confirmPathNanos = Long.MAX_VALUE;

    /** Seeks the path to it; null for a peer that only comes by itself and has not told where it is. */
    @Nullable
    PathAgent agent;

    /** Where it first came from; null unless it came as a stranger. */
    @Nullable
    Source source;

    /** Limits what one peer can make us tell people. */
    private final Allowance lines = new Allowance(10, NodeCore.seconds(10));

    /** Limits what one peer can make us think about. */
    private final Allowance controlMessages = new Allowance(10, NodeCore.seconds(1));

    /** Limits how often one peer can make us seek it elsewhere: it could name somebody else's addresses. */
    private final Allowance searches = new Allowance(3, NodeCore.seconds(60));

    boolean up;
    boolean wasUp;
    long upSinceNanos;
    long downSinceNanos;

    @Nullable
    Instant pathSince;

    @Nullable
    String pathWhy;

    /** The address families that the peer carries as our exit, as last published; empty if it is not our exit. */
    Set<Integer> exitFamilies = Set.of();

    /** An initiation has gone unanswered, so the candidates are tried beside the path. */
    boolean triesCandidates;

    /** Initiations since the last handshake, or since the operator has told where the peer is. */
    int unanswered;

    /** What the peer said last; null for a stock WireGuard, or before it has spoken. */
    @Nullable
    Hello hello;

    /** What it called itself in an earlier run; null if it did not. */
    @Nullable
    String name;

    /** The peer has answered a hello since it came up. */
    boolean greeted;

    int hellosSent;
    long nextHelloNanos = Long.MAX_VALUE;

    /** The token of a hello that has still to be answered. */
    @Nullable
    Long owedAnswer;

    /** Sent in our last hello; an answer that returns it tells the round-trip time. */
    long helloToken;

    long rttNanos = -1;

    /** When there was last reason to hope. */
    long soughtNanos;

    /** How often it is called while it does not answer. */
    final CallSchedule calls = new CallSchedule();

    long nextDialNanos = Long.MAX_VALUE;
    long nextResolveNanos = Long.MAX_VALUE;
    long lastResolveNanos;

    PeerEntry(NoisePublicKey key, OverlayAddresses overlay, Origin origin, long nowNanos) {
        this.key = key;
        this.id = PeerId.of(key);
        this.overlay = overlay;
        this.origin = origin;
        this.createdNanos = nowNanos;
        this.downSinceNanos = nowNanos;
    }

    /** False if this peer has been told of too often lately. */
    boolean mayTell(long nowNanos) {
        return lines.take(nowNanos);
    }

    /** False if this peer has said too much lately. */
    boolean mayHear(long nowNanos) {
        return controlMessages.take(nowNanos);
    }

    /** False if this peer has told of other endpoints too often lately. */
    boolean mayBeSought(long nowNanos) {
        return searches.take(nowNanos);
    }

    /** The node itself keeps trying to reach it. */
    boolean isDialled() {
        return origin == Origin.CONNECT || origin == Origin.ADD;
    }

    /** A stranger that has not been let in. */
    boolean isGuest() {
        return !admitted && origin.isStranger();
    }

    /** True if the text has the form of a public key. */
    static boolean isKey(String text) {
        return KEY.matcher(text).matches();
    }

    /** True if this is the peer's public key, Peer ID or name. */
    boolean isCalled(String text) {
        return isIdentifiedBy(text) || text.equals(name());
    }

    /** True if this is the peer's public key or Peer ID, which nobody else can have. */
    boolean isIdentifiedBy(String text) {
        return key.toString().equals(text) || id.text().equals(text);
    }

    /** Where it was last; null for never. */
    @Nullable
    InetSocketAddress lastPlace() {
        return lastEndpoints.isEmpty() ? null : lastEndpoints.get(0).literal();
    }

    /** A handshake was completed by the path to there. */
    void reachedAt(InetSocketAddress remote) {
        Endpoint here = Endpoint.of(remote);
        // A link-local address means something else on another interface.
        boolean isNew = lastEndpoints.isEmpty() || !lastEndpoints.get(0).equals(here);
        if (isNew && !remote.getAddress().isLinkLocalAddress()) {
            lastEndpoints = Stream.concat(Stream.of(here), lastEndpoints.stream())
                    .distinct()
                    .limit(origin.isStranger() ? 1 : Remembered.MAX_ENDPOINTS) // it could name victims
                    .toList();
        }
    }

    /** Where it may be: where the operator says, and if it does not answer there, where it was last. */
    List<InetSocketAddress> places() {
        InetSocketAddress last = lastPlace();
        boolean triedThere = candidates.isEmpty() || unanswered > 0;
        if (last == null || !triedThere || candidates.contains(last)) {
            return candidates;
        }
        List<InetSocketAddress> places = new ArrayList<>(candidates);
        places.add(last);
        return places;
    }

    Peer boundPeer() {
        Peer bound = peer;
        if (bound == null) {
            throw new IllegalStateException("the tunnel does not have this peer yet");
        }
        return bound;
    }

    /** Where the peer is now; empty while unknown. */
    String endpointText() {
        Path path = boundPeer().lane().path();
        return path == null ? "" : Endpoint.text(path.remote());
    }

    PeerLabel label() {
        return new PeerLabel(name(), id);
    }

    /** What the peer calls itself, or did in an earlier run; null if it has not told. */
    @Nullable
    String name() {
        String told = hello == null ? name : hello.name();
        // A name that looks like a key or a Peer ID is meant to be taken for somebody else's.
        return told == null || told.isEmpty() || PeerId.hasForm(told) || isKey(told) ? null : told;
    }

    List<Cidr> addresses() {
        List<Cidr> addresses = new ArrayList<>(2);
        if (ownsIpv4) {
            addresses.add(Cidr.host(overlay.ipv4()));
        }
        addresses.add(Cidr.host(overlay.ipv6()));
        return addresses;
    }
}
