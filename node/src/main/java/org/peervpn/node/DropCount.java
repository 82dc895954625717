package org.peervpn.node;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;
import org.peervpn.tunnel.DropReason;

/** How often something was dropped, and why. Any thread may count. */
public final class DropCount {

    /** Why the node dropped something that the tunnel had let through, or before it reached the tunnel. */
    public enum Reason {
        /** The inner source address is not of the peer that sent it. */
        FOREIGN_SOURCE,
        /** An inner packet that is no well-formed IPv4 or IPv6 packet. */
        BAD_PACKET,
        /** From a peer that is not admitted. */
        NOT_ADMITTED,
        /** A control message that cannot be read. */
        BAD_CONTROL_MESSAGE,
        /** A packet of this machine for which there is no peer. */
        NO_PEER,
        /** A packet for a peer of which no path is known yet. */
        NO_PATH,
        /** The table of unknown peers is full. */
        TOO_MANY_PEERS,
        /** The loop did not keep up with packets that wait for a handshake. */
        LOOP_BUSY
    }

    private final AtomicLongArray tunnel = new AtomicLongArray(DropReason.values().length);
    private final AtomicLongArray node = new AtomicLongArray(Reason.values().length);

    void count(DropReason reason) {
        tunnel.incrementAndGet(reason.ordinal());
    }

    public void count(Reason reason) {
        node.incrementAndGet(reason.ordinal());
    }

    /** What has been dropped so far, by reason, without the reasons that never occurred. */
    public Map<String, Long> counts() {
        Map<String, Long> counts = new TreeMap<>();
        for (DropReason reason : DropReason.values()) {
            put(counts, reason, tunnel.get(reason.ordinal()));
        }
        for (Reason reason : Reason.values()) {
            put(counts, reason, node.get(reason.ordinal()));
        }
        return counts;
    }

    private static void put(Map<String, Long> counts, Enum<?> reason, long count) {
        if (count > 0) {
            counts.put(reason.name().toLowerCase(Locale.ROOT), count);
        }
    }
}
