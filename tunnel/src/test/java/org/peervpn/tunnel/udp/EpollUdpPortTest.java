package org.peervpn.tunnel.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.peervpn.tunnel.Path;

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

    @Test
    void answerLeavesFromTheAddressThatWasAsked() throws Exception {
        UdpPort port = open(0, false);
        List<InetAddress> own = List.of(address("127.0.0.2"), address("127.0.0.3"), address("::1"));
        onLoop(() -> port.ownAddresses(own));
        try (DatagramSocket other = socket(address("127.0.0.1"))) {
            List<Path> paths = new ArrayList<>();
            for (InetAddress asked : own.subList(0, 2)) {
                other.send(packet("question", new InetSocketAddress(asked, port.port())));
                Path path = received.next().source();
                paths.add(path);
                answer(port, path);
                assertThat(answered(other)).isEqualTo(asked);
            }

            onLoop(() -> port.ownAddresses(own.subList(1, 3)));
            answer(port, paths.get(1));
            assertThat(answered(other)).as("an address that is gone").isEqualTo(address("127.0.0.1"));
            other.send(packet("question", new InetSocketAddress(own.get(1), port.port())));
            assertThat(received.next().source().channel()).as("the only one").isZero();
        }
    }

    @Test
    void aPortWithSeveralAddressesIsStillTaken() throws Exception {
        UdpPort port = open(0, false);
        onLoop(() -> port.ownAddresses(List.of(address("127.0.0.2"), address("127.0.0.3"))));

        assertThatThrownBy(() -> open(port.port(), false)).hasMessageContaining("already in use");
    }

    private void answer(UdpPort port, Path path) throws Exception {
        onLoop(() -> {
            port.send(path, ByteBuffer.wrap(new byte[] {1}));
            port.flush();
        });
    }

    private static InetAddress answered(DatagramSocket socket) throws Exception {
        return receive(socket).getAddress();
    }
}
