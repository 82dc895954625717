package org.peervpn.nat.path;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.NatSummary;
import org.peervpn.nat.path.CheckKeys.Credentials;

/**
 * The path agents of all peers on one port: gives each check to the agent that it is for. Whoever has no key of ours gets
 * no answer. Called by the loop only.
 */
public final class PathAgents {
    static final int MAX_PENDING = 8192;

    /** After so long an answer does not count any more. */
    static final long PENDING_NANOS = 5_000_000_000L;

    private static final long DAY_MILLIS = 86_400_000L;

    private record Pending(PathAgent agent, Pair pair, Credentials credentials, long sentNanos) {}

    private record Inbound(PathAgent agent, Credentials credentials) {}

    private final SecureRandom random;
    private final LongSupplier utcMillis;
    private final List<PathAgent> agents = new ArrayList<>();
    private final Map<Check.Id, Pending> pending = new LinkedHashMap<>();
    private final Map<String, Inbound> inbound = new HashMap<>();
    private long inboundDay = Long.MIN_VALUE;
    private NatSummary ours = NatSummary.UNKNOWN;
    private boolean oursSettled;
    private @Nullable Spray spraying;
    private long dropped;
    private boolean changed;
    private long nextDeadlineNanos = Long.MAX_VALUE;

    /** @param utcMillis the clock on the wall */
    public PathAgents(SecureRandom random, LongSupplier utcMillis) {
        this.random = random;
        this.utcMillis = utcMillis;
    }

    public PathAgent add(CheckKeys keys, boolean mayBeSprayed, PathAgent.Output output) {
        refreshNames();
        PathAgent agent = new PathAgent(this, keys, mayBeSprayed, output);
        agents.add(agent);
        listenFor(agent);
        changed();
        return agent;
    }

    public void remove(PathAgent agent) {
        agent.close();
        agents.remove(agent);
        changed();
        pending.values().removeIf(sent -> sent.agent() == agent);
        inbound.values().removeIf(known -> known.agent() == agent);
    }

    /**
     * What is known of our own NAT.
     *
     * @param settled nothing more is to be expected soon
     */
    public void ours(NatSummary summary, boolean settled) {
        ours = summary;
        oursSettled = settled;
    }

    NatSummary ours() {
        return ours;
    }

    boolean oursSettled() {
        return oursSettled;
    }

    /** One node sprays for one peer at a time; false if it does for another. */
    boolean mayBeginSpray(Spray spray) {
        if (spraying != null && spraying != spray) {
            return false;
        }
        spraying = spray;
        return true;
    }

    void sprayEnded(Spray spray) {
        if (spraying == spray) {
            spraying = null;
        }
    }

    SecureRandom random() {
        return random;
    }

    long utcMillis() {
        return utcMillis.getAsLong();
    }

    /** Checks that nobody here had asked for, or that were not authentic. */
    public long droppedDatagrams() {
        return dropped;
    }

    /** A STUN datagram; false if it is none of ours. */
    public boolean receive(Pair from, ByteBuffer datagram, long nowNanos) {
        changed();
        if (Check.type(datagram) == Check.REQUEST) {
            receiveRequest(from, datagram, nowNanos);
            return true;
        }
        Pending sent = pending.get(Check.id(datagram));
        if (sent == null) {
            return false;
        }
        // From elsewhere than we sent to, it says nothing about that path (RFC 8445, section 7.2.5.2.1).
        InetSocketAddress mapped = Check.mapped(datagram);
        boolean answers = sent.pair().remote().equals(from.remote())
                && mapped != null
                && nowNanos - sent.sentNanos() <= PENDING_NANOS
                && Check.isAuthentic(datagram, sent.credentials());
        if (answers) {
            pending.remove(Check.id(datagram));
            sent.agent().answered(sent.pair(), nowNanos - sent.sentNanos(), nowNanos);
        } else {
            dropped++;
        }
        return true;
    }

    /** Tells the local network's peers of these agents, and nobody else, that we are there. */
    public ByteBuffer beacon(List<PathAgent> called, int port) {
        return LanBeacon.encode(called.stream().map(PathAgent::keys).toList(), port, day(), random);
    }

    boolean calls(LanBeacon beacon, PathAgent agent) {
        return beacon.isFrom(agent.keys(), day());
    }

    private void receiveRequest(Pair from, ByteBuffer datagram, long nowNanos) {
        refreshNames();
        String username = Check.username(datagram);
        Inbound known = username == null ? null : inbound.get(username);
        if (known == null || !Check.isAuthentic(datagram, known.credentials())) {
            dropped++;
            return;
        }
        if (known.agent().mayAnswer(nowNanos)) {
            known.agent().send(from, Check.response(Check.id(datagram), from.remote(), known.credentials()));
            known.agent().asked(from, nowNanos);
        }
    }

    private void refreshNames() {
        long day = day();
        if (day != inboundDay) {
            inboundDay = day;
            inbound.clear();
            agents.forEach(this::listenFor);
        }
    }

    /** Yesterday's and tomorrow's names count, too: clocks differ. */
    private void listenFor(PathAgent agent) {
        for (long day = inboundDay - 1; day <= inboundDay + 1; day++) {
            Credentials credentials = agent.keys().inbound(day);
            inbound.put(credentials.username, new Inbound(agent, credentials));
        }
    }

    /** Sends a check and awaits its answer. */
    void check(PathAgent agent, Pair pair, long nowNanos) {
        Iterator<Pending> oldest = pending.values().iterator();
        while (oldest.hasNext()) {
            boolean isOver = nowNanos - oldest.next().sentNanos() > PENDING_NANOS;
            if (!isOver && pending.size() < MAX_PENDING) {
                break;
            }
            oldest.remove();
        }
        Check.Id id = new Check.Id(random.nextLong(), random.nextInt());
        Credentials credentials = agent.outbound(day());
        pending.put(id, new Pending(agent, pair, credentials, nowNanos));
        agent.send(pair, Check.request(id, credentials));
    }

    private long day() {
        return Math.floorDiv(utcMillis(), DAY_MILLIS);
    }

    public void onTimeout(long nowNanos) {
        changed();
        for (PathAgent agent : List.copyOf(agents)) {
            if (agent.nextDeadlineNanos() <= nowNanos) {
                agent.onTimeout(nowNanos);
            }
        }
    }

    /** Asked after every batch of datagrams, so it is computed anew only when an agent has been at work. */
    public long nextDeadlineNanos() {
        if (changed) {
            changed = false;
            nextDeadlineNanos = Long.MAX_VALUE;
            for (PathAgent agent : agents) {
                nextDeadlineNanos = Math.min(nextDeadlineNanos, agent.nextDeadlineNanos());
            }
        }
        return nextDeadlineNanos;
    }

    /** An agent may want to be woken at another moment. */
    void changed() {
        changed = true;
    }
}
