package org.peervpn.routing;

import java.util.Map;
import java.util.TreeMap;

/**
 * An operation that was, or was about to be, carried out, and what it needs to be undone.
 *
 * @param before of a sysctl: the values of its path and of all others that the kernel sets along with it
 */
record Change(Operation operation, Policy policy, Map<String, Integer> before) {

    enum Policy {
        /** Undone when the node ends, in whichever way. */
        UNDO,
        /** Stays after a crash, until the operator says otherwise. */
        KEEP
    }

    Change {
        before.keySet().forEach(Operation.Sysctl::requirePath);
        before = Map.copyOf(before);
    }

    /** In the order of their names: the kernel's "all" and "default" before most interfaces. */
    Map<String, Integer> sortedBefore() {
        return new TreeMap<>(before);
    }
}
