package org.peervpn.testnat.sim;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/** An IP packet as programs send it through the tunnel; its first content is a number by which it is known. */
final class InnerPacket {
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final byte UDP = 17;

    private InnerPacket() {}

    /** @param contentLength at least 8 */
    static byte[] of(InetAddress source, InetAddress destination, long number, int contentLength) {
        boolean ipv4 = source.getAddress().length == 4;
        ByteBuffer packet = ByteBuffer.allocate((ipv4 ? IPV4_HEADER : IPV6_HEADER) + contentLength);
        if (ipv4) {
            packet.putShort((short) 0x4500).putShort((short) packet.limit()).putInt(0);
            packet.put((byte) 64).put(UDP).putShort((short) 0);
        } else {
            packet.putInt(0x60000000).putShort((short) contentLength).put(UDP).put((byte) 64);
        }
        packet.put(source.getAddress()).put(destination.getAddress()).putLong(number);
        return packet.array();
    }

    /** -1 if it is none of ours. */
    static long number(ByteBuffer packet) {
        int header = packet.remaining() > 0 && packet.get(packet.position()) >> 4 == 4 ? IPV4_HEADER : IPV6_HEADER;
        return packet.remaining() < header + Long.BYTES ? -1 : packet.getLong(packet.position() + header);
    }
}
