package org.peervpn.nat.path;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.peervpn.nat.NatSummary;
import org.peervpn.nat.Prospect;

/**
 * The way through one hard NAT. The side behind it opens {@link Probes#SOCKETS} sockets, each with a mapping of its own
 * to the other side's endpoint; the other side tries ports of the hard NAT's address until it meets one of them. Only
 * where both sides have agreed, to the one address that the peer gave, at 100 datagrams a second, and seldom.
 */
final class Spray {
    static final long STEP_NANOS = 10_000_000L;

    /** An ordinary attempt has had its chance. */
    static final long OPEN_AFTER_NANOS = 500_000_000L;

    /** Some mappings are open by then. */
    static final long PROBE_AFTER_NANOS = 1_500_000_000L;

    static final long ROUND_NANOS = 15_000_000_000L;

    /** The winner is in use by then. */
    static final long LINGER_NANOS = 3_000_000_000L;

    /** The first rounds may come before the other side has started. */
    static final int FIRST_ROUNDS = 6;

    static final long ROUND_INTERVAL_NANOS = 1_800_000_000_000L;

    private enum Role {
        NONE,
        OPEN,
        PROBE
    }

    private final PathAgents all;
    private final PathAgent agent;
    private final PathAgent.Output output;
    private final Set<Integer> channels = new HashSet<>();
    private final Deque<Integer> ports = new ArrayDeque<>();

    private Role role = Role.NONE;
    private long plannedNanos;
    private long decideNanos = Long.MAX_VALUE;
    private long stepNanos = Long.MAX_VALUE;
    private long closeNanos = Long.MAX_VALUE;
    private boolean mayRepeat;
    private int rounds;
    private long lastRoundNanos;
    private boolean found;

    Spray(PathAgents all, PathAgent agent, PathAgent.Output output) {
        this.all = all;
        this.agent = agent;
        this.output = output;
    }

    /** An attempt has begun; if it does not succeed soon, a round begins where both NATs ask for one. */
    void plan(long nowNanos) {
        if (role == Role.NONE && agent.mutualSpray()) {
            found = false;
            mayRepeat = true;
            planRound(nowNanos);
        }
    }

    private void planRound(long nowNanos) {
        plannedNanos = nowNanos;
        decideNanos = nowNanos + OPEN_AFTER_NANOS;
    }

    /** The peer was heard on this channel, and the check back is on its way. */
    void heard(int channel, long nowNanos) {
        if (channels.contains(channel)) {
            linger(nowNanos);
        }
    }

    /** What was met in the last moment is not closed before a handshake could use it; but once only. */
    private void linger(long nowNanos) {
        if (closeNanos != Long.MAX_VALUE) {
            long roundEndNanos = lastRoundNanos + ROUND_NANOS;
            closeNanos = Math.max(closeNanos, Math.min(nowNanos, roundEndNanos) + LINGER_NANOS);
        }
    }

    /** A pair is valid. */
    void found(long nowNanos) {
        linger(nowNanos);
        stop();
    }

    private void stop() {
        found = true;
        decideNanos = Long.MAX_VALUE;
        stepNanos = Long.MAX_VALUE;
        all.sprayEnded(this);
    }

    /** The tunnel works: no channel is needed any more but the one in use. */
    void end(long nowNanos) {
        stop();
        if (!channels.isEmpty()) {
            closeNanos = Math.min(closeNanos, nowNanos + LINGER_NANOS);
        }
    }

    void onTimeout(long nowNanos) {
        if (nowNanos >= decideNanos) {
            decideNanos = Long.MAX_VALUE;
            decide(nowNanos);
        }
        if (nowNanos >= stepNanos) {
            step(nowNanos);
        }
        if (nowNanos >= closeNanos) {
            closeNanos = Long.MAX_VALUE;
            finish();
            repeat(nowNanos);
        }
    }

    long nextDeadlineNanos() {
        return Math.min(decideNanos, Math.min(stepNanos, closeNanos));
    }

    private void decide(long nowNanos) {
        NatSummary ours = all.ours();
        if (ours.mapping() == null && !all.oursSettled()) {
            decideNanos = nowNanos + OPEN_AFTER_NANOS;
            return;
        }
        Prospect prospect = agent.prospect();
        InetSocketAddress remote = agent.publicEndpoint();
        boolean helps = prospect == Prospect.SPRAY || prospect == Prospect.PREDICT;
        if (found || !helps || remote == null || !mayBegin(nowNanos)) {
            return;
        }
        if (!all.mayBeginSpray(this)) {
            decideNanos = nowNanos + OPEN_AFTER_NANOS;
            return;
        }
        rounds++;
        lastRoundNanos = nowNanos;
        closeNanos = nowNanos + ROUND_NANOS;
        if (ours.isHard()) {
            role = Role.OPEN;
            stepNanos = nowNanos;
            agent.note(nowNanos, "opening " + Probes.SOCKETS + " mappings");
        } else {
            role = Role.PROBE;
            ports.addAll(Probes.of(agent.theirs(), remote.getPort(), all.random()));
            stepNanos = Math.max(nowNanos, plannedNanos + PROBE_AFTER_NANOS);
            agent.note(nowNanos, "trying " + ports.size() + " ports");
        }
    }

    private boolean mayBegin(long nowNanos) {
        return rounds < FIRST_ROUNDS || nowNanos - lastRoundNanos >= ROUND_INTERVAL_NANOS;
    }

    private void step(long nowNanos) {
        InetSocketAddress remote = agent.publicEndpoint();
        boolean more = remote != null && (role == Role.OPEN ? open(remote, nowNanos) : probe(remote, nowNanos));
        stepNanos = more ? nowNanos + STEP_NANOS : Long.MAX_VALUE;
    }

    private boolean open(InetSocketAddress remote, long nowNanos) {
        int channel = output.openChannel(remote);
        if (channel < 0) {
            return false;
        }
        channels.add(channel);
        all.check(agent, new Pair(channel, remote), nowNanos);
        return channels.size() < Probes.SOCKETS;
    }

    private boolean probe(InetSocketAddress remote, long nowNanos) {
        Integer port = ports.poll();
        Pair pair = port == null ? null : output.pairTo(new InetSocketAddress(remote.getAddress(), port));
        if (pair == null) {
            return false;
        }
        all.check(agent, pair, nowNanos);
        return !ports.isEmpty();
    }

    private void finish() {
        role = Role.NONE;
        all.sprayEnded(this);
        ports.clear();
        int kept = agent.channelInUse();
        channels.removeIf(channel -> {
            boolean isOver = channel != kept;
            if (isOver) {
                output.closeChannel(channel);
            }
            return isOver;
        });
        stepNanos = Long.MAX_VALUE;
    }

    /** One round in fifty misses: the other side has seen that, too, and begins another one at the same time. */
    private void repeat(long nowNanos) {
        if (!found && mayRepeat) {
            mayRepeat = false;
            planRound(nowNanos);
        }
    }

    void close() {
        all.sprayEnded(this);
        channels.forEach(output::closeChannel);
        channels.clear();
    }
}
