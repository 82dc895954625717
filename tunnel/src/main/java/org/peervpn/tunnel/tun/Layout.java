package org.peervpn.tunnel.tun;

import java.nio.ByteBuffer;

/**
 * Where things are in TCP and UDP over IP; integers are big-endian.
 *
 * <pre>
 * IPv4  0: version, header length | 1: TOS | 2: total length | 4: id | 6: flags, fragment offset | 8: TTL | 9: protocol
 *       10: checksum | 12: source | 16: destination
 * IPv6  0: version, class, flow label | 4: payload length | 6: next header | 7: hop limit | 8: source | 24: destination
 * TCP   0: ports | 4: sequence number | 8: acknowledgment | 12: header length | 13: flags | 14: window | 16: checksum
 *       18: urgent pointer | 20: options
 * UDP   0: ports | 4: length | 6: checksum
 * </pre>
 */
final class Layout {
    static final int IPV4_HEADER = 20;
    static final int IPV6_HEADER = 40;
    static final int TCP_MIN_HEADER = 20;
    static final int UDP_HEADER = 8;

    static final int TCP = 6;
    static final int UDP = 17;

    static final int IPV4_LENGTH = 2;
    static final int IPV4_ID = 4;
    static final int IPV4_FRAGMENT = 6;
    static final int IPV4_PROTOCOL = 9;
    static final int IPV4_CHECKSUM = 10;
    static final int IPV4_ADDRESSES = 12;
    static final int IPV6_LENGTH = 4;
    static final int IPV6_PROTOCOL = 6;
    static final int IPV6_ADDRESSES = 8;

    static final int TCP_SEQUENCE = 4;
    static final int TCP_ACKNOWLEDGMENT = 8;
    static final int TCP_HEADER_LENGTH = 12;
    static final int TCP_FLAGS = 13;
    static final int TCP_WINDOW = 14;
    static final int TCP_CHECKSUM = 16;
    static final int UDP_LENGTH = 4;
    static final int UDP_CHECKSUM = 6;

    static final int FIN = 0x01;
    static final int PSH = 0x08;
    static final int ACK = 0x10;
    static final int CWR = 0x80;

    private Layout() {}

    static boolean isIpv4(ByteBuffer packet, int start) {
        return (packet.get(start) & 0xf0) == 0x40;
    }

    static int unsignedShort(ByteBuffer packet, int index) {
        return packet.getShort(index) & 0xffff;
    }

    /** The sum of the pseudo-header but for the length (RFC 9293, section 3.1; RFC 8200, section 8.1). */
    static long pseudoHeader(ByteBuffer packet, int start, int protocol) {
        long addresses = isIpv4(packet, start)
                ? Checksum.sum(packet, start + IPV4_ADDRESSES, 8)
                : Checksum.sum(packet, start + IPV6_ADDRESSES, 32);
        return addresses + protocol;
    }

    /** Sets the length of the IP packet and what depends on it. */
    static void putLength(ByteBuffer packet, int start, int ipHeader, int length) {
        if (isIpv4(packet, start)) {
            packet.putShort(start + IPV4_LENGTH, (short) length).putShort(start + IPV4_CHECKSUM, (short) 0);
            packet.putShort(start + IPV4_CHECKSUM, Checksum.finish(Checksum.sum(packet, start, ipHeader)));
        } else {
            packet.putShort(start + IPV6_LENGTH, (short) (length - IPV6_HEADER));
        }
    }
}
