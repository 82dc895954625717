package org.peervpn.nat;

import java.util.List;

/**
 * Where a node says that it can be reached: in an invitation, or through the tunnel.
 *
 * @param candidates the likeliest first; at most {@link #MAX_CANDIDATES}
 * @param nat what it knows of its NAT for IPv4
 * @param sprayable it agrees to be sprayed, and to spray, where a NAT asks for it
 */
public record Reach(List<Candidate> candidates, NatSummary nat, boolean sprayable) {
    public static final int MAX_CANDIDATES = 12;

    public static final Reach UNKNOWN = new Reach(List.of(), NatSummary.UNKNOWN, false);

    public Reach {
        candidates = List.copyOf(candidates);
    }
}
