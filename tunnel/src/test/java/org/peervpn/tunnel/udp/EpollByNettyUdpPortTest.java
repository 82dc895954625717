package org.peervpn.tunnel.udp;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;

/** Where Netty reads the sockets: short calls, and machines whose kernel's structures are others. */
class EpollByNettyUdpPortTest extends UdpPortTest {

    @Override
    EventLoopGroup newGroup() {
        assumeTrue(Epoll.isAvailable());
        return new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    }

    @Override
    boolean batched() {
        return false;
    }
}
