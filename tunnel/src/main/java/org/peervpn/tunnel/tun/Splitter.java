package org.peervpn.tunnel.tun;

import static org.peervpn.tunnel.tun.Layout.TCP;
import static org.peervpn.tunnel.tun.Layout.UDP;

import java.nio.ByteBuffer;

/**
 * Makes of what one read of a device with offloads brought the packets that it stands for: the kernel leaves it to us to
 * cut a long one into segments (TSO, USO) and to compute checksums.
 *
 * <p>Each segment has a copy of the headers, with its own lengths, IPv4 id, sequence number and checksums. FIN and PSH
 * stand in the last one only, CWR in the first.
 */
final class Splitter {
    private final PacketBatch batch;
    private final Runnable whenFull;

    /** @param whenFull empties the batch */
    Splitter(PacketBatch batch, Runnable whenFull) {
        this.batch = batch;
        this.whenFull = whenFull;
    }

    /**
     * What lies between {@code packet} and {@code end}, with its {@link VnetHeader} before it unless it begins at 0, where
     * it stands for itself; false if it makes no sense.
     */
    boolean split(ByteBuffer source, int packet, int end) {
        int length = end - packet;
        if (packet == 0) {
            return copy(source, packet, length);
        }
        int start = packet - VnetHeader.BYTES;
        int gsoType = VnetHeader.gsoType(source, start);
        if (gsoType == VnetHeader.NO_SEGMENTS) {
            return VnetHeader.needsChecksum(source, start)
                    ? complete(source, start, packet, length)
                    : copy(source, packet, length);
        }
        boolean isTcp = gsoType == VnetHeader.TCP_IPV4 || gsoType == VnetHeader.TCP_IPV6;
        if (!isTcp && gsoType != VnetHeader.UDP) {
            return false;
        }
        int ipHeader = VnetHeader.checksumStart(source, start);
        boolean isIpv4 = Layout.isIpv4(source, packet);
        if (ipHeader < (isIpv4 ? Layout.IPV4_HEADER : Layout.IPV6_HEADER)
                || length < ipHeader + (isTcp ? Layout.TCP_MIN_HEADER : Layout.UDP_HEADER)) {
            return false;
        }
        int header = ipHeader + (isTcp ? tcpHeader(source, packet + ipHeader) : Layout.UDP_HEADER);
        int size = VnetHeader.gsoSize(source, start);
        if (size == 0 || header >= length || header < ipHeader + Layout.UDP_HEADER) {
            return false;
        }
        segment(source, packet, length, ipHeader, header, size, isTcp ? TCP : UDP);
        return true;
    }

    /** 0 if it is too short. */
    private static int tcpHeader(ByteBuffer source, int transport) {
        int bytes = (source.get(transport + Layout.TCP_HEADER_LENGTH) & 0xf0) >>> 2;
        return bytes < Layout.TCP_MIN_HEADER ? 0 : bytes;
    }

    private boolean copy(ByteBuffer source, int packet, int length) {
        makeRoom(length);
        batch.buffer().put(batch.end(), source, packet, length);
        batch.added(length);
        return true;
    }

    private boolean complete(ByteBuffer source, int start, int packet, int length) {
        int from = VnetHeader.checksumStart(source, start);
        int field = from + VnetHeader.checksumOffset(source, start);
        if (field + Short.BYTES > length) {
            return false;
        }
        short checksum = Checksum.finish(Checksum.sum(source, packet + from, length - from));
        source.putShort(packet + field, checksum == 0 ? -1 : checksum); // 0 would say of UDP that there is none
        return copy(source, packet, length);
    }

    private void segment(ByteBuffer source, int packet, int length, int ipHeader, int header, int size, int protocol) {
        boolean isIpv4 = Layout.isIpv4(source, packet);
        long pseudoHeader = Layout.pseudoHeader(source, packet, protocol);
        int payload = length - header;
        for (int done = 0, number = 0; done < payload; done += size, number++) {
            int bytes = Math.min(size, payload - done);
            makeRoom(header + bytes);
            ByteBuffer target = batch.buffer();
            int to = batch.end();
            target.put(to, source, packet, header);
            long sum = Checksum.copy(source, packet + header + done, bytes, target, to + header);
            if (isIpv4) {
                int id = target.getShort(to + Layout.IPV4_ID) + number;
                target.putShort(to + Layout.IPV4_ID, (short) id);
            }
            Layout.putLength(target, to, ipHeader, header + bytes);
            int transport = to + ipHeader;
            int checksum;
            if (protocol == TCP) {
                checksum = transport + Layout.TCP_CHECKSUM;
                int sequence = target.getInt(transport + Layout.TCP_SEQUENCE) + done;
                target.putInt(transport + Layout.TCP_SEQUENCE, sequence);
                int cleared = (number == 0 ? 0 : Layout.CWR) | (done + bytes == payload ? 0 : Layout.FIN | Layout.PSH);
                int flags = target.get(transport + Layout.TCP_FLAGS) & ~cleared;
                target.put(transport + Layout.TCP_FLAGS, (byte) flags);
            } else {
                checksum = transport + Layout.UDP_CHECKSUM;
                target.putShort(transport + Layout.UDP_LENGTH, (short) (Layout.UDP_HEADER + bytes));
            }
            target.putShort(checksum, (short) 0);
            sum += pseudoHeader + (header - ipHeader + bytes) + Checksum.sum(target, transport, header - ipHeader);
            short finished = Checksum.finish(sum);
            target.putShort(checksum, finished == 0 ? -1 : finished);
            batch.added(header + bytes);
        }
    }

    private void makeRoom(int length) {
        if (!batch.hasRoom(length)) {
            whenFull.run();
        }
    }
}
