package org.peervpn.tunnel.udp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.peervpn.tunnel.Path;

/** On loopback sockets; each kind of event loop has a subclass. */
abstract class UdpPortTest {

    record Datagram(Path source, String content, int bytes) {}

    static final class Received implements UdpPort.Receiver {
        final BlockingQueue<Datagram> datagrams = new LinkedBlockingQueue<>();
        private final AtomicInteger batches = new AtomicInteger();
        private final AtomicReference<@Nullable Runnable> failOnce = new AtomicReference<>();

        @Override
        public void received(Path source, ByteBuffer datagram) {
            Runnable failure = failOnce.getAndSet(null);
            if (failure != null) {
                failure.run();
            }
            byte[] bytes = new byte[datagram.remaining()];
            datagram.get(bytes);
            datagrams.add(new Datagram(source, new String(bytes, UTF_8), bytes.length));
        }

        @Override
        public void batchEnded() {
            batches.incrementAndGet();
        }

        Datagram next() throws InterruptedException {
            Datagram next = datagrams.poll(10, TimeUnit.SECONDS);
            return requireNonNull(next, "no datagram within 10 s");
        }
    }

    static final InetAddress IPV4_LOOPBACK = address("127.0.0.1");
    static final InetAddress IPV6_LOOPBACK = address("::1");

    final Received received = new Received();
    EventLoop loop;
    private EventLoopGroup group;
    private final List<EventLoopGroup> workerGroups = new ArrayList<>();
    private final List<AutoCloseable> opened = new ArrayList<>();

    abstract EventLoopGroup newGroup();

    /** Whether the datagrams come many at a time, where the machine can. */
    abstract boolean batched();

    @BeforeEach
    void startLoop() {
        group = newGroup();
        loop = group.next();
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        workerGroups.add(group);
        for (EventLoopGroup each : workerGroups) {
            each.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    @Test
    void datagramArrivesWithItsSourceByTheChannelOfItsFamily() throws Exception {
        UdpPort port = open(0, false);
        for (InetAddress loopback : List.of(IPV4_LOOPBACK, IPV6_LOOPBACK)) {
            DatagramSocket other = socket(loopback);

            other.send(packet("hello", new InetSocketAddress(loopback, port.port())));

            Datagram datagram = received.next();
            assertThat(datagram.content()).isEqualTo("hello");
            assertThat(datagram.source())
                    .isEqualTo(new Path(
                            loopback instanceof Inet4Address ? 0 : 1,
                            new InetSocketAddress(loopback, other.getLocalPort())));
            assertThat(datagram.source().remote().toString()).doesNotContain("%");
        }
        assertThat(received.batches).hasPositiveValue();
    }

    @Test
    void sentDatagramLeavesFromThePort() throws Exception {
        UdpPort port = open(0, false);
        for (InetAddress loopback : List.of(IPV4_LOOPBACK, IPV6_LOOPBACK)) {
            DatagramSocket other = socket(loopback);
            Path path = path(port, other);
            ByteBuffer datagram = ByteBuffer.wrap("answer".getBytes(UTF_8));

            onLoop(() -> {
                port.send(path, datagram);
                port.flush();
            });

            DatagramPacket arrived = receive(other);
            assertThat(Arrays.copyOf(arrived.getData(), arrived.getLength()))
                    .asString()
                    .isEqualTo("answer");
            assertThat(arrived.getPort()).isEqualTo(port.port());
            assertThat(datagram.remaining()).as("the buffer was lent").isEqualTo(6);
        }
        assertThat(port.droppedDatagrams()).isZero();
    }

    @Test
    void longestDatagramArrivesWhole() throws Exception {
        UdpPort port = open(0, false);
        byte[] bytes = new byte[65_507];
        Arrays.fill(bytes, (byte) 7);
        socket(IPV4_LOOPBACK)
                .send(new DatagramPacket(bytes, bytes.length, new InetSocketAddress(IPV4_LOOPBACK, port.port())));

        assertThat(received.next().content()).isEqualTo(new String(bytes, UTF_8));
    }

    @Test
    void datagramsOfOneTrainArriveInOrder() throws Exception {
        UdpPort port = open(0, false);
        DatagramSocket other = socket(IPV4_LOOPBACK);
        CountDownLatch allSent = new CountDownLatch(1);
        loop.execute(() -> awaitQuietly(allSent)); // so that they are read together
        for (int i = 0; i < 40; i++) {
            other.send(packet("number " + i, new InetSocketAddress(IPV4_LOOPBACK, port.port())));
        }
        allSent.countDown();

        for (int i = 0; i < 40; i++) {
            assertThat(received.next().content()).isEqualTo("number " + i);
        }
    }

    @Test
    void receiverThatFailsOnceGetsTheNextDatagram() throws Exception {
        UdpPort port = open(0, false);
        DatagramSocket other = socket(IPV4_LOOPBACK);
        List<Runnable> failures = List.of(
                () -> {
                    throw new IllegalStateException("a mistake");
                },
                () -> {
                    throw new OutOfMemoryError("not really");
                });
        for (Runnable failure : failures) {
            received.failOnce.set(failure);
            other.send(packet("lost", new InetSocketAddress(IPV4_LOOPBACK, port.port())));
            other.send(packet("good", new InetSocketAddress(IPV4_LOOPBACK, port.port())));

            assertThat(received.next().content()).isEqualTo("good");
        }
        assertThat(port.droppedDatagrams()).isEqualTo(2);
    }

    @Test
    void takenPortIsReported() throws Exception {
        int taken = open(0, false).port();

        assertThatThrownBy(() -> open(taken, false))
                .isInstanceOf(UdpPortException.class)
                .hasMessage("UDP port " + taken + " is already in use");
    }

    @Test
    void nextFreePortIsTakenForBothFamilies() throws Exception {
        UdpPort first = open(0, false);

        UdpPort second = open(first.port(), true);

        assertThat(second.port()).isNotEqualTo(first.port());
        assertThat(second.hasIpv6()).isEqualTo(first.hasIpv6());
    }

    @Test
    void portThatIsTakenInOneFamilyOnlyIsTaken() throws Exception {
        DatagramSocket ipv6Only = socket(IPV6_LOOPBACK);
        int taken = ipv6Only.getLocalPort();

        assertThatThrownBy(() -> open(taken, false)).isInstanceOf(UdpPortException.class);
        assertThat(open(taken, true).port()).isNotEqualTo(taken);
    }

    @Test
    void datagramThatTheKernelRefusesIsCountedAndTheNextOnesLeave() throws Exception {
        UdpPort port = open(0, false);
        DatagramSocket other = socket(IPV4_LOOPBACK);
        Path path = path(port, other);

        onLoop(() -> {
            port.send(path, ByteBuffer.allocate(65_520)); // EMSGSIZE
            port.send(path, ByteBuffer.wrap("good".getBytes(UTF_8)));
            port.flush();
        });

        assertThat(receive(other).getLength()).isEqualTo(4);
        assertThat(port.droppedDatagrams()).isEqualTo(1);
    }

    @Test
    void datagramToAClosedPortDoesNotDisturbThePort() throws Exception {
        UdpPort port = open(0, false);
        DatagramSocket closed = socket(IPV4_LOOPBACK);
        Path path = path(port, closed);
        closed.close();

        onLoop(() -> {
            port.send(path, ByteBuffer.allocate(10));
            port.flush();
        });

        socket(IPV4_LOOPBACK).send(packet("alive", new InetSocketAddress(IPV4_LOOPBACK, port.port())));
        assertThat(received.next().content()).isEqualTo("alive");
    }

    @Test
    void fullSendQueueDropsAndCounts() throws Exception {
        UdpPort port = open(0, false);
        Path path = path(port, socket(IPV4_LOOPBACK));

        onLoop(() -> {
            for (int i = 0; i < 3000; i++) {
                port.send(path, ByteBuffer.allocate(1400)); // 4.2 MB without a flush
            }
        });

        assertThat(port.droppedDatagrams()).isPositive();
    }

    @Test
    void pathWithoutAChannelDropsAndCounts() throws Exception {
        UdpPort port = open(0, false);

        onLoop(() -> port.send(new Path(5, new InetSocketAddress(IPV4_LOOPBACK, 9)), ByteBuffer.allocate(10)));

        assertThat(port.droppedDatagrams()).isEqualTo(1);
    }

    @Test
    void writerSendsWhatWasFilledInOrder() throws Exception {
        UdpPort port = open(0, false);
        DatagramSocket other = socket(IPV4_LOOPBACK);
        Path path = path(port, other);
        UdpPort.Writer writer = port.newWriter();

        for (int i = 0; i < 300; i++) { // more than one batch
            writer.buffer(2000).put(("number " + i).getBytes(UTF_8));
            writer.send(path);
        }
        writer.buffer(1000).put("never sent".getBytes(UTF_8));
        writer.flush();

        for (int i = 0; i < 300; i++) {
            DatagramPacket arrived = receive(other);
            assertThat(Arrays.copyOf(arrived.getData(), arrived.getLength()))
                    .asString()
                    .isEqualTo("number " + i);
        }
    }

    @Test
    void writerDropsAndCountsWhenTheLoopLagsBehind() throws Exception {
        UdpPort port = open(0, false);
        DatagramSocket other = socket(IPV4_LOOPBACK);
        Path path = path(port, other);
        UdpPort.Writer writer = port.newWriter();
        CountDownLatch loopIsBusy = new CountDownLatch(1);
        loop.execute(() -> awaitQuietly(loopIsBusy));

        int small = LoopWriter.MAX_BYTES_IN_FLIGHT / LoopWriter.MIN_BATCH_BYTES;
        for (int i = 0; i < small + 3; i++) {
            writer.buffer(100).put((byte) i);
            writer.send(path);
            writer.flush();
        }

        assertThat(port.droppedDatagrams()).isEqualTo(3);
        loopIsBusy.countDown();
        for (int i = 0; i < small; i++) {
            assertThat(receive(other).getData()[0]).isEqualTo((byte) i);
        }
        writer.buffer(100).put((byte) 99);
        writer.send(path);
        writer.flush();
        assertThat(receive(other).getData()[0]).isEqualTo((byte) 99);
    }

    @Test
    void writerOutlivesThePortAndTheLoop() throws Exception {
        UdpPort port = open(0, false);
        Path path = new Path(0, new InetSocketAddress(IPV4_LOOPBACK, 9));
        UdpPort.Writer writer = port.newWriter();
        port.close();
        writer.buffer(100).put((byte) 1);
        writer.send(path);
        writer.flush();
        await().until(() -> port.droppedDatagrams() == 1);

        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        writer.buffer(100).put((byte) 2);
        writer.send(path);
        writer.flush();

        assertThat(port.droppedDatagrams()).isEqualTo(2);
    }

    @Test
    void sendWithoutABufferIsAMistake() throws Exception {
        UdpPort.Writer writer = open(0, false).newWriter();

        assertThatThrownBy(() -> writer.send(new Path(0, new InetSocketAddress(IPV4_LOOPBACK, 9))))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void localAddressIsThatOfTheRoute() throws Exception {
        UdpPort port = open(0, false);

        assertThat(port.localAddressTowards(new InetSocketAddress("127.9.9.9", 9)))
                .isEqualTo(IPV4_LOOPBACK);
        InetAddress ipv6 = requireNonNull(port.localAddressTowards(new InetSocketAddress(IPV6_LOOPBACK, 9)));
        assertThat(ipv6).isEqualTo(IPV6_LOOPBACK).isInstanceOf(Inet6Address.class);
        assertThat(ipv6.toString()).doesNotContain("%");
    }

    @Test
    void portCanBeOpenedOnItsLoopAndIsFreeAfterwards() throws Exception {
        UdpPort port = loop.submit(
                        () -> UdpPort.open(loop, new UdpPort.Options(0, false, 0, false, true, batched()), received))
                .get();
        int number = port.port();
        port.close();

        // The JDK gives the number back only when its selector comes round again.
        await().ignoreExceptionsInstanceOf(UdpPortException.class)
                .until(() -> open(number, false).port() == number);
    }

    UdpPort open(int number, boolean orNextFree) throws UdpPortException {
        return open(new UdpPort.Options(number, orNextFree, 0, false, true, batched()));
    }

    /** With a worker for each of these, which has a thread of its own. */
    final UdpPort open(UdpPort.Options options, List<Received> workers) throws UdpPortException {
        List<UdpPort.Worker> threads = new ArrayList<>();
        for (Received worker : workers) {
            EventLoopGroup thread = newGroup();
            workerGroups.add(thread);
            threads.add(new UdpPort.Worker(thread.next(), worker));
        }
        UdpPort port = UdpPort.open(loop, options, received, threads);
        opened.add(port);
        return port;
    }

    final UdpPort open(UdpPort.Options options) throws UdpPortException {
        UdpPort port = UdpPort.open(loop, options, received);
        opened.add(port);
        return port;
    }

    final DatagramSocket socket(InetAddress loopback) throws Exception {
        DatagramSocket socket = new DatagramSocket(0, loopback);
        socket.setReceiveBufferSize(1 << 20);
        socket.setSoTimeout(10_000);
        opened.add(socket);
        return socket;
    }

    void onLoop(Runnable task) throws Exception {
        loop.submit(task).get();
    }

    static DatagramPacket receive(DatagramSocket socket) throws Exception {
        DatagramPacket packet = new DatagramPacket(new byte[70_000], 70_000);
        socket.receive(packet);
        return packet;
    }

    static DatagramPacket packet(String text, InetSocketAddress destination) {
        byte[] bytes = text.getBytes(UTF_8);
        return new DatagramPacket(bytes, bytes.length, destination);
    }

    static Path path(UdpPort port, DatagramSocket to) {
        return requireNonNull(port.pathTo(new InetSocketAddress(to.getLocalAddress(), to.getLocalPort())));
    }

    static InetAddress address(String literal) {
        return new InetSocketAddress(literal, 0).getAddress();
    }

    static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
