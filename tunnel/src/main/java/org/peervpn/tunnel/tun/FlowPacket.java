package org.peervpn.tunnel.tun;

import static org.peervpn.tunnel.tun.Layout.TCP;
import static org.peervpn.tunnel.tun.Layout.UDP;

import java.nio.ByteBuffer;

/** What matters of one packet for joining it with others. Reused for the next one. */
final class FlowPacket {
    private static final int MORE_FRAGMENTS_AND_OFFSET = 0x3fff;

    private boolean isIpv4;
    private int ipHeader;
    private int header;
    private int protocol;
    private int payload;
    private boolean isPushed;
    private boolean isJoinable;

    /** False if it is not TCP or UDP, whole and without options of IP: then nothing is known of it. */
    boolean parse(ByteBuffer packet, boolean withUdp) {
        int start = packet.position();
        int length = packet.remaining();
        isIpv4 = Layout.isIpv4(packet, start);
        ipHeader = isIpv4 ? Layout.IPV4_HEADER : Layout.IPV6_HEADER;
        if (length < ipHeader + Layout.TCP_MIN_HEADER && length < ipHeader + Layout.UDP_HEADER) {
            return false;
        }
        int total;
        if (isIpv4) {
            protocol = packet.get(start + Layout.IPV4_PROTOCOL) & 0xff;
            total = Layout.unsignedShort(packet, start + Layout.IPV4_LENGTH);
            int fragment = packet.getShort(start + Layout.IPV4_FRAGMENT) & MORE_FRAGMENTS_AND_OFFSET;
            if (packet.get(start) != 0x45 || fragment != 0 || !hasRightIpChecksum(packet, start)) {
                return false;
            }
        } else {
            protocol = packet.get(start + Layout.IPV6_PROTOCOL) & 0xff;
            total = Layout.IPV6_HEADER + Layout.unsignedShort(packet, start + Layout.IPV6_LENGTH);
        }
        if (total != length) {
            return false;
        }
        return switch (protocol) {
            case TCP -> length >= ipHeader + Layout.TCP_MIN_HEADER && parseTcp(packet, start, length);
            case UDP -> parseUdp(packet, start, length, withUdp);
            default -> false;
        };
    }

    /** A wrong one must not become right. */
    private static boolean hasRightIpChecksum(ByteBuffer packet, int start) {
        return Checksum.fold(Checksum.sum(packet, start, Layout.IPV4_HEADER)) == 0xffff;
    }

    private boolean parseTcp(ByteBuffer packet, int start, int length) {
        int tcpHeader = (packet.get(start + ipHeader + Layout.TCP_HEADER_LENGTH) & 0xff) >>> 4 << 2;
        header = ipHeader + tcpHeader;
        payload = length - header;
        int flags = packet.get(start + ipHeader + Layout.TCP_FLAGS) & 0xff;
        int reserved = packet.get(start + ipHeader + Layout.TCP_HEADER_LENGTH) & 0x0f;
        isPushed = (flags & Layout.PSH) != 0;
        isJoinable = tcpHeader >= Layout.TCP_MIN_HEADER
                && payload > 0
                && reserved == 0
                && (flags & ~Layout.PSH) == Layout.ACK;
        return true;
    }

    private boolean parseUdp(ByteBuffer packet, int start, int length, boolean withUdp) {
        header = ipHeader + Layout.UDP_HEADER;
        payload = length - header;
        isPushed = false;
        isJoinable = withUdp
                && payload > 0
                && Layout.unsignedShort(packet, start + ipHeader + Layout.UDP_LENGTH) == length - ipHeader
                && packet.getShort(start + ipHeader + Layout.UDP_CHECKSUM) != 0;
        return true;
    }

    /** Data, and nothing else of note. */
    boolean isJoinable() {
        return isJoinable;
    }

    boolean isIpv4() {
        return isIpv4;
    }

    int ipHeader() {
        return ipHeader;
    }

    /** Of IP and TCP or UDP. */
    int header() {
        return header;
    }

    int protocol() {
        return protocol;
    }

    int payload() {
        return payload;
    }

    boolean isPushed() {
        return isPushed;
    }
}
