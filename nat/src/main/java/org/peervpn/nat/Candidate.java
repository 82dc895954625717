package org.peervpn.nat;

import java.net.InetSocketAddress;

/** An endpoint at which a node may be reached. */
public record Candidate(CandidateType type, InetSocketAddress endpoint) {}
