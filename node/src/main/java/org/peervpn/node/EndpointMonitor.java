package org.peervpn.node;

import org.jspecify.annotations.Nullable;
import org.peervpn.node.NodeEvent.EndpointMonitored.Form;

/** What {@code --monitor-nat} tells at each look: whether the endpoint that STUN servers see is the one of the last look. */
public final class EndpointMonitor {
    private @Nullable String last; // null until one was seen

    /** @param endpoint null if it is unknown now */
    public NodeEvent look(@Nullable String endpoint) {
        String old = last;
        if (endpoint == null) {
            return new NodeEvent.EndpointMonitored(Form.UNKNOWN, null, old);
        }
        last = endpoint;
        if (old == null) {
            return new NodeEvent.EndpointMonitored(Form.DISCOVERED, endpoint, null);
        }
        return new NodeEvent.EndpointMonitored(endpoint.equals(old) ? Form.PERSISTENT : Form.CHANGED, endpoint, old);
    }
}
