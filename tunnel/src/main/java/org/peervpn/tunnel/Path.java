package org.peervpn.tunnel;

import java.net.InetSocketAddress;

/**
 * A way to a remote node: the channel by which datagrams leave and arrive, and the address at its other end.
 *
 * @param channel the number that the UDP port gave to one of its channels; an answer leaves by the channel on which the
 *     question came
 */
public record Path(int channel, InetSocketAddress remote) {}
