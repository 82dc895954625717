package org.peervpn.nat.path;

import java.net.InetSocketAddress;

/** A candidate pair (RFC 8445): one of our channels, by its number, and an endpoint of the peer. */
public record Pair(int channel, InetSocketAddress remote) {}
