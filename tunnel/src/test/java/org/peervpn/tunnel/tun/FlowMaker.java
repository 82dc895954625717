package org.peervpn.tunnel.tun;

import java.nio.ByteBuffer;
import java.util.Random;

/** Makes the packets of one TCP or UDP flow, with right checksums. */
final class FlowMaker {
    private final boolean isIpv4;
    private final boolean isTcp;
    private final int options; // bytes of TCP options
    private final int port;
    private int id;
    private int sequence;

    FlowMaker(boolean isIpv4, boolean isTcp, int options, int port) {
        this.isIpv4 = isIpv4;
        this.isTcp = isTcp;
        this.options = isTcp ? options : 0;
        this.port = port;
        this.sequence = port * 0x1234567;
        this.id = 0xfff0; // wraps round soon
    }

    int ipHeader() {
        return isIpv4 ? 20 : 40;
    }

    int header() {
        return ipHeader() + (isTcp ? 20 + options : 8);
    }

    ByteBuffer next(int payload, int flags, Random random) {
        byte[] content = new byte[payload];
        random.nextBytes(content);
        int length = header() + payload;
        ByteBuffer packet = ByteBuffer.allocateDirect(length);
        int protocol = isTcp ? Layout.TCP : Layout.UDP;
        if (isIpv4) {
            packet.put((byte) 0x45).put((byte) 0).putShort((short) length).putShort((short) id++);
            packet.putShort((short) 0x4000).put((byte) 64).put((byte) protocol).putShort((short) 0);
            packet.putInt(0x0a000001).putInt(0x0a000002);
            packet.putShort(Layout.IPV4_CHECKSUM, Checksum.finish(Checksum.sum(packet, 0, 20)));
        } else {
            packet.putInt(0x60000000).putShort((short) (length - 40));
            packet.put((byte) protocol).put((byte) 64);
            packet.putLong(0xfd00_0000_0000_0000L).putLong(1);
            packet.putLong(0xfd00_0000_0000_0000L).putLong(2);
        }
        packet.putShort((short) port).putShort((short) 443);
        if (isTcp) {
            packet.putInt(sequence).putInt(7).put((byte) ((20 + options) << 2)).put((byte) flags);
            packet.putShort((short) 500).putInt(0);
            for (int i = 0; i < options; i++) {
                packet.put((byte) 1); // no operation
            }
            sequence += payload;
        } else {
            packet.putShort((short) (8 + payload)).putShort((short) 0);
        }
        packet.put(content).flip();
        int field = ipHeader() + (isTcp ? Layout.TCP_CHECKSUM : Layout.UDP_CHECKSUM);
        short checksum = checksum(packet, protocol);
        packet.putShort(field, checksum == 0 && !isTcp ? -1 : checksum);
        return packet;
    }

    /** Plainly, as RFC 1071 has it: the reference for {@link Checksum}. */
    private short checksum(ByteBuffer packet, int protocol) {
        int transport = packet.limit() - ipHeader();
        int addresses = isIpv4 ? 12 : 8;
        long sum = protocol + (long) transport;
        for (int i = addresses; i < ipHeader(); i += 2) {
            sum += packet.getShort(i) & 0xffff;
        }
        for (int i = ipHeader(); i < packet.limit(); i++) {
            int shift = (i - ipHeader()) % 2 == 0 ? 8 : 0;
            sum += (packet.get(i) & 0xffL) << shift;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (short) ~sum;
    }
}
