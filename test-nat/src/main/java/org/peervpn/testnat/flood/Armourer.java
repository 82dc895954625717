package org.peervpn.testnat.flood;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.NoisePublicKey;

/** Makes what floods consist of; for some kinds it talks with the node before. */
final class Armourer {
    private static final int SPOOFED_SOURCES = 1024;
    private static final int REAL_SOURCES = 64;
    private static final int KEYS = 2048;
    private static final int RECORDED = 1024;
    private static final int VOLLEYS = 256;
    private static final int[] JUNK_LENGTHS = {32, 64, 148, 400};
    private static final int TRANSPORT_DATA = 4;
    private static final int STUN_COOKIE = 0x2112A442;
    private static final int STUN_ANSWER_BYTES = 32;
    private static final int CONTROL_PAYLOAD_BYTES = 64;
    private static final int CONTROL_TYPES = 3; // hello, notice, and one that does not exist
    private static final int HANDSHAKE_ATTEMPTS = 50;
    private static final int MORE_THAN_LOAD = 200; // without cookies, in a second
    private static final int REPLY_MILLIS = 300;
    private static final int PORT = 40_000;

    private final NoisePublicKey nodeKey;
    private final InetSocketAddress node;
    private final InetSocketAddress own;
    private final SecureRandom random = new SecureRandom();

    /** @param own where the sender really is, and with another port */
    Armourer(NoisePublicKey nodeKey, InetSocketAddress node, InetSocketAddress own) {
        this.nodeKey = nodeKey;
        this.node = node;
        this.own = own;
    }

    /** @param most how many datagrams will be sent at most */
    Magazine load(FloodKind kind, List<InetSocketAddress> stunServers, int most) throws IOException {
        return switch (kind) {
            case JUNK -> new Magazine(spoofed(SPOOFED_SOURCES), volleys(SPOOFED_SOURCES, this::junk), true);
            case INITIATIONS -> ofInitiations(initiations(KEYS));
            case REPLAYS -> ofInitiations(recorded());
            case STUN -> new Magazine(stunServers, volleys(stunServers.size(), number -> stunAnswers()), true);
            case GUESTS -> guests();
            case CONTROL -> new Magazine(List.of(own), control(most), false);
        };
    }

    static InetSocketAddress source(int number) {
        try {
            byte[] address = {11, 99, (byte) (number >> 8), (byte) number};
            return new InetSocketAddress(InetAddress.getByAddress(address), PORT);
        } catch (UnknownHostException e) {
            throw new AssertionError("an address has the length of an address", e);
        }
    }

    private static List<InetSocketAddress> spoofed(int count) {
        return IntStream.range(0, count).mapToObj(Armourer::source).toList();
    }

    private static List<Volley> volleys(int sources, IntFunction<List<byte[]>> content) {
        return IntStream.range(0, Math.max(sources, VOLLEYS))
                .mapToObj(i -> Volley.of(i % sources, content.apply(i)))
                .toList();
    }

    private List<byte[]> junk(int number) {
        int length = JUNK_LENGTHS[number / 2 % JUNK_LENGTHS.length];
        return train(length, i -> {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            if (number % 2 == 0) {
                bytes[0] = TRANSPORT_DATA;
                bytes[1] = bytes[2] = bytes[3] = 0;
            }
            return bytes;
        });
    }

    private Magazine ofInitiations(List<byte[]> initiations) {
        int length = initiations.get(0).length;
        List<Volley> volleys = volleys(
                SPOOFED_SOURCES, number -> train(length, i -> initiations.get(random.nextInt(initiations.size()))));
        return new Magazine(spoofed(SPOOFED_SOURCES), volleys, true);
    }

    private List<byte[]> initiations(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Correspondent(nodeKey, random).initiation())
                .toList();
    }

    /** The node has seen the latest, so all of them are too old. */
    private List<byte[]> recorded() throws IOException {
        Correspondent peer = new Correspondent(nodeKey, random);
        List<byte[]> initiations =
                IntStream.range(0, RECORDED).mapToObj(i -> peer.initiation()).toList();
        connect(peer);
        return initiations;
    }

    private void connect(Correspondent peer) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(own)) {
            if (!peer.connect(socket, node, HANDSHAKE_ATTEMPTS)) {
                throw new IOException("the node does not answer");
            }
        }
    }

    private List<byte[]> stunAnswers() {
        return train(
                STUN_ANSWER_BYTES,
                i -> ByteBuffer.allocate(STUN_ANSWER_BYTES)
                        .putShort((short) 0x0101) // Binding success response
                        .putShort((short) 12)
                        .putInt(STUN_COOKIE)
                        .putInt(random.nextInt())
                        .putLong(random.nextLong())
                        .putShort((short) 0x0020) // XOR-MAPPED-ADDRESS
                        .putShort((short) 8)
                        .putShort((short) 1)
                        .putShort((short) random.nextInt())
                        .putInt(random.nextInt())
                        .array());
    }

    private Magazine guests() throws IOException {
        List<byte[]> initiations = initiations(KEYS);
        List<InetSocketAddress> sources = new ArrayList<>();
        List<Volley> volleys = new ArrayList<>();
        for (int i = 0; i < REAL_SOURCES; i++) {
            InetSocketAddress source = source(i);
            byte[] cookie = cookie(source, initiations);
            if (cookie != null) {
                int number = sources.size();
                sources.add(source);
                for (int j = 0; j < VOLLEYS / REAL_SOURCES; j++) {
                    volleys.add(Volley.of(
                            number,
                            train(
                                    initiations.get(0).length,
                                    k -> Cookies.with(cookie, initiations.get(random.nextInt(KEYS))))));
                }
            }
        }
        if (volleys.isEmpty()) {
            throw new IOException("the node gives no cookies");
        }
        return new Magazine(sources, volleys, true);
    }

    /** Asks so often that the node comes under load, and stays so. null if it gives none. */
    private byte @Nullable [] cookie(InetSocketAddress source, List<byte[]> initiations) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(source)) {
            socket.setSoTimeout(REPLY_MILLIS);
            byte[] last = initiations.get(0);
            for (byte[] initiation : initiations.subList(1, MORE_THAN_LOAD)) {
                socket.send(new DatagramPacket(initiation, initiation.length, node));
            }
            socket.send(new DatagramPacket(last, last.length, node));
            return cookie(socket, last);
        }
    }

    private byte @Nullable [] cookie(DatagramSocket socket, byte[] initiation) throws IOException {
        Cookies cookies = new Cookies(nodeKey);
        DatagramPacket answer = new DatagramPacket(new byte[2048], 2048);
        try {
            byte[] cookie = null;
            while (cookie == null) {
                socket.receive(answer);
                cookie = cookies.open(answer.getData(), answer.getLength(), initiation);
            }
            return cookie;
        } catch (SocketTimeoutException e) {
            return null;
        }
    }

    private List<Volley> control(int most) throws IOException {
        Correspondent peer = new Correspondent(nodeKey, random);
        connect(peer);
        List<Volley> volleys = new ArrayList<>();
        List<byte[]> train = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            peer.seal(controlMessage(1 + i % CONTROL_TYPES), train::add);
            if (train.size() == SpoofingSocket.MAX_DATAGRAMS) {
                volleys.add(Volley.of(0, train));
                train.clear();
            }
        }
        return volleys;
    }

    /** The type, a length that is right, and as the body a CBOR map with one text. */
    private static byte[] controlMessage(int type) {
        int text = CONTROL_PAYLOAD_BYTES - 8;
        ByteBuffer message = ByteBuffer.allocate(CONTROL_PAYLOAD_BYTES)
                .put((byte) (type == CONTROL_TYPES ? 0x3f : type))
                .putShort((short) (CONTROL_PAYLOAD_BYTES - 3))
                .put((byte) 0xa1)
                .put((byte) 0x61)
                .put((byte) 'x')
                .put((byte) 0x78)
                .put((byte) text);
        while (message.hasRemaining()) {
            message.put((byte) 'y');
        }
        return message.array();
    }

    private static List<byte[]> train(int length, IntFunction<byte[]> datagram) {
        return IntStream.range(0, Volley.mostOf(length)).mapToObj(datagram).toList();
    }
}
