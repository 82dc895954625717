package org.peervpn.tunnel.udp;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
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
            case "trains" -> trains(loop, Boolean.parseBoolean(arguments[1]), Boolean.parseBoolean(arguments[2]));
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

    /** One port sends to another what looks like transport data: runs of the same length, and of any. */
    private static void trains(EventLoop loop, boolean segmented, boolean batched) throws Exception {
        int count = 500;
        BlockingQueue<String> arrived = new LinkedBlockingQueue<>();
        UdpPort.Options options = new UdpPort.Options(0, false, 0, true, segmented, batched);
        try (UdpPort sender = UdpPort.open(loop, options, collecting(new LinkedBlockingQueue<>()));
                UdpPort receiver = UdpPort.open(loop, options, collecting(arrived))) {
            UdpPort.Writer writer = sender.newWriter();
            Random random = new Random(1);
            List<String> sent = new ArrayList<>();
            List<String> got = new ArrayList<>();
            for (byte[] loopback :
                    List.of(new byte[] {127, 0, 0, 1}, new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1})) {
                InetAddress address = InetAddress.getByAddress(loopback);
                Path path = new Path(loopback.length == 4 ? 0 : 1, new InetSocketAddress(address, receiver.port()));
                for (int i = 0; i < count; i++) {
                    int length = i % 100 < 60 ? 1400 : 32 + random.nextInt(1500);
                    ByteBuffer datagram = writer.buffer(length);
                    int start = datagram.position();
                    datagram.putInt(0x04000000).putInt(i).position(start + length);
                    writer.send(path);
                    sent.add(i + " of " + length);
                    if (random.nextInt(30) == 0) {
                        writer.flush();
                    }
                }
                writer.flush();
                for (int i = 0; i < count; i++) {
                    String one = arrived.poll(10, TimeUnit.SECONDS);
                    if (one != null) {
                        got.add(one);
                    }
                }
            }
            System.out.println("arrived " + (got.equals(sent) ? "as sent" : got + " but was sent " + sent));
            System.out.println("dropped " + sender.droppedDatagrams());
        }
    }

    private static UdpPort.Receiver collecting(BlockingQueue<String> arrived) {
        return new UdpPort.Receiver() {
            @Override
            public void received(Path source, ByteBuffer datagram) {
                arrived.add(datagram.getInt(datagram.position() + 4) + " of " + datagram.remaining());
            }

            @Override
            public void batchEnded() {}
        };
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
