package org.peervpn.nat.path;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Candidate;
import org.peervpn.nat.CandidateType;
import org.peervpn.nat.NatSummary;
import org.peervpn.nat.Prospect;
import org.peervpn.nat.path.CheckKeys.Credentials;

/**
 * Seeks the best path to one peer. It sends authenticated checks to where the peer may be; a pair on which one is
 * answered is valid, and the best valid pair is used.
 *
 * <ol>
 *   <li>An <em>attempt</em> is a burst: for 5 s five checks a second to each candidate, then silence ({@link Slots}).
 *   <li>A check that arrives is answered, and checked back: that finds endpoints that nobody could have told.
 *   <li>If one side's NAT is hard and both agree, an attempt goes on as a {@link Spray}.
 *   <li>The controlling side decides between valid pairs; the other follows, as WireGuard roams.
 * </ol>
 */
public final class PathAgent {

    /** What the agent asks of the node. Called inside a call of the agents; must not call back in. */
    public interface Output {
        void send(Pair pair, ByteBuffer check);

        /** The pair by the channel of the address's family; null if this machine does not have that family. */
        @Nullable
        Pair pairTo(InetSocketAddress remote);

        /** The pair is valid and the best: it should carry the tunnel. */
        void use(Pair pair, CandidateType type, long rttNanos);

        /** A socket of its own beside the port, for this peer; negative if there can be none. */
        int openChannel(InetSocketAddress remote);

        void closeChannel(int channel);
    }

    public static final int MAX_CANDIDATES = 16;

    static final long BURST_NANOS = 5_000_000_000L;
    static final long CHECK_INTERVAL_NANOS = 200_000_000L;

    /** Between any two checks (Ta of RFC 8445, section 14.2, which asks for 50 ms unless the path is known to bear more). */
    static final long PACE_NANOS = 20_000_000L;

    /** The controlled side leaves the choice to the other one for so long. */
    static final long DEFERENCE_NANOS = 500_000_000L;

    /** After so much of an attempt a pair that has not answered counts as dead. */
    static final long VERDICT_NANOS = 1_500_000_000L;

    /** A handshake needs so long; beginning another one would make the answer to the first worthless. */
    static final long HANDSHAKE_NANOS = 1_000_000_000L;

    /** What was found in an earlier attempt may be gone. */
    static final long FORGET_NANOS = 10_000_000_000L;

    private static final int MAX_TARGETS = 32;
    private static final int MAX_ANSWERS_PER_SECOND = 200;

    /** A pair, and what became of the checks on it. */
    private static final class Target {
        final Pair pair;
        CandidateType type;
        long nextCheckNanos;
        long rttNanos = -1;

        /** When the peer was last heard on it. */
        long heardNanos = Long.MIN_VALUE;

        /** When the last check on it was answered: only that shows that it leads there and back. */
        long answeredNanos = Long.MIN_VALUE;

        Target(Pair pair, CandidateType type, long nowNanos) {
            this.pair = pair;
            this.type = type;
            this.nextCheckNanos = nowNanos;
        }

        boolean isValid() {
            return rttNanos >= 0;
        }

        PathScore score() {
            return PathScore.of(type, pair, rttNanos < 0 ? Long.MAX_VALUE : rttNanos);
        }
    }

    private final PathAgents all;
    private final CheckKeys keys;
    private final boolean mayBeSprayed;
    private final Output output;
    private final Journal journal = new Journal();
    private final Spray spray;
    private final Map<Pair, Target> targets = new LinkedHashMap<>();

    private List<Candidate> candidates = List.of();
    private NatSummary theirs = NatSummary.UNKNOWN;
    private boolean theyMayBeSprayed;

    private long attemptStartNanos;
    private long attemptEndNanos = Long.MIN_VALUE;
    private long nextAttemptNanos = Long.MAX_VALUE;
    private long paceNanos;
    private long chooseNanos = Long.MAX_VALUE;
    private long chosenNanos = -HANDSHAKE_NANOS;
    private boolean wanted;
    private boolean connected;
    private @Nullable Pair inUse;
    private long secondStartNanos;
    private int answersInSecond;
    private long credentialsDay = Long.MIN_VALUE;
    private @Nullable Credentials outbound;

    PathAgent(PathAgents all, CheckKeys keys, boolean mayBeSprayed, Output output) {
        this.all = all;
        this.keys = keys;
        this.mayBeSprayed = mayBeSprayed;
        this.output = output;
        this.spray = new Spray(all, this, output);
    }

    // What the node tells.

    /**
     * Where the peer may be, the likeliest first, and what is known of its NAT; more than {@link #MAX_CANDIDATES} are
     * left out.
     *
     * @param sprayed the peer agrees to be sprayed
     */
    public void remote(List<Candidate> endpoints, NatSummary nat, boolean sprayed) {
        candidates = endpoints.stream().limit(MAX_CANDIDATES).toList();
        theirs = nat;
        theyMayBeSprayed = sprayed;
    }

    /** Whether attempts are to be repeated while the peer is not connected. */
    public void wanted(boolean isWanted, long nowNanos) {
        all.changed();
        wanted = isWanted;
        if (!isWanted) {
            nextAttemptNanos = Long.MAX_VALUE;
        } else if (nextAttemptNanos == Long.MAX_VALUE && !connected && !isAttempting(nowNanos)) {
            planNext(nowNanos);
        }
    }

    /** An attempt is to be made now. */
    public void begin(long nowNanos) {
        all.changed();
        nextAttemptNanos = nowNanos;
    }

    /** The tunnel works, by this pair. */
    public void connected(Pair pair, long nowNanos) {
        all.changed();
        if (!connected) {
            journal.add(nowNanos, "connected by " + describe(pair));
        }
        connected = true;
        inUse = pair;
        nextAttemptNanos = Long.MAX_VALUE;
        spray.end(nowNanos);
    }

    public void disconnected(long nowNanos) {
        all.changed();
        journal.add(nowNanos, "connection lost");
        connected = false;
        targets.clear();
        if (wanted) {
            begin(nowNanos);
        }
    }

    /** How the peer can be reached, as far as both NATs are known. */
    public Prospect prospect() {
        return Prospect.of(all.ours(), theirs);
    }

    /** The last events, the oldest first, each a line. */
    public List<String> events() {
        return journal.lines();
    }

    /** How the peer's endpoint came to be known; null if it was not. */
    public @Nullable CandidateType typeOf(InetSocketAddress endpoint) {
        return candidates.stream()
                .filter(candidate -> candidate.endpoint().equals(endpoint))
                .map(Candidate::type)
                .findFirst()
                .orElse(null);
    }

    /** The beacon is this peer's, and for us. */
    public boolean isCalledBy(LanBeacon beacon) {
        return all.calls(beacon, this);
    }

    public NatSummary theirs() {
        return theirs;
    }

    // The doors.

    void onTimeout(long nowNanos) {
        if (nowNanos >= nextAttemptNanos) {
            startAttempt(nowNanos);
        }
        if (isAttempting(nowNanos)) {
            sendDueChecks(nowNanos);
        } else {
            attemptEndNanos = Long.MIN_VALUE;
        }
        spray.onTimeout(nowNanos);
        if (nowNanos >= chooseNanos) {
            chooseNanos = Long.MAX_VALUE;
            choose(nowNanos);
        }
        if (wanted && !connected && nextAttemptNanos == Long.MAX_VALUE && !isAttempting(nowNanos)) {
            planNext(nowNanos);
        }
    }

    long nextDeadlineNanos() {
        long next = Math.min(Math.min(nextAttemptNanos, chooseNanos), spray.nextDeadlineNanos());
        if (attemptEndNanos != Long.MIN_VALUE) {
            long check = attemptEndNanos;
            for (Target target : targets.values()) {
                check = Math.min(check, Math.max(target.nextCheckNanos, paceNanos));
            }
            next = Math.min(next, check);
        }
        return next;
    }

    /** An authentic check has come on this pair and has been answered. */
    void asked(Pair pair, long nowNanos) {
        Target target = targets.get(pair);
        if (target == null && targets.size() < MAX_TARGETS) {
            CandidateType type = typeOf(pair.remote());
            target = new Target(pair, type == null ? CandidateType.PEER_REFLEXIVE : type, nowNanos);
            targets.put(pair, target);
            journal.add(nowNanos, "heard the peer at " + describe(pair));
        }
        if (target != null) {
            target.heardNanos = nowNanos;
        }
        spray.heard(pair.channel(), nowNanos);
        if (target != null && !target.isValid()) {
            check(target, nowNanos); // while its own check has the way open
        }
        // It is there, now: what else there may be of ways is worth trying.
        if (!connected && !isAttempting(nowNanos)) {
            begin(nowNanos);
        }
    }

    /** A check of ours has been answered. */
    void answered(Pair pair, long rttNanos, long nowNanos) {
        Target target = targets.get(pair);
        if (target == null) {
            target = new Target(pair, CandidateType.PEER_REFLEXIVE, nowNanos);
            targets.put(pair, target);
        }
        if (!target.isValid()) {
            journal.add(nowNanos, describe(pair) + " answers in " + rttNanos / 1_000_000 + " ms");
        }
        boolean isBetter = !target.isValid() || rttNanos < target.rttNanos;
        target.rttNanos = isBetter ? rttNanos : target.rttNanos;
        target.nextCheckNanos = Long.MAX_VALUE;
        target.heardNanos = nowNanos;
        target.answeredNanos = nowNanos;
        spray.found(nowNanos);
        if (keys.areSmaller()) {
            choose(nowNanos);
        } else if (chooseNanos == Long.MAX_VALUE) {
            chooseNanos = nowNanos + DEFERENCE_NANOS; // if connected: the pair in use may be dead
        }
    }

    boolean mayAnswer(long nowNanos) {
        if (nowNanos - secondStartNanos >= 1_000_000_000L) {
            secondStartNanos = nowNanos;
            answersInSecond = 0;
        }
        return ++answersInSecond <= MAX_ANSWERS_PER_SECOND;
    }

    void close() {
        spray.close();
    }

    // An attempt.

    private void startAttempt(long nowNanos) {
        nextAttemptNanos = Long.MAX_VALUE;
        attemptStartNanos = nowNanos;
        attemptEndNanos = nowNanos + BURST_NANOS;
        paceNanos = nowNanos;
        targets.values().removeIf(target -> target.heardNanos < nowNanos - FORGET_NANOS && !isConnectedBy(target));
        for (Candidate candidate : candidates) {
            Pair pair = output.pairTo(candidate.endpoint());
            if (pair != null) {
                targets.computeIfAbsent(pair, p -> new Target(p, candidate.type(), nowNanos));
            }
        }
        targets.values().forEach(target -> target.nextCheckNanos = nowNanos);
        journal.add(nowNanos, "attempt with " + targets.size() + " candidates, " + prospect());
        if (connected) {
            chooseNanos = nowNanos + VERDICT_NANOS;
        } else {
            spray.plan(nowNanos);
        }
    }

    private boolean isAttempting(long nowNanos) {
        return nowNanos < attemptEndNanos;
    }

    private void planNext(long nowNanos) {
        nextAttemptNanos = nowNanos + Slots.millisToNext(all.utcMillis()) * 1_000_000L;
    }

    private void sendDueChecks(long nowNanos) {
        for (Target target : targets.values()) {
            if (nowNanos < paceNanos) {
                return;
            }
            if (nowNanos >= target.nextCheckNanos) {
                check(target, nowNanos);
            }
        }
    }

    private void check(Target target, long nowNanos) {
        target.nextCheckNanos = nowNanos + CHECK_INTERVAL_NANOS;
        paceNanos = nowNanos + PACE_NANOS;
        all.check(this, target.pair, nowNanos);
    }

    // The choice.

    private void choose(long nowNanos) {
        Target best = targets.values().stream()
                .filter(target -> target.isValid() && !isOld(target, nowNanos) && !isDead(target, nowNanos))
                .min(Comparator.comparing(Target::score))
                .orElse(null);
        boolean isTried = connected || nowNanos - chosenNanos < HANDSHAKE_NANOS;
        if (best == null || (isTried && best.pair.equals(inUse))) {
            return;
        }
        Target used = connected && inUse != null ? targets.get(inUse) : null;
        boolean isDead = used != null && isDead(used, nowNanos);
        boolean isBetter = used == null || isDead || best.score().compareTo(used.score()) < 0;
        boolean mayChoose = keys.areSmaller() || !connected || isDead;
        if (isBetter && mayChoose) {
            inUse = best.pair;
            chosenNanos = nowNanos;
            journal.add(nowNanos, "chose " + describe(best.pair));
            output.use(best.pair, best.type, best.rttNanos);
        }
    }

    /** The peer may have left it meanwhile. What it is connected by is known to work by what comes. */
    private boolean isOld(Target target, long nowNanos) {
        return target.answeredNanos < nowNanos - FORGET_NANOS && !isConnectedBy(target);
    }

    private boolean isConnectedBy(Target target) {
        return connected && target.pair.equals(inUse);
    }

    /** In the last attempt, which has gone on for a while, and since then no check on the pair was answered. */
    private boolean isDead(Target target, long nowNanos) {
        return nowNanos - attemptStartNanos >= VERDICT_NANOS && target.answeredNanos < attemptStartNanos;
    }

    // For the parts.

    CheckKeys keys() {
        return keys;
    }

    Credentials outbound(long day) {
        if (outbound == null || day != credentialsDay) {
            credentialsDay = day;
            outbound = keys.outbound(day);
        }
        return outbound;
    }

    void send(Pair pair, ByteBuffer check) {
        output.send(pair, check);
    }

    /** By which the tunnel works, whoever has chosen it; negative while it does not. */
    int channelInUse() {
        return connected && inUse != null ? inUse.channel() : -1;
    }

    boolean mutualSpray() {
        return mayBeSprayed && theyMayBeSprayed;
    }

    void note(long nowNanos, String event) {
        journal.add(nowNanos, event);
    }

    /** The peer's public IPv4 endpoint as last known; null if there is none. */
    @Nullable
    InetSocketAddress publicEndpoint() {
        return candidates.stream()
                .filter(candidate -> candidate.endpoint().getAddress() instanceof Inet4Address ipv4
                        && !ipv4.isSiteLocalAddress()
                        && !ipv4.isLinkLocalAddress())
                .max(Comparator.comparing(Candidate::type))
                .map(Candidate::endpoint)
                .orElse(null);
    }

    private String describe(Pair pair) {
        Target target = targets.get(pair);
        String type = target == null ? "" : " (" + target.type.name().toLowerCase(Locale.ROOT) + ")";
        InetSocketAddress remote = pair.remote();
        return remote.getAddress().getHostAddress() + " port " + remote.getPort() + type;
    }
}
