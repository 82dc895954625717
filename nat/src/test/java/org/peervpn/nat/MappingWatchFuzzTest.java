package org.peervpn.nat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.nat.StunNet.address;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.MappingWatch.Mapping;

class MappingWatchFuzzTest {
    private static final String[] SERVERS = {"192.0.2.1:3478", "192.0.2.2:3478", "192.0.2.3:3478", "[2001:db8::1]:3478"
    };

    private static final InetSocketAddress STRANGER = address("192.0.2.99:3478");

    /** Each server thrice, and that for each of some rounds that are repeated at once. */
    private static final int MAX_AT_ONCE = 4 * 3 * 6;

    private static final int MAX_PER_SECOND = 4;

    private static final int HEADER_LENGTH = 20;
    private static final int ID_OFFSET = 8;

    /**
     * The input is a play: a byte says who speaks and whether he knows the question, another how long his datagram is.
     * Between the datagrams time passes. Only answers count, and the servers are not asked more often for what they say.
     */
    @FuzzTest
    void play(byte[] play) {
        StunNet net = new StunNet();
        for (String server : SERVERS) {
            net.with(server, StunNet.Server.silent());
        }
        net.use(SERVERS);
        ByteBuffer rest = ByteBuffer.wrap(play);
        while (rest.remaining() >= 2) {
            int control = rest.get();
            int length = Math.min(rest.get() & 0xff, rest.remaining());
            byte[] datagram = new byte[length];
            rest.get(datagram);
            InetSocketAddress source = address(SERVERS[control & 3]);
            if ((control & 4) != 0) {
                answerLastQuestion(net, source, datagram);
            }
            receive(net, STRANGER, datagram, false);
            receive(net, source, datagram, true);
            net.runUntil(net.nowNanos / 1e9 + ((control & 0xff) >> 3) * 0.3);
            check(net.watch.ipv4(), true);
            check(net.watch.ipv6(), false);
            assertThat(net.requests).hasSizeLessThan(MAX_AT_ONCE + (int) (net.nowNanos / 1e9 * MAX_PER_SECOND));
        }
    }

    private static void receive(StunNet net, InetSocketAddress source, byte[] datagram, boolean mayAnswer) {
        Mapping ipv4 = net.watch.ipv4();
        Mapping ipv6 = net.watch.ipv6();
        long dropped = net.watch.droppedDatagrams();
        ByteBuffer lent = ByteBuffer.wrap(datagram);
        boolean answers = mayAnswer
                && MappingWatch.isStun(lent)
                && net.requests.stream()
                        .anyMatch(request ->
                                request.server().equals(source) && request.id().equals(TransactionId.of(lent)));
        net.watch.receiveDatagram(source, lent, net.nowNanos);
        if (!answers) {
            assertThat(net.watch.droppedDatagrams()).isEqualTo(dropped + 1);
            assertThat(net.watch.ipv4()).isEqualTo(ipv4);
            assertThat(net.watch.ipv6()).isEqualTo(ipv6);
        }
    }

    private static void answerLastQuestion(StunNet net, InetSocketAddress server, byte[] datagram) {
        if (datagram.length < HEADER_LENGTH) {
            return;
        }
        List<StunNet.Request> asked = net.requests.stream()
                .filter(request -> request.server().equals(server))
                .toList();
        if (!asked.isEmpty()) {
            byte[] id = asked.get(asked.size() - 1).id().bytes();
            System.arraycopy(id, 0, datagram, ID_OFFSET, id.length);
        }
    }

    private static void check(@Nullable Mapping mapping, boolean ipv4) {
        if (mapping == null) {
            return;
        }
        InetSocketAddress endpoint = mapping.endpoint();
        boolean sensible = endpoint.getPort() != 0
                && endpoint.getAddress() instanceof Inet4Address == ipv4
                && !endpoint.getAddress().isLoopbackAddress()
                && !endpoint.getAddress().isAnyLocalAddress();
        if (!sensible) {
            throw new AssertionError(mapping);
        }
    }
}
