package org.peervpn.tunnel.udp;

import io.netty.channel.EventLoopGroup;

/** Where Netty reads the sockets: short calls, and machines whose kernel's structures are others. */
class EpollByNettyUdpPortTest extends UdpPortTest {

    @Override
    EventLoopGroup newGroup() {
        return EpollUdpPortTest.newEpollGroup();
    }

    @Override
    boolean batched() {
        return false;
    }
}
