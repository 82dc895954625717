package org.peervpn.tunnel.udp;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.peervpn.tunnel.Path;
import org.slf4j.LoggerFactory;

/** Runs in a network namespace of its own and says on the standard output what it found. */
final class UdpProbe {
    private UdpProbe() {}

    public static void main(String[] arguments) throws Exception {
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
        EventLoop loop = UdpPort.newLoopGroup(Thread::new).next();
        switch (arguments[0]) {
            case "local-address" -> localAddress(loop, Integer.parseInt(arguments[1]));
            case "no-route" -> noRoute(loop);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.exit(0);
    }

    private static void localAddress(EventLoop loop, int mark) {
        CountDownLatch never = new CountDownLatch(1);
        try (UdpPort port = UdpPort.open(loop, new UdpPort.Options(0, false, mark, false), counting(never))) {
            InetAddress local = port.localAddressTowards(new InetSocketAddress("192.0.2.1", 9));
            System.out.println("local " + (local == null ? "none" : local.getHostAddress()));
        } catch (UdpPortException e) {
            System.out.println(e.getMessage());
        }
    }

    private static void noRoute(EventLoop loop) throws Exception {
        CountDownLatch received = new CountDownLatch(1);
        try (UdpPort port = UdpPort.open(loop, new UdpPort.Options(0, false, 0, false), counting(received))) {
            loop.submit(() -> {
                        port.send(new Path(0, new InetSocketAddress("192.0.2.1", 9)), ByteBuffer.allocate(10));
                        port.send(new Path(1, new InetSocketAddress("2001:db8::1", 9)), ByteBuffer.allocate(10));
                        port.send(
                                new Path(0, new InetSocketAddress(InetAddress.getLoopbackAddress(), port.port())),
                                ByteBuffer.allocate(10));
                        port.flush();
                    })
                    .get();
            boolean arrived = received.await(10, TimeUnit.SECONDS);
            System.out.println("dropped " + port.droppedDatagrams() + ", then received " + (arrived ? 1 : 0));
        }
    }

    private static UdpPort.Receiver counting(CountDownLatch latch) {
        return new UdpPort.Receiver() {
            @Override
            public void received(Path source, ByteBuffer datagram) {
                latch.countDown();
            }

            @Override
            public void batchEnded() {}
        };
    }
}
