package org.peervpn.tunnel.tun;

import static org.peervpn.tunnel.tun.Layout.TCP;

import java.nio.ByteBuffer;

/** Packets of one flow that follow one another, joined into one for the kernel (GRO), with a {@link VnetHeader}. */
final class Aggregate {
    private static final int START = VnetHeader.BYTES;
    private static final int MAX_UDP_SEGMENTS = 64; // UDP_MAX_SEGMENTS of older kernels

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(START + Ip.MAX_PACKET_BYTES);
    private int ipHeader;
    private int header;
    private int protocol;
    private long pseudoHeader; // the sum of it, but for the length
    private int length; // of the packet so far
    private int size; // of a segment's payload
    private int segments;
    private boolean closed; // by a segment that has to be the last
    private int nextSequence;

    ByteBuffer buffer() {
        return buffer;
    }

    /** Of the header and the packet, once it has been finished. */
    int end() {
        return START + length;
    }

    /** Begins with this packet; false if its checksum is wrong. */
    boolean begin(ByteBuffer packet, FlowPacket parsed) {
        ipHeader = parsed.ipHeader();
        header = parsed.header();
        protocol = parsed.protocol();
        size = parsed.payload();
        segments = 1;
        length = header;
        pseudoHeader = Layout.pseudoHeader(packet, packet.position(), protocol);
        buffer.put(START, packet, packet.position(), header);
        if (!append(packet, parsed)) {
            return false;
        }
        nextSequence = sequence(packet, packet.position()) + size;
        closed = parsed.isPushed();
        return true;
    }

    boolean isOfSameFlow(ByteBuffer packet, FlowPacket parsed) {
        int start = packet.position();
        if (parsed.ipHeader() != ipHeader
                || parsed.protocol() != protocol
                || packet.getInt(start + ipHeader) != buffer.getInt(START + ipHeader)) { // ports
            return false;
        }
        int addresses = parsed.isIpv4() ? Layout.IPV4_ADDRESSES : Layout.IPV6_ADDRESSES;
        for (int i = addresses; i < ipHeader; i += Long.BYTES) {
            if (packet.getLong(start + i) != buffer.getLong(START + i)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the packet, of the same flow, is the next segment. */
    boolean continuesWith(ByteBuffer packet, FlowPacket parsed) {
        if (closed
                || parsed.header() != header
                || parsed.payload() > size
                || length + parsed.payload() > Ip.MAX_PACKET_BYTES
                || !sameIpHeader(packet, parsed)) {
            return false;
        }
        return protocol == TCP ? sameTcpHeader(packet) : segments < MAX_UDP_SEGMENTS;
    }

    private boolean sameIpHeader(ByteBuffer packet, FlowPacket parsed) {
        int start = packet.position();
        if (!parsed.isIpv4()) {
            return packet.getInt(start) == buffer.getInt(START)
                    && packet.getShort(start + Layout.IPV6_PROTOCOL) == buffer.getShort(START + Layout.IPV6_PROTOCOL);
        }
        int ttl = Layout.IPV4_PROTOCOL - 1;
        return packet.getShort(start) == buffer.getShort(START)
                && packet.getShort(start + Layout.IPV4_FRAGMENT) == buffer.getShort(START + Layout.IPV4_FRAGMENT)
                && packet.get(start + ttl) == buffer.get(START + ttl);
    }

    private boolean sameTcpHeader(ByteBuffer packet) {
        int theirs = packet.position() + ipHeader;
        int ours = START + ipHeader;
        boolean same = sequence(packet, packet.position()) == nextSequence
                && packet.getInt(theirs + Layout.TCP_ACKNOWLEDGMENT) == buffer.getInt(ours + Layout.TCP_ACKNOWLEDGMENT)
                && packet.getShort(theirs + Layout.TCP_WINDOW) == buffer.getShort(ours + Layout.TCP_WINDOW);
        for (int i = Layout.TCP_MIN_HEADER; same && i < header - ipHeader; i += Integer.BYTES) {
            same = packet.getInt(theirs + i) == buffer.getInt(ours + i);
        }
        return same;
    }

    /** Adds the next segment; false, and nothing has changed, if its checksum is wrong. */
    boolean add(ByteBuffer packet, FlowPacket parsed) {
        if (!append(packet, parsed)) {
            return false;
        }
        segments++;
        nextSequence += parsed.payload();
        closed = parsed.payload() < size || parsed.isPushed();
        if (parsed.isPushed()) {
            int flags = START + ipHeader + Layout.TCP_FLAGS;
            buffer.put(flags, (byte) (buffer.get(flags) | Layout.PSH));
        }
        return true;
    }

    /** Verified here, for the kernel will believe us: a packet that was damaged before it came to us must stay so. */
    private boolean append(ByteBuffer packet, FlowPacket parsed) {
        int start = packet.position();
        int transportBytes = header - ipHeader + parsed.payload();
        long sum = pseudoHeader + transportBytes + Checksum.sum(packet, start + ipHeader, transportBytes);
        if (Checksum.fold(sum) != 0xffff) {
            return false;
        }
        buffer.put(START + length, packet, start + header, parsed.payload());
        length += parsed.payload();
        return true;
    }

    /** Writes the headers of the whole. */
    void finish() {
        if (segments == 1) {
            VnetHeader.putPlain(buffer, 0);
            return;
        }
        boolean isTcp = protocol == TCP;
        int field = isTcp ? Layout.TCP_CHECKSUM : Layout.UDP_CHECKSUM;
        int type = VnetHeader.UDP;
        if (isTcp) {
            type = ipHeader == Layout.IPV4_HEADER ? VnetHeader.TCP_IPV4 : VnetHeader.TCP_IPV6;
        }
        VnetHeader.put(buffer, 0, type, header, size, ipHeader, field);
        Layout.putLength(buffer, START, ipHeader, length);
        if (!isTcp) {
            buffer.putShort(START + ipHeader + Layout.UDP_LENGTH, (short) (length - ipHeader));
        }
        buffer.putShort(START + ipHeader + field, (short) Checksum.fold(pseudoHeader + (length - ipHeader)));
    }

    private int sequence(ByteBuffer packet, int start) {
        return protocol == TCP ? packet.getInt(start + ipHeader + Layout.TCP_SEQUENCE) : 0;
    }
}
