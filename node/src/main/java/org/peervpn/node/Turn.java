package org.peervpn.node;

import java.util.ArrayList;
import java.util.List;

/**
 * The call of the core that is under way: its moment, what there is to tell at its end, and whether conclusions have to
 * be drawn. Shared by the parts of {@link NodeCore}. Owned by the loop.
 */
final class Turn {
    private final List<NodeEvent> events = new ArrayList<>();
    private long nowNanos;
    private boolean unsettled;

    void begin(long now) {
        nowNanos = now;
    }

    long now() {
        return nowNanos;
    }

    /** Something happened from which conclusions have to be drawn. */
    void unsettle() {
        unsettled = true;
    }

    boolean isUnsettled() {
        return unsettled;
    }

    void settled() {
        unsettled = false;
    }

    /** Told when everything is settled: an event may make its receiver ask for the status. */
    void tell(NodeEvent event) {
        events.add(event);
    }

    List<NodeEvent> takeEvents() {
        if (events.isEmpty()) {
            return List.of();
        }
        List<NodeEvent> happened = List.copyOf(events);
        events.clear();
        return happened;
    }
}
