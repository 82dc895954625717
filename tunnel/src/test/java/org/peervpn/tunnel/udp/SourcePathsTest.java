package org.peervpn.tunnel.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.peervpn.tunnel.Path;

class SourcePathsTest {
    private final SourcePaths paths = new SourcePaths();

    @Test
    void familyGivesTheChannel() throws UnknownHostException {
        assertThat(paths.of(new InetSocketAddress("192.0.2.1", 5)).channel()).isZero();
        assertThat(paths.of(ipv6("2001:db8::1", 0)).channel()).isEqualTo(1);
    }

    @Test
    void scopeIsKeptForLinkLocalAddressesOnly() throws UnknownHostException {
        assertThat(scope(paths.of(ipv6("fe80::1", 3)))).isEqualTo(3);
        assertThat(scope(paths.of(ipv6("2001:db8::1", 3)))).isZero();
        assertThat(paths.of(ipv6("2001:db8::1", 0)).remote().getAddress().getHostAddress())
                .doesNotContain("%");
    }

    @Test
    void sameAddressOnAnotherLinkIsAnotherPath() throws UnknownHostException {
        paths.of(ipv6("fe80::1", 3));

        assertThat(scope(paths.of(ipv6("fe80::1", 4)))).isEqualTo(4);
    }

    @Test
    void trainOfDatagramsFromOneSourceSharesOnePath() throws UnknownHostException {
        Path first = paths.of(ipv6("2001:db8::1", 0));

        assertThat(paths.of(ipv6("2001:db8::1", 0))).isSameAs(first);
        assertThat(paths.of(new InetSocketAddress("192.0.2.1", 5))).isNotEqualTo(first);
    }

    @Test
    void nameThatTheKernelWroteIsTheSameSource() throws UnknownHostException {
        ByteBuffer names = ByteBuffer.allocate(96).order(ByteOrder.nativeOrder());
        putName(names, 0, 2, 51820, 4, "192.0.2.1", 0);
        putName(names, 32, 10, 80, 8, "2001:db8::1", 7);
        putName(names, 64, 10, 65535, 8, "fe80::1", 7);

        assertThat(paths.of(names, 0)).isEqualTo(new Path(0, new InetSocketAddress("192.0.2.1", 51820)));
        assertThat(paths.of(names, 0)).isSameAs(paths.of(names, 0));
        Path global = paths.of(names, 32);
        assertThat(global).isEqualTo(new Path(1, new InetSocketAddress("2001:db8::1", 80)));
        assertThat(global.remote().toString()).doesNotContain("%");
        assertThat(scope(paths.of(names, 64))).isEqualTo(7);
        assertThat(paths.of(names, 64).remote().getPort()).isEqualTo(65535);
        names.putInt(64 + 24, 8);
        assertThat(scope(paths.of(names, 64))).as("by another link").isEqualTo(8);
        assertThat(paths.of(names, 0).channel()).isZero();
    }

    /** A sockaddr_in or sockaddr_in6. */
    private static void putName(
            ByteBuffer names, int at, int family, int port, int addressAt, String address, int scope) {
        names.putShort(at, (short) family);
        names.put(at + 2, (byte) (port >> 8)).put(at + 3, (byte) port);
        names.put(at + addressAt, new InetSocketAddress(address, 0).getAddress().getAddress());
        names.putInt(at + 24, scope);
    }

    private static InetSocketAddress ipv6(String address, int scope) throws UnknownHostException {
        byte[] bytes = new InetSocketAddress(address, 0).getAddress().getAddress();
        return new InetSocketAddress(Inet6Address.getByAddress(null, bytes, scope), 5);
    }

    private static int scope(Path path) {
        return ((Inet6Address) path.remote().getAddress()).getScopeId();
    }
}
