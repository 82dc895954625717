package org.peervpn.nat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the servers of one address family have lately said about our endpoint: one vote for each server. */
final class Votes {

    /** @param times how many transactions in a row gave this endpoint */
    private record Vote(InetSocketAddress endpoint, int times) {}

    private final Map<InetSocketAddress, Vote> votes = new LinkedHashMap<>();

    void clear() {
        votes.clear();
    }

    void add(InetSocketAddress server, InetSocketAddress endpoint) {
        Vote before = votes.get(server);
        int timesBefore = before != null && before.endpoint.equals(endpoint) ? before.times : 0;
        votes.put(server, new Vote(endpoint, timesBefore + 1));
    }

    void remove(InetSocketAddress server) {
        votes.remove(server);
    }

    Set<InetSocketAddress> servers() {
        return votes.keySet();
    }

    /** What the server said last; null if it has not. */
    @Nullable
    InetSocketAddress of(InetSocketAddress server) {
        Vote vote = votes.get(server);
        return vote == null ? null : vote.endpoint;
    }

    boolean isEmpty() {
        return votes.isEmpty();
    }

    /** Different servers gave different endpoints, whichever may have the majority. */
    boolean differ() {
        return votes.values().stream().map(Vote::endpoint).distinct().count() > 1;
    }

    /** The endpoint on which all agree; null if they differ or there are none. */
    @Nullable
    InetSocketAddress unanimous() {
        return isEmpty() || differ() ? null : votes.values().iterator().next().endpoint;
    }

    /** Transactions that gave the endpoint. */
    int times(InetSocketAddress endpoint) {
        return votes.values().stream()
                .filter(vote -> vote.endpoint.equals(endpoint))
                .mapToInt(Vote::times)
                .sum();
    }

    /**
     * The endpoint that at least two servers of different addresses gave, and more of them than gave any other: one
     * server that lies cannot bring down what the others confirm. null if there is none.
     */
    @Nullable
    InetSocketAddress confirmed() {
        Map<InetSocketAddress, Set<InetAddress>> supporters = new HashMap<>();
        votes.forEach((server, vote) -> supporters
                .computeIfAbsent(vote.endpoint, endpoint -> new HashSet<>())
                .add(server.getAddress()));
        int all = supporters.values().stream().mapToInt(Set::size).sum();
        return supporters.entrySet().stream()
                .filter(entry ->
                        entry.getValue().size() >= 2 && 2 * entry.getValue().size() > all)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }
}
