package org.peervpn.routing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import org.peervpn.routing.ProcNet.KernelRoute;
import org.peervpn.routing.Sessions.Connection;

class ProcNetFuzzTest {

    /** A line is a route or socket that can be, or is passed over. */
    @FuzzTest
    void text(byte[] input) {
        String text = new String(input, UTF_8);
        long lines = text.lines().count();
        List<KernelRoute> ipv4 = ProcNet.routesIpv4(text);
        List<KernelRoute> ipv6 = ProcNet.routesIpv6(text);
        assertThat(ipv4)
                .hasSizeLessThanOrEqualTo((int) lines)
                .allMatch(route -> route.prefix().isIpv4());
        assertThat(ipv6)
                .hasSizeLessThanOrEqualTo((int) lines)
                .noneMatch(route ->
                        route.prefix().isIpv4() || route.prefix().address().isMulticastAddress());
        assertThat(ipv4).allMatch(ProcNetFuzzTest::canBe);
        assertThat(ipv6).allMatch(ProcNetFuzzTest::canBe);

        List<ProcNet.Socket> sockets = ProcNet.sockets(text);
        assertThat(sockets).allMatch(socket -> canBe(socket.connection()));
        Sessions sessions = ProcNet.sessions(sockets, sockets, 32_768, 60_999);
        assertThat(sessions.inbound())
                .hasSizeLessThanOrEqualTo(Math.min((int) lines, Sessions.MAX_CONNECTIONS))
                .doesNotHaveDuplicates()
                .noneMatch(connection -> connection.local().isLoopbackAddress());
        assertThat(sessions.udpPorts())
                .doesNotHaveDuplicates()
                .isSorted()
                .allMatch(port -> port >= 32_768 && port <= 60_999);
    }

    private static boolean canBe(KernelRoute route) {
        return !route.device().isEmpty() && route.metric() >= 0;
    }

    private static boolean canBe(Connection connection) {
        return isPort(connection.localPort()) && isPort(connection.remotePort());
    }

    private static boolean isPort(int port) {
        return port >= 0 && port <= 65_535;
    }
}
