package org.peervpn.nat;

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

    private static final int HEADER_LENGTH = 20;
    private static final int ID_OFFSET = 8;

    /**
     * The input is a play: a byte says who speaks and whether he knows the question, another how long his datagram is.
     * Between the datagrams time passes.
     */
    @FuzzTest(maxDuration = "5m")
    void playEndsInAStateThatMakesSense(byte[] play) {
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
            net.watch.receiveDatagram(source, ByteBuffer.wrap(datagram), net.nowNanos);
            net.runUntil(net.nowNanos / 1e9 + ((control & 0xff) >> 3) * 0.3);
            check(net.watch.ipv4(), true);
            check(net.watch.ipv6(), false);
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
