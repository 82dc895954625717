package org.peervpn.testnat.bench;

import com.sun.jna.Memory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.peervpn.testnat.flood.SpoofingSocket;
import org.peervpn.testnat.flood.Volley;

/** UDP packets of 1,400 bytes from many clients in turn, each with a short train of them, as fast as it goes. One thread. */
final class CrowdTraffic implements AutoCloseable {
    private static final int TRAIN = 16;
    private static final int PACKET_BYTES = 1400;
    private static final int PADDED_BYTES = 1408;
    private static final int DATAGRAM_BYTES = 16 + PADDED_BYTES + 16;
    private static final int IP_HEADER_BYTES = 20;
    private static final int UDP = 17;
    private static final int DISCARD = 9;

    private final List<Sender> senders = new ArrayList<>();

    private static final class Sender {
        private final CrowdPeer peer;
        private final byte[] packet;
        private final SpoofingSocket socket;
        private final Volley volley;

        Sender(CrowdPeer peer, byte[] packet, SpoofingSocket socket, Volley volley) {
            this.peer = peer;
            this.packet = packet;
            this.socket = socket;
            this.volley = volley;
        }

        void send() {
            for (int i = 0; i < TRAIN; i++) {
                long offset = (long) i * DATAGRAM_BYTES;
                peer.correspondent()
                        .seal(packet, datagram -> volley.bytes().write(offset, datagram, 0, datagram.length));
            }
            socket.send(volley);
        }
    }

    /** @param innerAddresses of the peers, in their order */
    CrowdTraffic(List<CrowdPeer> peers, List<String> innerAddresses, String nodeAddress, InetSocketAddress node)
            throws UnknownHostException {
        for (int i = 0; i < peers.size(); i++) {
            CrowdPeer peer = peers.get(i);
            Memory train = new Memory((long) TRAIN * DATAGRAM_BYTES);
            senders.add(new Sender(
                    peer,
                    packet(innerAddresses.get(i), nodeAddress),
                    new SpoofingSocket(peer.source(), node),
                    new Volley(i, train, DATAGRAM_BYTES)));
        }
    }

    void send(Duration duration) {
        long endNanos = System.nanoTime() + duration.toNanos();
        for (int i = 0; System.nanoTime() < endNanos; i = (i + 1) % senders.size()) {
            senders.get(i).send();
        }
    }

    private static byte[] packet(String from, String to) throws UnknownHostException {
        ByteBuffer packet = ByteBuffer.allocate(PACKET_BYTES)
                .putShort((short) 0x4500)
                .putShort((short) PACKET_BYTES)
                .putInt(0)
                .put((byte) 64)
                .put((byte) UDP)
                .putShort((short) 0)
                .put(InetAddress.getByName(from).getAddress())
                .put(InetAddress.getByName(to).getAddress())
                .putShort((short) DISCARD)
                .putShort((short) DISCARD)
                .putShort((short) (PACKET_BYTES - IP_HEADER_BYTES));
        packet.putShort(10, checksum(packet));
        return packet.array();
    }

    private static short checksum(ByteBuffer packet) {
        int sum = 0;
        for (int i = 0; i < IP_HEADER_BYTES; i += Short.BYTES) {
            sum += packet.getShort(i) & 0xffff;
        }
        return (short) ~(sum + (sum >>> 16));
    }

    @Override
    public void close() {
        senders.forEach(sender -> sender.socket.close());
    }
}
