package org.peervpn.tunnel.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EpollUdpPortTest extends UdpPortTest {

    @Override
    EventLoopGroup newGroup() {
        assumeTrue(Epoll.isAvailable());
        return new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    }

    @Test
    void newLoopGroupIsOfTheFastestKind() {
        EventLoopGroup fastest = UdpPort.newLoopGroup(Thread::new);

        assertThat(Transport.of(fastest.next())).isInstanceOf(EpollTransport.class);
        fastest.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
