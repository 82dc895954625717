package org.peervpn.tunnel.tun;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Joining and splitting undo one another, and neither loses, changes or swaps anything. */
class OffloadTest {
    private final List<ByteBuffer> written = new ArrayList<>();
    private final Joiner joiner = new Joiner(
            (buffer, end) -> written.add(ByteBuffer.allocateDirect(end).put(0, buffer, 0, end)), true);
    private final Random random = new Random(1);

    private static Stream<Arguments> flows() {
        return Stream.of(
                Arguments.of(true, true, 0, 1301),
                Arguments.of(true, true, 12, 1301),
                Arguments.of(true, true, 12, 9),
                Arguments.of(false, true, 12, 1301),
                Arguments.of(false, true, 12, 40),
                Arguments.of(true, false, 0, 1301),
                Arguments.of(false, false, 0, 1301),
                Arguments.of(false, false, 0, 2));
    }

    @ParameterizedTest
    @MethodSource("flows")
    void trainIsWrittenAsOneAndSplitIntoWhatItWas(boolean isIpv4, boolean isTcp, int options, int payload) {
        FlowMaker flow = new FlowMaker(isIpv4, isTcp, options, 1000);
        List<ByteBuffer> packets = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            packets.add(
                    flow.next(i == 39 ? payload - 1 : payload, i == 39 ? Layout.ACK | Layout.PSH : Layout.ACK, random));
        }
        packets.forEach(joiner::add);
        joiner.flush();

        assertThat(written).hasSize(1);
        assertThat(split(written.get(0))).isEqualTo(packets);
    }

    /** Of several flows, with everything among it that must not be joined. */
    @Test
    void whateverComesGoesOutUnchangedAndInTheOrderOfItsFlow() {
        for (int round = 0; round < 300; round++) {
            written.clear();
            Map<Integer, List<ByteBuffer>> sent = new HashMap<>();
            List<FlowMaker> flows = new ArrayList<>();
            for (int i = 0; i < 1 + random.nextInt(11); i++) {
                flows.add(new FlowMaker(random.nextBoolean(), random.nextBoolean(), random.nextInt(3) * 4, 2000 + i));
            }
            for (int i = 0; i < 100; i++) {
                int index = random.nextInt(flows.size());
                ByteBuffer packet = anyOf(flows.get(index));
                sent.computeIfAbsent(2000 + index, port -> new ArrayList<>()).add(copy(packet));
                joiner.add(packet);
            }
            joiner.flush();

            Map<Integer, List<ByteBuffer>> arrived = new HashMap<>();
            written.stream()
                    .flatMap(buffer -> split(buffer).stream())
                    .forEach(packet -> arrived.computeIfAbsent(port(packet), port -> new ArrayList<>())
                            .add(packet));
            assertThat(arrived).isEqualTo(sent);
        }
    }

    private ByteBuffer anyOf(FlowMaker flow) {
        int flags = random.nextInt(4) == 0 ? (random.nextInt(256) & ~Layout.PSH) | Layout.ACK : Layout.ACK;
        int payload = random.nextInt(5) == 0 ? random.nextInt(1400) : 500;
        ByteBuffer packet = flow.next(payload, flags, random);
        if (random.nextInt(20) == 0) { // damaged before it came to us; the ports stay
            int at = flow.ipHeader() + 4 + random.nextInt(packet.limit() - flow.ipHeader() - 4);
            packet.put(at, (byte) (packet.get(at) ^ (1 << random.nextInt(8))));
        }
        return packet;
    }

    @Test
    void fragmentIsNotMistakenForAHeader() {
        FlowMaker flow = new FlowMaker(true, false, 0, 3000);
        ByteBuffer first = flow.next(100, 0, random);
        ByteBuffer fragment = flow.next(100, 0, random);
        fragment.putShort(Layout.IPV4_FRAGMENT, (short) 20);
        ByteBuffer last = flow.next(100, 0, random);
        Stream.of(first, fragment, last).forEach(joiner::add);
        joiner.flush();

        assertThat(written.stream().flatMap(buffer -> split(buffer).stream())).containsExactly(first, fragment, last);
        assertThat(written).hasSize(3);
    }

    /** What the kernel says of a packet may only be wrong if the device is not what it seems; no bytes may break us. */
    @Test
    void anyBytesAreSplitOrRefused() {
        ByteBuffer source = ByteBuffer.allocateDirect(VnetHeader.BYTES + 300);
        int[] lent = {0};
        int[] end = {0};
        Splitter splitter = new Splitter(source, packet -> {
            lent[0]++;
            assertThat(packet.position()).isGreaterThanOrEqualTo(VnetHeader.BYTES);
            assertThat(packet.limit()).isBetween(packet.position() + 1, end[0]);
        });
        for (int round = 0; round < 200_000; round++) {
            byte[] bytes = new byte[VnetHeader.BYTES + 1 + random.nextInt(300)];
            random.nextBytes(bytes);
            bytes[0] &= 1;
            bytes[1] =
                    (byte) List.of(0, 1, 4, 5, 0x81, 3).get(random.nextInt(6)).intValue();
            bytes[5] = 0;
            bytes[6] = (byte) (random.nextBoolean() ? 20 : 40);
            bytes[7] = (byte) (random.nextInt(20) == 0 ? 1 : 0);
            bytes[9] = 0;
            bytes[VnetHeader.BYTES] = (byte) (random.nextBoolean() ? 0x45 : 0x60);
            source.put(0, bytes);
            end[0] = bytes.length;

            splitter.split(VnetHeader.BYTES, bytes.length);
        }
        assertThat(lent[0]).isGreaterThan(200_000);
    }

    @Test
    void kernelsHalfChecksumIsCompleted() {
        ByteBuffer packet = new FlowMaker(false, true, 8, 4000).next(333, Layout.ACK, random);
        ByteBuffer half = ByteBuffer.allocateDirect(VnetHeader.BYTES + packet.limit());
        half.put(VnetHeader.BYTES, packet, 0, packet.limit());
        VnetHeader.put(half, 0, VnetHeader.NO_SEGMENTS, 0, 0, 40, Layout.TCP_CHECKSUM);
        long pseudoHeader = Layout.pseudoHeader(packet, 0, Layout.TCP) + packet.limit() - 40;
        half.putShort(VnetHeader.BYTES + 40 + Layout.TCP_CHECKSUM, (short) Checksum.fold(pseudoHeader));

        assertThat(split(half)).containsExactly(packet);
    }

    private static List<ByteBuffer> split(ByteBuffer written) {
        List<ByteBuffer> packets = new ArrayList<>();
        Splitter splitter = new Splitter(written, packet -> {
            packets.add(copy(packet));
            for (int i = packet.position(); i < packet.limit(); i++) {
                packet.put(i, (byte) 0xaa); // the reader may
            }
        });
        assertThat(splitter.split(VnetHeader.BYTES, written.limit())).isTrue();
        return packets;
    }

    private static ByteBuffer copy(ByteBuffer packet) {
        return ByteBuffer.allocate(packet.remaining()).put(packet.duplicate()).flip();
    }

    private static int port(ByteBuffer packet) {
        return packet.getShort(Layout.isIpv4(packet, 0) ? 20 : 40) & 0xffff;
    }
}
