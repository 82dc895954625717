package org.peervpn.tunnel.udp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
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

    private static InetSocketAddress ipv6(String address, int scope) throws UnknownHostException {
        byte[] bytes = new InetSocketAddress(address, 0).getAddress().getAddress();
        return new InetSocketAddress(Inet6Address.getByAddress(null, bytes, scope), 5);
    }

    private static int scope(Path path) {
        return ((Inet6Address) path.remote().getAddress()).getScopeId();
    }
}
