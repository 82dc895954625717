package org.peervpn.nat.behavior;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What one server has said.
 *
 * @param rttNanos the shortest round trip; null if it was silent
 * @param mapped as which endpoint it sees the node; null if it was silent or named none
 * @param contradicted it contradicts itself, or what the others agree on
 */
public record ServerFinding(
        InetSocketAddress server,
        @Nullable Long rttNanos,
        @Nullable InetSocketAddress mapped,
        boolean contradicted) {}
