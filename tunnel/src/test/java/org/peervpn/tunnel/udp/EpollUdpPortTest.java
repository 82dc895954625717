package org.peervpn.tunnel.udp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.peervpn.tunnel.Path;

class EpollUdpPortTest extends UdpPortTest {
    private static final byte[] STUN_COOKIE = {0x21, 0x12, (byte) 0xa4, 0x42};

    static EventLoopGroup newEpollGroup() {
        assumeTrue(Epoll.isAvailable());
        return new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    }

    @Override
    EventLoopGroup newGroup() {
        return newEpollGroup();
    }

    @Override
    boolean batched() {
        return true;
    }

    @Test
    void datagramsComeManyAtATimeOnThisMachine() {
        assumeTrue(Epoll.isAvailable());
        assertThat(MessageBatch.create()).isNotNull();
    }

    @Test
    void kernelDropsWhatCanBeNeitherWireGuardNorStun() throws Exception {
        assumeTrue(Epoll.isAvailable());
        for (InetAddress loopback : List.of(IPV4_LOOPBACK, IPV6_LOOPBACK)) {
            UdpPort port = open(new UdpPort.Options(0, false, 0, true));
            DatagramSocket other = socket(loopback);
            for (byte[] refused : refused()) {
                other.send(new DatagramPacket(refused, refused.length, loopback, port.port()));
            }
            for (byte[] taken : taken()) {
                other.send(new DatagramPacket(taken, taken.length, loopback, port.port()));
                assertThat(received.next().content()).isEqualTo(new String(taken, UTF_8));
            }
            assertThat(loop.submit(port::dropsOfKernel).get())
                    .isEqualTo(refused().size());
            port.close();
        }
    }

    @Test
    void floodOfHandshakesTakesNoRoomFromTransportData() throws Exception {
        assumeTrue(Epoll.isAvailable());
        UdpPort port = open(new UdpPort.Options(0, false, 0, true));
        DatagramSocket other = socket(IPV4_LOOPBACK);
        CountDownLatch loopIsBusy = new CountDownLatch(1);
        loop.execute(() -> awaitQuietly(loopIsBusy));
        byte[] initiation = message(1, 148);
        for (int i = 0; i < 40_000; i++) { // more than any of the buffers holds
            other.send(new DatagramPacket(initiation, initiation.length, IPV4_LOOPBACK, port.port()));
        }
        byte[] data = message(4, 32);
        other.send(new DatagramPacket(data, data.length, IPV4_LOOPBACK, port.port()));
        loopIsBusy.countDown();

        await().until(() -> received.datagrams.stream()
                .anyMatch(datagram -> datagram.content().length() == 32));
        assertThat(loop.submit(port::dropsOfKernel).get()).isPositive();
    }

    @Test
    void filteredPortIsTakenForOthersToo() throws Exception {
        assumeTrue(Epoll.isAvailable());
        UdpPort.Options options = new UdpPort.Options(0, false, 0, true);
        int taken = open(options).port();

        assertThatThrownBy(() -> open(new UdpPort.Options(taken, false, 0, true)))
                .hasMessage("UDP port " + taken + " is already in use");
    }

    @Test
    void eachSessionGoesToOneOfTheWorkersAndAllElseToTheLoop() throws Exception {
        assumeTrue(Epoll.isAvailable());
        List<Received> workers = Stream.generate(Received::new).limit(3).toList();
        UdpPort port = open(new UdpPort.Options(0, false, 0, true), workers);
        assertThat(port.workers()).isEqualTo(3);
        for (InetAddress loopback : List.of(IPV4_LOOPBACK, IPV6_LOOPBACK)) {
            DatagramSocket other = socket(loopback);
            int[] sessions = new int[3];
            for (int index = 0; index < 120; index++) {
                Set<Integer> receivers = new HashSet<>();
                for (int length : new int[] {32, 1452, 64}) {
                    byte[] data = message(4, length);
                    data[4] = (byte) index;
                    data[7] = (byte) (index * 5);
                    other.send(new DatagramPacket(data, length, loopback, port.port()));
                    receivers.add(awaitReceiver(workers, length));
                }
                assertThat(receivers).as("of session %s", index).hasSize(1);
                sessions[receivers.iterator().next()]++;
            }
            assertThat(sessions).as("sessions of each worker").doesNotContain(0);
            for (byte[] rare : taken()) {
                if (rare[0] != 4) {
                    other.send(new DatagramPacket(rare, rare.length, loopback, port.port()));
                    assertThat(received.next().content()).hasSize(rare.length);
                }
            }
        }
        assertThat(received.datagrams).isEmpty();
    }

    /** Which of them has received one datagram, of this length. */
    private static int awaitReceiver(List<Received> workers, int length) {
        List<Integer> receivers = new ArrayList<>();
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> {
            for (int i = 0; i < workers.size(); i++) {
                Datagram datagram = workers.get(i).datagrams.poll();
                if (datagram != null) {
                    assertThat(datagram.bytes()).isEqualTo(length);
                    receivers.add(i);
                }
            }
            return !receivers.isEmpty();
        });
        assertThat(receivers).hasSize(1);
        return receivers.get(0);
    }

    @Test
    void withoutItsWorkersThePortIsAsBefore() throws Exception {
        assumeTrue(Epoll.isAvailable());
        UdpPort port = open(new UdpPort.Options(0, false, 0, true), List.of(new Received(), new Received()));
        port.dismissWorkers();

        assertThat(port.workers()).isZero();
        DatagramSocket other = socket(IPV4_LOOPBACK);
        for (int index = 0; index < 20; index++) {
            byte[] data = message(4, 32);
            data[7] = (byte) index;
            other.send(new DatagramPacket(data, data.length, IPV4_LOOPBACK, port.port()));
            assertThat(received.next().bytes()).isEqualTo(32);
        }
        byte[] initiation = message(1, 148);
        other.send(new DatagramPacket(initiation, initiation.length, IPV4_LOOPBACK, port.port()));
        assertThat(received.next().bytes()).isEqualTo(148);
    }

    @Test
    void eachWorkerSendsFromThePort() throws Exception {
        assumeTrue(Epoll.isAvailable());
        UdpPort port = open(new UdpPort.Options(0, false, 0, true), List.of(new Received(), new Received()));
        for (InetAddress loopback : List.of(IPV4_LOOPBACK, IPV6_LOOPBACK)) {
            DatagramSocket other = socket(loopback);
            for (int worker = 0; worker < 2; worker++) {
                UdpPort.Writer writer = port.newWriter(worker);
                writer.buffer(10).put(message(4, 10));
                writer.send(path(port, other));
                writer.flush();
                assertThat(receive(other).getPort()).isEqualTo(port.port());
            }
        }
        assertThat(port.droppedDatagrams()).isZero();
    }

    @Test
    void withoutTheFilterThereAreNoWorkers() throws Exception {
        assumeTrue(Epoll.isAvailable());
        UdpPort port = open(new UdpPort.Options(0, false, 0, false), List.of(new Received()));
        assertThat(port.workers()).isZero();
    }

    private static List<byte[]> taken() {
        byte[] stun = message(0x00, 20);
        stun[1] = 1;
        System.arraycopy(STUN_COOKIE, 0, stun, 4, 4);
        return List.of(
                message(1, 148),
                message(2, 92),
                message(3, 64),
                message(4, 32),
                message(4, 1452),
                message(4, 65_507),
                stun);
    }

    private static List<byte[]> refused() {
        byte[] notStun = message(0x40, 20);
        System.arraycopy(STUN_COOKIE, 0, notStun, 4, 4);
        byte[] reservedByte = message(4, 32);
        reservedByte[3] = 1;
        return List.of(
                new byte[0],
                message(4, 3),
                message(4, 31),
                message(1, 147),
                message(2, 91),
                message(2, 32),
                message(3, 63),
                message(0, 148),
                message(5, 64),
                reservedByte,
                notStun);
    }

    private static byte[] message(int type, int length) {
        byte[] message = new byte[length];
        if (length > 0) {
            message[0] = (byte) type;
        }
        return message;
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
