package org.peervpn.testnat.tool;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends to a node what no node should answer: {@code HostileSender ADDRESS PORT SEED}. Random bytes, WireGuard messages of
 * every type and many lengths, and STUN messages of every kind with attributes that lie.
 */
public final class HostileSender {
    private static final int[] WIREGUARD_LENGTHS = {0, 148, 92, 64, 32}; // by message type
    private static final int STUN_COOKIE = 0x2112A442;
    private static final int[] STUN_TYPES = {0x0001, 0x0011, 0x0101, 0x0111, 0x0003, 0x3fff};
    private static final int[] STUN_ATTRIBUTES = {0x0001, 0x0006, 0x0008, 0x0009, 0x0020, 0x8022, 0x8028, 0x802b, 0x7fff
    };
    private static final int LARGEST = 65_507;

    private final DatagramSocket socket;
    private final InetSocketAddress target;
    private final Random random;
    private int sent;

    private HostileSender(DatagramSocket socket, InetSocketAddress target, Random random) {
        this.socket = socket;
        this.target = target;
        this.random = random;
    }

    public static void main(String[] arguments) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            HostileSender sender =
                    new HostileSender(socket, target(arguments), new Random(Long.parseLong(arguments[2])));
            sender.sendNoise();
            sender.sendWireGuard();
            sender.sendStun();
            System.out.println("sent " + sender.sent);
        }
    }

    private static InetSocketAddress target(String[] arguments) throws UnknownHostException {
        return Endpoints.of(arguments[0], arguments[1]);
    }

    private void sendNoise() throws IOException {
        for (int i = 0; i < 500; i++) {
            send(noise(random.nextInt(1500)));
        }
        send(noise(LARGEST));
    }

    private void sendWireGuard() throws IOException {
        for (int type = 1; type < WIREGUARD_LENGTHS.length; type++) {
            int length = WIREGUARD_LENGTHS[type];
            for (int i = 1; i < length; i += 3) {
                send(wireGuard(type, i));
            }
            for (int i : new int[] {length, length, length + 1, length + 16, 1500, 9000, LARGEST}) {
                send(wireGuard(type, i));
            }
        }
        send(wireGuard(0, 148));
        send(wireGuard(5, 148));
    }

    private byte[] wireGuard(int type, int length) {
        byte[] message = noise(length);
        for (int i = 0; i < Math.min(4, length); i++) {
            message[i] = (byte) (i == 0 ? type : 0);
        }
        return message;
    }

    private void sendStun() throws IOException {
        for (int type : STUN_TYPES) {
            for (int attribute : STUN_ATTRIBUTES) {
                for (int length : new int[] {0, 1, 4, 8, 20, 21, 400}) {
                    send(stun(type, 4 + length, attribute, length, length));
                    send(stun(type, 4 + length, attribute, 0xffff, length)); // longer than the message
                    send(stun(type, 0xfffc, attribute, length, length)); // a header that promises more
                    send(stun(type, 0, attribute, length, length)); // and one that promises less
                }
            }
        }
    }

    private byte[] stun(int type, int bodyLength, int attribute, int attributeLength, int realLength) {
        return ByteBuffer.allocate(24 + realLength)
                .order(ByteOrder.BIG_ENDIAN)
                .putShort((short) type)
                .putShort((short) bodyLength)
                .putInt(STUN_COOKIE)
                .put(noise(12))
                .putShort((short) attribute)
                .putShort((short) attributeLength)
                .put(noise(realLength))
                .array();
    }

    private byte[] noise(int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return noise;
    }

    private void send(byte[] datagram) throws IOException {
        try {
            socket.send(new DatagramPacket(datagram, datagram.length, target));
            sent++;
        } catch (SocketException e) {
            System.err.println(datagram.length + " bytes: " + e.getMessage());
        }
        // Slowly enough that they arrive.
        LockSupport.parkNanos(200_000);
    }
}
