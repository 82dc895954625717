package org.peervpn.nat.portmap;

import java.net.InetSocketAddress;
import org.peervpn.nat.Candidate;
import org.peervpn.nat.CandidateType;

/**
 * A port that the router has opened.
 *
 * @param expiresNanos unless it is renewed before; {@link Long#MAX_VALUE} for never
 */
public record PortMapped(InetSocketAddress endpoint, MappingProtocol protocol, long expiresNanos) {

    public Candidate candidate() {
        return new Candidate(CandidateType.PORT_MAPPED, endpoint);
    }
}
