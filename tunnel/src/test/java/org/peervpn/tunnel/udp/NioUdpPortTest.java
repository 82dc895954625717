package org.peervpn.tunnel.udp;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import org.junit.jupiter.api.Test;

class NioUdpPortTest extends UdpPortTest {

    @Override
    EventLoopGroup newGroup() {
        return new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    }

    @Test
    void markIsRefused() {
        assertThatThrownBy(() -> UdpPort.open(loop, new UdpPort.Options(0, false, 7, false), received))
                .isInstanceOf(UdpPortException.class)
                .hasMessageContaining("marked");
    }
}
