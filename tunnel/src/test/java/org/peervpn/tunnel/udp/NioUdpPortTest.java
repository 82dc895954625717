package org.peervpn.tunnel.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.List;
import org.junit.jupiter.api.Test;

class NioUdpPortTest extends UdpPortTest {

    @Override
    EventLoopGroup newGroup() {
        return new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    }

    @Override
    boolean batched() {
        return true;
    }

    @Test
    void thereAreNoWorkers() throws Exception {
        UdpPort port = open(new UdpPort.Options(0, false, 0, true), List.of(new Received()));
        assertThat(port.workers()).isZero();
    }

    @Test
    void markIsRefused() {
        assertThatThrownBy(() -> UdpPort.open(loop, new UdpPort.Options(0, false, 7, false), received))
                .isInstanceOf(UdpPortException.class)
                .hasMessageContaining("marked");
    }
}
