package org.peervpn.nat;

import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.MappingWatch.Mapping;

/**
 * Watches the mapping of one address family.
 *
 * <ol>
 *   <li>A <em>round</em> asks all servers. While nothing is known, the first answer is believed, unconfirmed.
 *   <li>Once a mapping is confirmed, a <em>refresh</em> asks one server in turn, which also keeps the mapping alive.
 *   <li>If the answer has changed or is missing, a round asks the others at once. What was confirmed changes only when
 *       a second server, or for want of one a second transaction, says so.
 *   <li>A silent round is repeated with growing pauses; after the second the mapping is lost.
 * </ol>
 */
final class FamilyWatch {

    /** What the family asks of the watch. */
    interface Output {
        void ask(InetSocketAddress server, long startNanos);

        void forget(InetSocketAddress server);

        void mappingChanged(@Nullable Mapping old, @Nullable Mapping current);
    }

    static final long REFRESH_JITTER_NANOS = seconds(2);
    static final long STAGGER_NANOS = 20_000_000L;
    static final int SILENT_ROUNDS_UNTIL_LOST = 2;
    static final int MAX_REPEATS = 3;

    private static final long SILENCE_PAUSE_NANOS = seconds(5);
    private static final long MAX_SILENCE_PAUSE_NANOS = seconds(30);

    private final SecureRandom random;
    private final Output output;
    private final Votes votes = new Votes();
    private final Set<InetSocketAddress> asked = new HashSet<>(); // and has neither answered nor timed out

    private List<InetSocketAddress> servers = List.of();
    private Map<InetSocketAddress, InetSocketAddress> observed = Map.of(); // empty until the first round is over
    private @Nullable Mapping mapping; // null while unknown, lost, or disputed
    private boolean disputed;
    private boolean settled;
    private boolean refreshing; // asked holds the one server of a refresh
    private int turn;
    private int silentRounds;
    private int repeats;
    private long changes;
    private long refreshNanos = RefreshInterval.USUAL_NANOS;
    private long nextAskNanos = Long.MAX_VALUE; // MAX_VALUE while somebody is being asked

    FamilyWatch(SecureRandom random, Output output) {
        this.random = random;
        this.output = output;
    }

    @Nullable
    Mapping mapping() {
        return mapping;
    }

    boolean disputed() {
        return disputed;
    }

    /**
     * What each server has lately seen, in the order in which they were asked, without what a confirmed mapping
     * contradicts. While servers are asked again, and where too few of them answer, what was seen before still holds.
     */
    Map<InetSocketAddress, InetSocketAddress> observed() {
        return observed.isEmpty() ? voted() : observed;
    }

    private Map<InetSocketAddress, InetSocketAddress> voted() {
        Map<InetSocketAddress, InetSocketAddress> voted = new LinkedHashMap<>();
        for (InetSocketAddress server : servers) {
            InetSocketAddress endpoint = votes.of(server);
            boolean isLie = mapping != null && mapping.confirmed() && !isKnown(endpoint);
            if (endpoint != null && !isLie) {
                voted.put(server, endpoint);
            }
        }
        return voted;
    }

    boolean settled() {
        return settled;
    }

    /** Grows with whatever may change what the others here say. */
    long changes() {
        return changes;
    }

    /** From the next pause on, and that under way becomes no longer. */
    void refreshInterval(long nanos, long nowNanos) {
        refreshNanos = nanos;
        if (nextAskNanos != Long.MAX_VALUE && !votes.isEmpty()) {
            nextAskNanos = Math.min(nextAskNanos, nowNanos + nanos);
        }
    }

    long nextDeadlineNanos() {
        return nextAskNanos;
    }

    void servers(List<InetSocketAddress> wanted, long nowNanos) {
        boolean known = settled || !asked.isEmpty();
        if (known && wanted.equals(servers)) {
            return;
        }
        forgetAsked();
        servers = List.copyOf(wanted);
        askAll(nowNanos);
    }

    /** The network has changed: what is known holds until the servers say otherwise. */
    void askAgain(long nowNanos) {
        if (!servers.isEmpty()) {
            forgetAsked();
            silentRounds = 0;
            askAll(nowNanos);
        }
    }

    void onTimeout(long nowNanos) {
        if (nowNanos < nextAskNanos) {
            return;
        }
        if (mapping == null || !mapping.confirmed() || votes.isEmpty()) {
            askAll(nowNanos);
        } else {
            refresh(nowNanos);
        }
    }

    /** @param endpoint null if the server could not or would not tell a usable one */
    void answered(InetSocketAddress server, @Nullable InetSocketAddress endpoint, long nowNanos) {
        changes++;
        asked.remove(server);
        boolean asKnown = mapping != null && mapping.endpoint().equals(endpoint);
        if (refreshing && asKnown) {
            ended(nowNanos);
            return;
        }
        if (refreshing) {
            votes.clear();
        }
        if (endpoint == null) {
            votes.remove(server);
        } else {
            votes.add(server, endpoint);
        }
        if (refreshing) {
            askOthers(server, nowNanos);
        } else {
            decide(nowNanos);
        }
    }

    void timedOut(InetSocketAddress server, long nowNanos) {
        answered(server, null, nowNanos);
    }

    private void refresh(long nowNanos) {
        List<InetSocketAddress> responsive = new ArrayList<>(votes.servers());
        turn++;
        refreshing = true;
        ask(List.of(responsive.get(turn % responsive.size())), nowNanos);
    }

    private void askAll(long nowNanos) {
        changes++;
        votes.clear();
        refreshing = false;
        ask(servers, nowNanos);
        decide(nowNanos);
    }

    private void askOthers(InetSocketAddress known, long nowNanos) {
        refreshing = false;
        List<InetSocketAddress> others =
                servers.stream().filter(server -> !server.equals(known)).toList();
        ask(others.isEmpty() ? List.of(known) : others, nowNanos);
    }

    private void ask(Collection<InetSocketAddress> whom, long nowNanos) {
        nextAskNanos = Long.MAX_VALUE;
        long startNanos = nowNanos;
        for (InetSocketAddress server : whom) {
            asked.add(server);
            output.ask(server, startNanos);
            startNanos += STAGGER_NANOS;
        }
    }

    private void forgetAsked() {
        asked.forEach(output::forget);
        asked.clear();
    }

    /** Draws what conclusion can be drawn from the votes so far; at the end of the round all that can. */
    private void decide(long nowNanos) {
        boolean over = asked.isEmpty();
        InetSocketAddress confirmed = votes.confirmed();
        InetSocketAddress unanimous = votes.unanimous();
        if (confirmed != null) {
            learnt(new Mapping(confirmed, true));
        } else if (votes.differ()) {
            if (over || mapping == null || !mapping.confirmed()) {
                dispute();
            }
        } else if (unanimous != null && !isKnown(unanimous)) {
            boolean nothingToDefend = mapping == null && !disputed;
            if (nothingToDefend || (over && votes.times(unanimous) >= 2)) {
                learnt(new Mapping(unanimous, false));
            } else if (over && repeats < MAX_REPEATS) {
                repeats++;
                ask(List.copyOf(votes.servers()), nowNanos);
                return;
            } else if (over) {
                dispute(); // no two answers are alike: the server lies, or each datagram gets a mapping of its own
            }
        }
        if (over) {
            ended(nowNanos);
        }
    }

    private boolean isKnown(@Nullable InetSocketAddress endpoint) {
        return mapping != null && mapping.endpoint().equals(endpoint);
    }

    private void ended(long nowNanos) {
        settled = true;
        repeats = 0;
        refreshing = false;
        observe();
        if (servers.isEmpty()) {
            lost();
            return;
        }
        if (votes.isEmpty()) {
            silentRounds++;
            nextAskNanos = nowNanos + Math.min(silentRounds * SILENCE_PAUSE_NANOS, MAX_SILENCE_PAUSE_NANOS);
            if (silentRounds >= SILENT_ROUNDS_UNTIL_LOST) {
                lost();
            }
        } else {
            silentRounds = 0;
            nextAskNanos = nowNanos + pauseNanos() - random.nextLong(REFRESH_JITTER_NANOS);
        }
    }

    /** At the end of a round. */
    private void observe() {
        Map<InetSocketAddress, InetSocketAddress> voted = voted();
        boolean differed = observed.values().stream().distinct().count() > 1;
        boolean holds =
                disputed ? differed : !differed && mapping != null && observed.containsValue(mapping.endpoint());
        long addresses = voted.keySet().stream()
                .map(InetSocketAddress::getAddress)
                .distinct()
                .count();
        if (addresses >= 2 || !holds) {
            observed = voted;
        }
    }

    /** Servers that disagree tell of a NAT with a mapping for each destination. */
    private long pauseNanos() {
        return disputed ? Math.min(refreshNanos, RefreshInterval.SHORT_NANOS) : refreshNanos;
    }

    private void learnt(Mapping current) {
        disputed = false;
        become(current);
    }

    private void dispute() {
        disputed = true;
        become(null);
    }

    private void lost() {
        observed = Map.of();
        disputed = false;
        become(null);
    }

    private void become(@Nullable Mapping current) {
        Mapping old = mapping;
        mapping = current;
        if (old == null ? current != null : !old.equals(current)) {
            output.mappingChanged(old, current);
        }
    }

    private static long seconds(int seconds) {
        return seconds * 1_000_000_000L;
    }
}
