package org.peervpn.routing;

import java.net.InetAddress;
import java.util.List;

/**
 * What was open when the exit was switched on. The kernel's connection tracking may not have seen these begin, so it
 * cannot tell who began them.
 *
 * @param inbound TCP connections to ports that we listen on: their packets leave as they came
 * @param udpPorts local ports that the kernel hands out to clients: a datagram to one of them is rather an answer than a
 *     new session, so its own answers go into the tunnel
 */
record Sessions(List<Connection> inbound, List<Integer> udpPorts) {

    /** More connections than this are not kept. */
    static final int MAX_CONNECTIONS = 16_384;

    static final Sessions NONE = new Sessions(List.of(), List.of());

    record Connection(InetAddress local, int localPort, InetAddress remote, int remotePort) {}
}
