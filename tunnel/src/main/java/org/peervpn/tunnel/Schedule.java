package org.peervpn.tunnel;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * When the loop looks at which peer. A look may come earlier than anything is due, never later: a timer that moves to
 * later, which most do with every packet, costs nothing.
 */
final class Schedule {
    private record Look(long atNanos, Peer peer) {}

    private final TreeSet<Look> looks = new TreeSet<>(Comparator.comparingLong(Look::atNanos)
            .thenComparingLong(look -> look.peer().serial()));
    private final Map<Peer, Look> byPeer = new HashMap<>();

    /** Sees to it that the peer is looked at in time. */
    void plan(Peer peer) {
        plan(peer, peer.timers().deadlineNanos());
    }

    /** At this moment or before it. */
    void plan(Peer peer, long atNanos) {
        Look planned = byPeer.get(peer);
        if (atNanos == Timing.NEVER || (planned != null && planned.atNanos() <= atNanos)) {
            return;
        }
        remove(peer);
        Look look = new Look(atNanos, peer);
        looks.add(look);
        byPeer.put(peer, look);
    }

    /** The next peer whose moment has come, which is then no longer planned; null if there is none. */
    @Nullable
    Peer pollDue(long nowNanos) {
        if (nextNanos() > nowNanos) {
            return null;
        }
        Peer peer = looks.first().peer();
        remove(peer);
        return peer;
    }

    long nextNanos() {
        return looks.isEmpty() ? Timing.NEVER : looks.first().atNanos();
    }

    void remove(Peer peer) {
        Look look = byPeer.remove(peer);
        if (look != null) {
            looks.remove(look);
        }
    }
}
