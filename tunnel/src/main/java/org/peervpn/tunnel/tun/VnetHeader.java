package org.peervpn.tunnel.tun;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What the kernel puts before each packet of a device with offloads, and expects from us (linux/virtio_net.h, struct
 * virtio_net_hdr); integers have the machine's byte order.
 *
 * <pre>0: flags | 1: GSO type | 2: header length | 4: GSO size | 6: checksum start | 8: checksum offset</pre>
 */
final class VnetHeader {
    static final int BYTES = 10;

    /** From {@link #checksumStart} on, the checksum has to be completed; in its place is the sum of the pseudo-header. */
    static final int NEEDS_CHECKSUM = 1; // VIRTIO_NET_HDR_F_NEEDS_CSUM

    static final int NO_SEGMENTS = 0; // VIRTIO_NET_HDR_GSO_NONE
    static final int TCP_IPV4 = 1; // VIRTIO_NET_HDR_GSO_TCPV4
    static final int TCP_IPV6 = 4; // VIRTIO_NET_HDR_GSO_TCPV6
    static final int UDP = 5; // VIRTIO_NET_HDR_GSO_UDP_L4
    private static final int WITH_ECN = 0x80; // VIRTIO_NET_HDR_GSO_ECN

    private static final int GSO_TYPE = 1;
    private static final int HEADER_LENGTH = 2;
    private static final int GSO_SIZE = 4;
    private static final int CHECKSUM_START = 6;
    private static final int CHECKSUM_OFFSET = 8;

    private VnetHeader() {}

    static boolean needsChecksum(ByteBuffer buffer, int start) {
        return (buffer.get(start) & NEEDS_CHECKSUM) != 0;
    }

    static int gsoType(ByteBuffer buffer, int start) {
        return buffer.get(start + GSO_TYPE) & ~WITH_ECN & 0xff;
    }

    static int gsoSize(ByteBuffer buffer, int start) {
        return unsigned(buffer, start + GSO_SIZE);
    }

    static int checksumStart(ByteBuffer buffer, int start) {
        return unsigned(buffer, start + CHECKSUM_START);
    }

    static int checksumOffset(ByteBuffer buffer, int start) {
        return unsigned(buffer, start + CHECKSUM_OFFSET);
    }

    /** Of a packet that is complete. */
    static void putPlain(ByteBuffer buffer, int start) {
        buffer.putLong(start, 0).putShort(start + Long.BYTES, (short) 0);
    }

    /** Of a packet that the kernel has to cut into segments, or to act as if it had. */
    static void put(
            ByteBuffer buffer, int start, int gsoType, int headerLength, int gsoSize, int checksumStart, int offset) {
        buffer.put(start, (byte) NEEDS_CHECKSUM).put(start + GSO_TYPE, (byte) gsoType);
        put(buffer, start + HEADER_LENGTH, headerLength);
        put(buffer, start + GSO_SIZE, gsoSize);
        put(buffer, start + CHECKSUM_START, checksumStart);
        put(buffer, start + CHECKSUM_OFFSET, offset);
    }

    private static int unsigned(ByteBuffer buffer, int index) {
        return native16(buffer.getShort(index)) & 0xffff;
    }

    private static void put(ByteBuffer buffer, int index, int value) {
        buffer.putShort(index, native16((short) value));
    }

    /** The buffers here are big-endian, as IP is. */
    private static short native16(short value) {
        return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? value : Short.reverseBytes(value);
    }
}
