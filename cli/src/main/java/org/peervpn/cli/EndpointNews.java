package org.peervpn.cli;

import org.jspecify.annotations.Nullable;
import org.peervpn.node.NodeEvent;

/** What people have been told of the node's public endpoint, so that they are told once. Of one thread at a time. */
final class EndpointNews {
    private final boolean waitsForPeers;
    private @Nullable String endpoint; // as told last; null if none or that it is lost
    private @Nullable String inCode; // in the code that was told last; null if none was

    /** @param waitsForPeers others are given its code */
    EndpointNews(boolean waitsForPeers) {
        this.waitsForPeers = waitsForPeers;
    }

    /** The first lines, the code among them, have told this one. */
    void introduced(@Nullable String publicEndpoint) {
        endpoint = publicEndpoint;
        inCode = publicEndpoint;
    }

    /** False if people know already, or need not know; else they count as told. */
    boolean isNews(NodeEvent event) {
        if (event instanceof NodeEvent.PublicEndpoint change) {
            boolean isKnown = change.current() != null && change.current().equals(endpoint);
            endpoint = change.current();
            return !isKnown;
        }
        if (event instanceof NodeEvent.InvitationCode code) {
            boolean isKnown = code.endpoint().equals(inCode);
            inCode = code.endpoint();
            return waitsForPeers && !isKnown;
        }
        return true;
    }
}
