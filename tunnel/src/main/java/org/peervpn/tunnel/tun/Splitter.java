package org.peervpn.tunnel.tun;

import static org.peervpn.tunnel.tun.Layout.TCP;
import static org.peervpn.tunnel.tun.Layout.UDP;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Makes of what one read of a device with offloads brought the packets that it stands for: the kernel leaves it to us to
 * cut a long one into segments (TSO, USO) and to compute checksums.
 *
 * <p>Each segment has a copy of the headers, with its own lengths, IPv4 id, sequence number and checksums. FIN and PSH
 * stand in the last one only, CWR in the first. Nothing else is copied: a segment's headers are put before its payload,
 * where the end of the segment before was, which has been taken by then.
 */
final class Splitter {
    private final ByteBuffer source;
    private final ByteBuffer packet;
    private final Consumer<ByteBuffer> taker;
    private final ByteBuffer headers = ByteBuffer.allocateDirect(Ip.MAX_PACKET_BYTES); // of the packet being cut

    /**
     * @param source direct memory, which the device reads into
     * @param taker is lent each packet, in this memory, for the call
     */
    Splitter(ByteBuffer source, Consumer<ByteBuffer> taker) {
        this.source = source;
        this.packet = source.duplicate();
        this.taker = taker;
    }

    /**
     * What lies between {@code start} and {@code end}, with its {@link VnetHeader} before it unless it begins at 0, where
     * it stands for itself; false if it makes no sense.
     */
    boolean split(int start, int end) {
        int length = end - start;
        if (start == 0) {
            lend(start, length);
            return true;
        }
        int vnet = start - VnetHeader.BYTES;
        int gsoType = VnetHeader.gsoType(source, vnet);
        if (gsoType == VnetHeader.NO_SEGMENTS) {
            if (VnetHeader.needsChecksum(source, vnet) && !complete(vnet, start, length)) {
                return false;
            }
            lend(start, length);
            return true;
        }
        boolean isTcp = gsoType == VnetHeader.TCP_IPV4 || gsoType == VnetHeader.TCP_IPV6;
        if (!isTcp && gsoType != VnetHeader.UDP) {
            return false;
        }
        int ipHeader = VnetHeader.checksumStart(source, vnet);
        boolean isIpv4 = Layout.isIpv4(source, start);
        if (ipHeader < (isIpv4 ? Layout.IPV4_HEADER : Layout.IPV6_HEADER)
                || length < ipHeader + (isTcp ? Layout.TCP_MIN_HEADER : Layout.UDP_HEADER)) {
            return false;
        }
        int header = ipHeader + (isTcp ? tcpHeader(start + ipHeader) : Layout.UDP_HEADER);
        int size = VnetHeader.gsoSize(source, vnet);
        if (size == 0 || header >= length || header < ipHeader + Layout.UDP_HEADER) {
            return false;
        }
        cut(start, length, ipHeader, header, size, isTcp ? TCP : UDP);
        return true;
    }

    private void lend(int start, int length) {
        taker.accept(packet.limit(start + length).position(start));
    }

    /** 0 if it is too short. */
    private int tcpHeader(int transport) {
        int bytes = (source.get(transport + Layout.TCP_HEADER_LENGTH) & 0xf0) >>> 2;
        return bytes < Layout.TCP_MIN_HEADER ? 0 : bytes;
    }

    private boolean complete(int vnet, int start, int length) {
        int from = VnetHeader.checksumStart(source, vnet);
        int field = from + VnetHeader.checksumOffset(source, vnet);
        if (field + Short.BYTES > length) {
            return false;
        }
        putChecksum(start + field, Checksum.sum(source, start + from, length - from));
        return true;
    }

    private void cut(int packetStart, int length, int ipHeader, int header, int size, int protocol) {
        boolean isIpv4 = Layout.isIpv4(source, packetStart);
        long pseudoHeader = Layout.pseudoHeader(source, packetStart, protocol);
        headers.put(0, source, packetStart, header);
        int payload = length - header;
        for (int done = 0, number = 0; done < payload; done += size, number++) {
            int bytes = Math.min(size, payload - done);
            int start = packetStart + done;
            source.put(start, headers, 0, header);
            if (isIpv4) {
                int id = source.getShort(start + Layout.IPV4_ID) + number;
                source.putShort(start + Layout.IPV4_ID, (short) id);
            }
            Layout.putLength(source, start, ipHeader, header + bytes);
            int transport = start + ipHeader;
            int checksum;
            if (protocol == TCP) {
                checksum = transport + Layout.TCP_CHECKSUM;
                int sequence = source.getInt(transport + Layout.TCP_SEQUENCE) + done;
                source.putInt(transport + Layout.TCP_SEQUENCE, sequence);
                int cleared = (number == 0 ? 0 : Layout.CWR) | (done + bytes == payload ? 0 : Layout.FIN | Layout.PSH);
                int flags = source.get(transport + Layout.TCP_FLAGS) & ~cleared;
                source.put(transport + Layout.TCP_FLAGS, (byte) flags);
            } else {
                checksum = transport + Layout.UDP_CHECKSUM;
                source.putShort(transport + Layout.UDP_LENGTH, (short) (Layout.UDP_HEADER + bytes));
            }
            source.putShort(checksum, (short) 0);
            int transportBytes = header - ipHeader + bytes;
            putChecksum(checksum, pseudoHeader + transportBytes + Checksum.sum(source, transport, transportBytes));
            lend(start, header + bytes);
        }
    }

    private void putChecksum(int field, long sum) {
        short checksum = Checksum.finish(sum);
        source.putShort(field, checksum == 0 ? -1 : checksum); // 0 would say of UDP that there is none
    }
}
