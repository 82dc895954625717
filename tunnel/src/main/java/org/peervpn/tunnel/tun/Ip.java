package org.peervpn.tunnel.tun;

/** What a TUN device carries. */
final class Ip {
    /** Longer than any packet that a device can bring, whatever MTU somebody gives it. */
    static final int MAX_PACKET_BYTES = 65_535;

    private Ip() {}

    /** By the version in the first byte: the kernel goes by it too. */
    static boolean isPacket(byte first) {
        int version = (first & 0xf0) >> 4;
        return version == 4 || version == 6;
    }
}
