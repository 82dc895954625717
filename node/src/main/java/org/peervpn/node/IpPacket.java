package org.peervpn.node;

import java.nio.ByteBuffer;

/**
 * An IP packet between the position and limit of a buffer; integers are big-endian.
 *
 * <pre>
 * IPv4  0: version, header length | 2: total length | 6: flags, fragment offset | 9: protocol | 12: source | 16: destination
 * IPv6  0: version | 4: payload length | 6: next header | 8: source | 24: destination
 * </pre>
 */
final class IpPacket {
    private static final int IPV4_MIN_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int PROTOCOL_ICMP = 1;
    private static final int PROTOCOL_ICMPV6 = 58;
    private static final int ICMP_ECHO = 8;
    private static final int ICMPV6_ECHO = 128;

    /** An IPv6 error fits into the smallest MTU, 1280. */
    private static final int MAX_QUOTED = 1280 - IPV6_HEADER - 8;

    private static final ByteBuffer UNSPECIFIED = ByteBuffer.allocate(16).asReadOnlyBuffer();

    private IpPacket() {}

    /** Cuts off what follows the packet (WireGuard's padding); false if it is not a whole, plausible packet. */
    static boolean trim(ByteBuffer packet) {
        int start = packet.position();
        int length = packet.remaining();
        if (length < IPV4_MIN_HEADER) {
            return false;
        }
        int total;
        switch (version(packet)) {
            case 4 -> {
                int headerLength = (packet.get(start) & 0x0f) * 4;
                total = unsignedShort(packet, start + 2);
                if (headerLength < IPV4_MIN_HEADER || total < headerLength) {
                    return false;
                }
            }
            case 6 -> total = length < IPV6_HEADER ? Integer.MAX_VALUE : IPV6_HEADER + unsignedShort(packet, start + 4);
            default -> {
                return false;
            }
        }
        if (total > length) {
            return false;
        }
        packet.limit(start + total);
        return true;
    }

    static int version(ByteBuffer packet) {
        return (packet.get(packet.position()) & 0xff) >>> 4;
    }

    /**
     * Writes to {@code answer} (at least 1280 bytes), for a packet that {@link #trim} has let pass, the ICMP error that tells the sender of {@code packet} that its destination cannot be
     * reached (RFC 792 type 3 code 1, RFC 4443 type 1 code 3). It bears the destination's own address: one of ours would
     * be dropped as martian.
     *
     * @return false if such a packet must not be answered (RFC 1122 section 3.2.2, RFC 4443 section 2.4e)
     */
    static boolean unreachable(ByteBuffer packet, ByteBuffer answer) {
        return version(packet) == 4 ? unreachable4(packet, answer) : unreachable6(packet, answer);
    }

    private static boolean unreachable4(ByteBuffer packet, ByteBuffer answer) {
        int start = packet.position();
        boolean laterFragment = (unsignedShort(packet, start + 6) & 0x1fff) != 0;
        boolean betweenTwoHosts = isHost4(packet.get(start + 12)) && isHost4(packet.get(start + 16));
        int headerLength = (packet.get(start) & 0x0f) * 4;
        boolean isIcmp = (packet.get(start + 9) & 0xff) == PROTOCOL_ICMP;
        if (laterFragment || !betweenTwoHosts || (isIcmp && !startsWith(packet, headerLength, ICMP_ECHO))) {
            return false;
        }
        int quoted = Math.min(packet.remaining(), headerLength + 8);
        answer.clear();
        answer.put((byte) 0x45).put((byte) 0).putShort((short) (IPV4_MIN_HEADER + 8 + quoted));
        answer.putInt(0).put((byte) 64).put((byte) PROTOCOL_ICMP).putShort((short) 0);
        answer.put(packet.slice(start + 16, 4)).put(packet.slice(start + 12, 4));
        answer.putShort(10, (short) checksum(answer, 0, IPV4_MIN_HEADER, 0));
        answer.put((byte) 3).put((byte) 1).putShort((short) 0).putInt(0);
        answer.put(packet.slice(start, quoted)).flip();
        answer.putShort(
                IPV4_MIN_HEADER + 2, (short) checksum(answer, IPV4_MIN_HEADER, answer.limit() - IPV4_MIN_HEADER, 0));
        return true;
    }

    private static boolean unreachable6(ByteBuffer packet, ByteBuffer answer) {
        int start = packet.position();
        boolean betweenTwoHosts = isHost6(packet, start + 8) && isHost6(packet, start + 24);
        boolean isIcmp = (packet.get(start + 6) & 0xff) == PROTOCOL_ICMPV6;
        if (!betweenTwoHosts || (isIcmp && !startsWith(packet, IPV6_HEADER, ICMPV6_ECHO))) {
            return false;
        }
        int quoted = Math.min(packet.remaining(), MAX_QUOTED);
        int length = 8 + quoted;
        answer.clear();
        answer.putInt(0x60000000)
                .putShort((short) length)
                .put((byte) PROTOCOL_ICMPV6)
                .put((byte) 64);
        answer.put(packet.slice(start + 24, 16)).put(packet.slice(start + 8, 16));
        answer.put((byte) 1).put((byte) 3).putShort((short) 0).putInt(0);
        answer.put(packet.slice(start, quoted)).flip();
        // The pseudo-header (RFC 8200 section 8.1): both addresses, which precede the message, its length and protocol.
        int sum = checksum(answer, 8, 32 + length, length + PROTOCOL_ICMPV6);
        answer.putShort(IPV6_HEADER + 2, (short) sum);
        return true;
    }

    /** By its first byte: not "this network", loopback, multicast, reserved or broadcast. */
    private static boolean isHost4(byte first) {
        int block = first & 0xff;
        return block != 0 && block != 127 && block < 224;
    }

    /** Neither multicast nor the unspecified address. */
    private static boolean isHost6(ByteBuffer packet, int index) {
        return packet.get(index) != (byte) 0xff && !packet.slice(index, 16).equals(UNSPECIFIED);
    }

    private static boolean startsWith(ByteBuffer packet, int headerLength, int icmpType) {
        return packet.remaining() > headerLength && (packet.get(packet.position() + headerLength) & 0xff) == icmpType;
    }

    /** The internet checksum (RFC 1071) of a range, begun with {@code initial}. */
    private static int checksum(ByteBuffer bytes, int from, int length, int initial) {
        long sum = initial;
        for (int i = 0; i < length - 1; i += 2) {
            sum += unsignedShort(bytes, from + i);
        }
        if (length % 2 == 1) {
            sum += (bytes.get(from + length - 1) & 0xff) << 8;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) ~sum & 0xffff;
    }

    private static int unsignedShort(ByteBuffer bytes, int index) {
        return (bytes.get(index) & 0xff) << 8 | (bytes.get(index + 1) & 0xff);
    }
}
