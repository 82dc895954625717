package org.peervpn.node;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
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
        /** A guest's proof of a passcode that is not ours, or one too many. */
        WRONG_PASSCODE,
        /** A guest's proof of an invitation that lets in nobody, or one too many. */
        WRONG_INVITATION,
        /** A control message that cannot be read. */
        BAD_CONTROL_MESSAGE,
        /** From a peer that has said more of late than anybody needs to. */
        TOO_MANY_CONTROL_MESSAGES,
        /** What came to the beacons' group and is no beacon, or came from elsewhere than the local network. */
        BAD_BEACON,
        /** More beacons than we care to look at. */
        TOO_MANY_BEACONS,
        /** A packet of this machine for which there is no peer. */
        NO_PEER,
        /** A packet for a peer of which no path is known yet. */
        NO_PATH,
        /** The table of unknown peers is full. */
        TOO_MANY_PEERS,
        /** The loop did not keep up with packets that wait for a handshake, or with what workers gave it. */
        LOOP_BUSY
    }

    private final Map<DropReason, LongAdder> tunnel = counters(DropReason.class);
    private final Map<Reason, LongAdder> node = counters(Reason.class);

    /** One counter for each constant, so that nobody ever changes the map. */
    private static <E extends Enum<E>> Map<E, LongAdder> counters(Class<E> reasons) {
        Map<E, LongAdder> counters = new EnumMap<>(reasons);
        for (E reason : reasons.getEnumConstants()) {
            counters.put(reason, new LongAdder());
        }
        return counters;
    }

    public void count(DropReason reason) {
        increment(tunnel.get(reason));
    }

    public void count(Reason reason) {
        increment(node.get(reason));
    }

    private static void increment(@Nullable LongAdder counter) {
        if (counter != null) {
            counter.increment();
        }
    }

    /** What has been dropped so far, by reason, without the reasons that never occurred. */
    public Map<String, Long> counts() {
        Map<String, Long> counts = new TreeMap<>();
        tunnel.forEach((reason, counter) -> put(counts, reason, counter.sum()));
        node.forEach((reason, counter) -> put(counts, reason, counter.sum()));
        return counts;
    }

    private static void put(Map<String, Long> counts, Enum<?> reason, long count) {
        if (count > 0) {
            counts.put(reason.name().toLowerCase(Locale.ROOT), count);
        }
    }
}
