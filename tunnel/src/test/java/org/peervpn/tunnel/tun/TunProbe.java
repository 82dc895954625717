package org.peervpn.tunnel.tun;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/** Runs in a network namespace of its own and says on the standard output what it found. */
final class TunProbe {
    private static final int PACKETS = 300; // more than until a flush
    private static final int MAX_KERNEL_QUEUES = 256; // of one device: MAX_TAP_QUEUES in linux/drivers/net/tun.c
    private static final String NAME = "ptun0";

    private TunProbe() {}

    public static void main(String[] arguments) throws Exception {
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
        switch (arguments[0]) {
            case "echo" -> echo(1);
            case "too-many-queues" -> echo(MAX_KERNEL_QUEUES + 1);
            case "queues" -> queues();
            case "lost-queues" -> lostQueues();
            case "show" -> show();
            case "close" -> close();
            case "taken" -> taken(NAME);
            case "taken-by-other" -> taken("lo");
            case "template" -> template();
            case "lost" -> lost();
            case "child" -> child();
            case "bad" -> bad();
            case "failing-reader" -> failingReader();
            case "unprivileged" -> refused(NAME);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.exit(0);
    }

    /** UDP datagrams to a neighbour inside come back with addresses and ports exchanged. */
    private static void echo(int queues) throws Exception {
        Tun tun = LinuxTun.open(NAME, 1420, true, queues);
        say("queues " + tun.queues());
        run("ip", "address", "add", "10.9.8.1/24", "dev", NAME);
        Tun.Writer writer = tun.newWriter(0);
        tun.start(queue -> new Tun.Reader() {
            @Override
            public void read(ByteBuffer packet) {
                if (isUdpToNeighbour(packet)) {
                    exchangeEnds(packet);
                    writer.write(packet);
                }
            }

            @Override
            public void flush() {
                writer.flush();
            }
        });
        say("answered " + answeredInOrder() + " of " + PACKETS);
        say("dropped " + tun.droppedPackets());
        tun.close();
    }

    private static int answeredInOrder() throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(5000);
            socket.setReceiveBufferSize(4 << 20);
            InetSocketAddress neighbour = new InetSocketAddress("10.9.8.2", 9);
            for (int i = 0; i < PACKETS; i++) {
                byte[] text = ("number " + i).getBytes(UTF_8);
                socket.send(new DatagramPacket(text, text.length, neighbour));
            }
            DatagramPacket answer = new DatagramPacket(new byte[100], 100);
            for (int i = 0; i < PACKETS; i++) {
                socket.receive(answer);
                if (!new String(answer.getData(), 0, answer.getLength(), UTF_8).equals("number " + i)) {
                    return i;
                }
            }
            return PACKETS;
        }
    }

    private static boolean isUdpToNeighbour(ByteBuffer packet) {
        int start = packet.position();
        return packet.get(start) == 0x45 && packet.get(start + 9) == 17 && packet.get(start + 19) == 2;
    }

    /** The sums over the header and the datagram stay as they are. */
    private static void exchangeEnds(ByteBuffer packet) {
        int start = packet.position();
        int source = packet.getInt(start + 12);
        packet.putInt(start + 12, packet.getInt(start + 16)).putInt(start + 16, source);
        short sourcePort = packet.getShort(start + 20);
        packet.putShort(start + 20, packet.getShort(start + 22)).putShort(start + 22, sourcePort);
    }

    /** Many flows from this machine, then a packet of each from the other side by the last queue, then again from here. */
    private static void queues() throws Exception {
        Tun tun = LinuxTun.open(NAME, 1420, true, 3);
        run("ip", "address", "add", "10.9.8.1/24", "dev", NAME);
        say("queues " + tun.queues());
        Map<Integer, Set<Integer>> queuesOfPorts = new ConcurrentHashMap<>();
        BlockingQueue<Integer> arrived = new LinkedBlockingQueue<>();
        Tun.Writer answers = tun.newWriter(2);
        tun.start(queue -> packet -> {
            if (isUdpToNeighbour(packet)) {
                int port = Short.toUnsignedInt(packet.getShort(packet.position() + 20));
                queuesOfPorts
                        .computeIfAbsent(port, unused -> new CopyOnWriteArraySet<>())
                        .add(queue);
                synchronized (answers) {
                    exchangeEnds(packet);
                    answers.write(packet);
                    answers.flush();
                }
                arrived.add(port);
            }
        });
        List<DatagramSocket> flows = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            flows.add(new DatagramSocket());
        }
        sendAndAwait(flows, arrived);
        say("each flow in one queue: " + queuesOfPorts.values().stream().allMatch(queues -> queues.size() == 1));
        say("queues used: "
                + queuesOfPorts.values().stream()
                        .flatMap(Set::stream)
                        .distinct()
                        .count());
        queuesOfPorts.clear();
        sendAndAwait(flows, arrived);
        say("answered: in queue "
                + queuesOfPorts.values().stream()
                        .flatMap(Set::stream)
                        .distinct()
                        .map(String::valueOf)
                        .collect(Collectors.joining(", ")));
        say("dropped " + tun.droppedPackets());
        tun.close();
    }

    /** And for the answers. */
    private static void sendAndAwait(List<DatagramSocket> flows, BlockingQueue<Integer> arrived) throws Exception {
        for (DatagramSocket flow : flows) {
            flow.send(new DatagramPacket(new byte[10], 10, new InetSocketAddress("10.9.8.2", 9)));
        }
        for (DatagramSocket flow : flows) {
            arrived.poll(5, TimeUnit.SECONDS);
            flow.setSoTimeout(5000);
            flow.receive(new DatagramPacket(new byte[100], 100));
        }
    }

    private static void lostQueues() throws Exception {
        Tun tun = LinuxTun.open(NAME, 1420, true, 3);
        AtomicInteger lost = new AtomicInteger();
        CountDownLatch told = new CountDownLatch(1);
        tun.start(queue -> new Tun.Reader() {
            @Override
            public void read(ByteBuffer packet) {}

            @Override
            public void lost() {
                lost.incrementAndGet();
                told.countDown();
            }
        });
        run("ip", "link", "delete", NAME);
        told.await(10, TimeUnit.SECONDS);
        tun.close();
        say("lost " + lost);
        sayWhatIsLeft();
    }

    private static void sayWhatIsLeft() throws Exception {
        say("interface exists: " + (NetworkInterface.getByName(NAME) != null));
        say("threads: "
                + Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().startsWith("tun-"))
                        .count());
    }

    private static void show() throws Exception {
        try (Tun tun = LinuxTun.open(NAME, 1380)) {
            say(run("ip", "link", "show", tun.name()));
        }
    }

    private static void close() throws Exception {
        Tun tun = LinuxTun.open(NAME, 1420);
        tun.start(queue -> packet -> {});
        Tun.Writer writer = tun.newWriter(0);
        tun.close();
        tun.close();
        long before = tun.droppedPackets();
        writer.write(ByteBuffer.allocate(20).put(0, (byte) 0x45));
        writer.flush();
        sayWhatIsLeft();
        say("late packets dropped: " + (tun.droppedPackets() - before));
    }

    private static void taken(String name) throws Exception {
        try (Tun tun = LinuxTun.open(NAME, 1420)) {
            refused(name);
            say("still here: " + tun.name());
        }
    }

    private static void refused(String name) {
        try (Tun tun = LinuxTun.open(name, 1420)) {
            say("opened " + tun.name());
        } catch (TunException e) {
            say(e.reason() + " " + e.getMessage());
        }
    }

    private static void template() throws Exception {
        try (Tun first = LinuxTun.open(NAME, 1420);
                Tun second = LinuxTun.open("ptun%d", 1420)) {
            say(first.name() + " and name " + second.name());
        }
    }

    private static void lost() throws Exception {
        Tun tun = LinuxTun.open(NAME, 1420);
        CountDownLatch lost = new CountDownLatch(1);
        tun.start(queue -> new Tun.Reader() {
            @Override
            public void read(ByteBuffer packet) {}

            @Override
            public void lost() {
                lost.countDown();
            }
        });
        run("ip", "link", "delete", NAME);
        say(lost.await(10, TimeUnit.SECONDS) ? "lost" : "unnoticed");
        Tun.Writer writer = tun.newWriter(0);
        writer.write(ByteBuffer.allocate(20).put(0, (byte) 0x45));
        writer.flush();
        say("write dropped: " + (tun.droppedPackets() > 0));
        tun.close();
    }

    private static void child() throws Exception {
        Tun tun = LinuxTun.open(NAME, 1420);
        Process child = new ProcessBuilder("sleep", "60").start();
        tun.close();
        say("interface exists: " + (NetworkInterface.getByName(NAME) != null));
        child.destroy();
    }

    private static void bad() throws Exception {
        try (Tun tun = LinuxTun.open(NAME, 1420)) {
            Tun.Writer writer = tun.newWriter(0);
            writer.write(ByteBuffer.allocate(0));
            writer.write(ByteBuffer.allocate(20)); // version 0
            run("ip", "link", "set", NAME, "down");
            writer.write(ByteBuffer.allocate(20).put(0, (byte) 0x45)); // EIO
            writer.flush();
            say("dropped " + tun.droppedPackets());
        }
    }

    private static void failingReader() throws Exception {
        try (Tun tun = LinuxTun.open(NAME, 1420);
                DatagramSocket socket = new DatagramSocket()) {
            run("ip", "address", "add", "10.9.8.1/24", "dev", NAME);
            CountDownLatch packets = new CountDownLatch(3);
            tun.start(queue -> packet -> {
                packets.countDown();
                throw new IllegalStateException("a mistake");
            });
            InetSocketAddress neighbour = new InetSocketAddress("10.9.8.2", 9);
            long before = packets.getCount();
            while (packets.getCount() > 0) {
                socket.send(new DatagramPacket(new byte[10], 10, neighbour));
                while (packets.getCount() == before) {
                    Thread.onSpinWait();
                }
                before = packets.getCount();
            }
            say("packets went on");
        }
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        process.waitFor();
        return output;
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
