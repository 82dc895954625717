package org.peervpn.node;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Small IP packets for tests. */
final class Packets {

    private Packets() {}

    /** UDP without a checksum in IPv4, an unknown protocol's bytes in IPv6. */
    static ByteBuffer packet(InetAddress source, InetAddress destination, String content) {
        byte[] body = content.getBytes(StandardCharsets.UTF_8);
        boolean ipv4 = source.getAddress().length == 4;
        ByteBuffer packet = ByteBuffer.allocate((ipv4 ? 20 : 40) + body.length);
        if (ipv4) {
            packet.putShort((short) 0x4500).putShort((short) (20 + body.length)).putInt(0);
            packet.put((byte) 64).put((byte) 17).putShort((short) 0);
        } else {
            packet.putInt(0x60000000)
                    .putShort((short) body.length)
                    .put((byte) 17)
                    .put((byte) 64);
        }
        return packet.put(source.getAddress())
                .put(destination.getAddress())
                .put(body)
                .flip();
    }

    static String content(ByteBuffer packet) {
        int header = IpPacket.version(packet) == 4 ? 20 : 40;
        byte[] body = new byte[packet.remaining() - header];
        packet.get(packet.position() + header, body);
        return new String(body, StandardCharsets.UTF_8);
    }
}
