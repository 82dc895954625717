package org.peervpn.nat.behavior;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.StunBytes;
import org.peervpn.nat.TransactionId;

class NatTestFuzzTest {
    private static final InetAddress INSIDE = SimInternet.ip("192.168.1.2");
    private static final List<InetSocketAddress> SERVERS = List.of(
            new InetSocketAddress("198.51.100.2", 3478),
            new InetSocketAddress("198.51.100.4", 3478),
            new InetSocketAddress("198.51.100.6", 3478));

    private record Request(int channel, InetSocketAddress server, ByteBuffer datagram) {}

    /** Whatever servers answer, from wherever: the test ends in time, and asks no more than it may. */
    @FuzzTest
    void play(byte[] input) {
        ByteBuffer choices = ByteBuffer.wrap(input);
        Deque<Request> requests = new ArrayDeque<>();
        int[] sends = new int[1];
        NatTest test = new NatTest(
                SimInternet.seeded(1),
                new NatTest.LocalSide(Set.of(INSIDE), INSIDE),
                SERVERS,
                new NatTest.Output() {
                    @Override
                    public void send(int channel, InetSocketAddress server, ByteBuffer datagram) {
                        assertThat(channel).isBetween(0, NatTest.CHANNELS - 1);
                        sends[0]++;
                        requests.add(new Request(channel, server, datagram));
                    }

                    @Override
                    public int localPort(int channel) {
                        return SimInternet.MAIN_PORT + channel;
                    }

                    @Override
                    public void silent() {}

                    @Override
                    public void finished(Stage stage) {}
                },
                NatTest.BUDGET_NANOS,
                0);
        long nowNanos = 0;
        while (!test.done()) {
            nowNanos = Math.max(nowNanos, test.nextDeadlineNanos());
            assertThat(nowNanos).isLessThan(2 * NatTest.BUDGET_NANOS);
            test.onTimeout(nowNanos);
            while (!requests.isEmpty() && !test.done()) {
                answer(test, requests.remove(), choices, nowNanos + 1_000_000);
            }
        }
        assertThat(sends[0]).isLessThanOrEqualTo(Inquiries.MAX_SENDS);
        NatFindings findings = test.findings();
        assertThat(findings.servers()).hasSize(SERVERS.size());
        assertThat(findings.endpoint() == null || findings.summary().mapping() != null || !findings.endpointConfirmed())
                .isTrue();
        if (findings.summary().mapping() != Behavior.ENDPOINT_INDEPENDENT && findings.dependsOnDestination()) {
            assertThat(findings.endpoint()).isNull();
        }
    }

    private static void answer(NatTest test, Request request, ByteBuffer choices, long nowNanos) {
        int choice = choices.hasRemaining() ? choices.get() & 0xff : 0xff;
        if (choice > 240) {
            return;
        }
        TransactionId id = TransactionId.of(request.datagram());
        InetSocketAddress seen = new InetSocketAddress("203.0.113." + (1 + (choice >> 6)), 40_000 + (choice & 7));
        InetSocketAddress source = (choice & 8) == 0 ? request.server() : place(choices);
        StunBytes answer = new StunBytes(StunBytes.BINDING_SUCCESS, id).xorMapped(seen);
        if ((choice & 16) != 0) {
            answer.address(StunBytes.RESPONSE_ORIGIN, source).address(StunBytes.OTHER_ADDRESS, place(choices));
        }
        ByteBuffer datagram = (choice & 0x30) == 0x30 ? damaged(answer.build(), choices) : answer.build();
        int channel = (choice & 0x28) == 0x28 ? choice & 7 : request.channel();
        test.receiveDatagram(channel, source, datagram, nowNanos);
    }

    private static InetSocketAddress place(ByteBuffer choices) {
        int choice = choices.hasRemaining() ? choices.get() & 0xff : 0;
        return new InetSocketAddress("198.51.100." + (1 + (choice & 7)), 3478 + (choice >> 7));
    }

    private static ByteBuffer damaged(ByteBuffer datagram, ByteBuffer choices) {
        byte[] bytes = new byte[datagram.remaining()];
        datagram.get(bytes);
        for (int i = 0; i < 4 && choices.remaining() >= 2; i++) {
            bytes[(choices.get() & 0xff) % bytes.length] = choices.get();
        }
        return ByteBuffer.wrap(Arrays.copyOf(bytes, bytes.length));
    }
}
