package org.peervpn.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

class IpPacketFuzzTest {
    private static final int SMALLEST_MTU = 1280;

    /** The answer that a packet without an owner gets is none, or an ICMP error that its sender can believe. */
    @FuzzTest
    void unreachable(byte[] input) {
        ByteBuffer packet = ByteBuffer.wrap(input);
        boolean whole = IpPacket.trim(packet);
        assertThat(packet.position()).isZero();
        if (!whole) {
            assertThat(packet.limit()).isEqualTo(input.length);
            assertThat(new Unreachable().answerTo(packet, 0)).isNull();
            return;
        }
        assertThat(packet.limit()).isEqualTo(IpPacket.version(packet) == 4 ? u16(input, 2) : 40 + u16(input, 4));
        ByteBuffer padded = ByteBuffer.wrap(Arrays.copyOf(input, input.length + 16));
        assertThat(IpPacket.trim(padded)).isTrue();
        assertThat(padded).isEqualTo(packet);

        byte[] before = input.clone();
        ByteBuffer answer = new Unreachable().answerTo(packet, 0);
        assertThat(input).isEqualTo(before);
        if (answer != null) {
            check(bytes(answer), bytes(packet));
            // An error is never answered by an error.
            assertThat(new Unreachable().answerTo(answer, 0)).isNull();
        }
    }

    private static void check(byte[] answer, byte[] packet) {
        boolean ipv4 = packet[0] >> 4 == 4;
        int header = ipv4 ? 20 : 40;
        int icmp = header + 8;
        assertThat(answer).hasSizeLessThanOrEqualTo(Math.min(icmp + packet.length, SMALLEST_MTU));
        assertThat(Arrays.copyOfRange(answer, icmp, answer.length))
                .isEqualTo(Arrays.copyOf(packet, answer.length - icmp));
        int address = ipv4 ? 4 : 16;
        int source = ipv4 ? 12 : 8;
        int destination = source + address;
        assertThat(Arrays.copyOfRange(answer, source, destination))
                .isEqualTo(Arrays.copyOfRange(packet, destination, destination + address));
        assertThat(Arrays.copyOfRange(answer, destination, destination + address))
                .isEqualTo(Arrays.copyOfRange(packet, source, destination));
        assertThat(isOneHost(Arrays.copyOfRange(packet, source, destination))).isTrue();
        if (ipv4) {
            assertThat(sum(answer, 0, 20, 0)).isEqualTo(0xffff);
            assertThat(sum(answer, 20, answer.length, 0)).isEqualTo(0xffff);
        } else {
            assertThat(sum(answer, 8, answer.length, answer.length - 40 + 58)).isEqualTo(0xffff);
        }
    }

    /** RFC 1122 section 3.2.2, RFC 4443 section 2.4 e: nobody else is sent an error. */
    private static boolean isOneHost(byte[] address) {
        int first = address[0] & 0xff;
        if (address.length == 4) {
            return first != 0 && first != 127 && first < 224;
        }
        return first != 0xff && !Arrays.equals(address, new byte[16]);
    }

    private static int sum(byte[] bytes, int from, int to, int initial) {
        int sum = initial;
        for (int i = from; i < to; i++) {
            sum += (i - from) % 2 == 0 ? (bytes[i] & 0xff) << 8 : bytes[i] & 0xff;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }

    private static int u16(byte[] bytes, int index) {
        return (bytes[index] & 0xff) << 8 | (bytes[index + 1] & 0xff);
    }

    private static byte[] bytes(@Nullable ByteBuffer buffer) {
        if (buffer == null) {
            return new byte[0];
        }
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }
}
