package org.peervpn.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.node.Packets.packet;
import static org.peervpn.node.World.address;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class IpPacketTest {
    private final ByteBuffer answer = ByteBuffer.allocate(1280);

    @Test
    void paddingIsCutOff() {
        ByteBuffer padded = ByteBuffer.allocate(64)
                .put(packet(address("10.0.0.1"), address("10.0.0.2"), "abc"))
                .position(64)
                .flip();

        assertThat(IpPacket.trim(padded)).isTrue();
        assertThat(padded.remaining()).isEqualTo(23);
    }

    @Test
    void whatIsShorterThanItSaysIsRefused() {
        ByteBuffer ipv4 = packet(address("10.0.0.1"), address("10.0.0.2"), "abc");
        ByteBuffer ipv6 = packet(address("fd00::1"), address("fd00::2"), "abc");

        assertThat(IpPacket.trim(ipv4.duplicate().limit(22))).isFalse();
        assertThat(IpPacket.trim(ipv6.duplicate().limit(42))).isFalse();
        assertThat(IpPacket.trim(ipv6.duplicate().limit(39))).isFalse();
        assertThat(IpPacket.trim(ByteBuffer.allocate(0))).isFalse();
        assertThat(IpPacket.trim(ByteBuffer.allocate(100))).isFalse();
        ipv4.put(0, (byte) 0x44); // a header of 16 bytes
        assertThat(IpPacket.trim(ipv4)).isFalse();
    }

    @Test
    void unreachableIsAValidIcmpErrorFromTheDestination() {
        ByteBuffer packet = packet(address("100.64.0.1"), address("9.9.9.9"), "abcdefghijkl");

        assertThat(IpPacket.unreachable(packet, answer)).isTrue();

        assertThat(Arrays.copyOfRange(answer.array(), 12, 20)).containsExactly(9, 9, 9, 9, 100, 64, 0, 1);
        assertThat(answer.get(20)).isEqualTo((byte) 3);
        assertThat(sum(answer, 0, 20)).isEqualTo(0xffff);
        assertThat(sum(answer, 20, answer.limit())).isEqualTo(0xffff);
        assertThat(answer.limit()).isEqualTo(20 + 8 + 28);
    }

    @Test
    void unreachableIsAValidIcmpv6Error() {
        ByteBuffer packet = packet(address("fd70:6565:7276::1"), address("2001:db8::9"), "abc");

        assertThat(IpPacket.unreachable(packet, answer)).isTrue();

        assertThat(answer.get(40)).isEqualTo((byte) 1);
        assertThat(answer.limit()).isEqualTo(40 + 8 + 43);
        // Addresses and message, plus the pseudo-header's length and protocol.
        int pseudo = sum(answer, 8, answer.limit()) + (answer.limit() - 40) + 58;
        assertThat((pseudo & 0xffff) + (pseudo >>> 16)).isEqualTo(0xffff);
    }

    @Test
    void errorsAndMulticastAreNotAnswered() {
        ByteBuffer icmpError = packet(address("100.64.0.1"), address("9.9.9.9"), "\u0003abcdefg");
        icmpError.put(9, (byte) 1);
        ByteBuffer echo = packet(address("100.64.0.1"), address("9.9.9.9"), "\u0008abcdefg");
        echo.put(9, (byte) 1);
        ByteBuffer fragment = packet(address("100.64.0.1"), address("9.9.9.9"), "abc");
        fragment.putShort(6, (short) 7);

        assertThat(IpPacket.unreachable(icmpError, answer)).isFalse();
        assertThat(IpPacket.unreachable(echo, answer)).isTrue();
        assertThat(IpPacket.unreachable(fragment, answer)).isFalse();
        assertThat(IpPacket.unreachable(packet(address("100.64.0.1"), address("224.0.0.1"), "abc"), answer))
                .isFalse();
        assertThat(IpPacket.unreachable(packet(address("fd00::1"), address("ff02::1"), "abc"), answer))
                .isFalse();
    }

    @Test
    void answersAreLimited() {
        Unreachable unreachable = new Unreachable();
        int answered = 0;
        for (int i = 0; i < 1000; i++) {
            ByteBuffer packet = packet(address("100.64.0.1"), address("9.9.9.9"), "abc");
            answered += unreachable.answerTo(packet, 5_000_000_000L) == null ? 0 : 1;
        }

        assertThat(answered).isEqualTo(100);
    }

    private static int sum(ByteBuffer bytes, int from, int to) {
        int sum = 0;
        for (int i = from; i < to; i++) {
            int octet = bytes.get(i) & 0xff;
            sum += (i - from) % 2 == 0 ? octet << 8 : octet;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }
}
