package org.peervpn.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.peervpn.routing.ProcNet.KernelRoute;
import org.peervpn.routing.Sessions.Connection;

/** The texts are of a little-endian machine, as are all that we run on. */
class ProcNetTest {

    @Test
    void defaultRouteIsTheBestOfTheOthers() {
        List<KernelRoute> routes = ProcNet.routesIpv4("""
                Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
                wlan0\t00000000\t0107A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
                eth0\t00000000\t0107A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
                peervpn0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0
                eth0\t0007A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
                *\t0000000A\t00000000\t0200\t0\t0\t0\t000000FF\t0\t0\t0
                """);

        assertThat(Uplinks.defaultRoute(routes, "peervpn0")).isEqualTo("eth0 by 192.168.7.1");
        assertThat(routes).hasSize(4).last().isEqualTo(new KernelRoute("eth0", Cidr.parse("192.168.7.0/24"), null, 0));
        assertThat(Uplinks.defaultRoute(List.of(), "peervpn0")).isNull();
    }

    @Test
    void localAddressesAndMulticastAreNoRoutes() {
        String zeros = "00000000000000000000000000000000";
        String rest = " 00000001 00000000 ";
        List<KernelRoute> routes = ProcNet.routesIpv6(
                zeros + " 00 " + zeros + " 00 fe800000000000000000000000000001 00000400" + rest + "00450003     eth0\n"
                        + "20010db8000700000000000000000000 40 " + zeros + " 00 " + zeros + " 00000100" + rest
                        + "00000001 eth0\n"
                        + "20010db8000700000000000000000002 80 " + zeros + " 00 " + zeros + " 00000000" + rest
                        + "80200001 eth0\n"
                        + "ff000000000000000000000000000000 08 " + zeros + " 00 " + zeros + " 00000100" + rest
                        + "00000001 eth0\n"
                        + zeros + " 00 " + zeros + " 00 " + zeros + " ffffffff" + rest + "00200200 lo\n");

        InetAddress gateway = Cidr.parse("fe80::1").address();
        assertThat(routes)
                .containsExactly(
                        new KernelRoute("eth0", Cidr.parse("::/0"), gateway, 1024),
                        new KernelRoute("eth0", Cidr.parse("2001:db8:7::/64"), null, 256));
    }

    @Test
    void sessionsToPortsThatWeListenOnAreKept() {
        List<ProcNet.Socket> tcp = ProcNet.sockets("""
                  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
                   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1
                   1: 0207A8C0:0016 016433C6:C001 01 00000000:00000000 02:00000000 00000000     0        0 1 1
                   2: 0207A8C0:C002 016433C6:01BB 01 00000000:00000000 02:00000000 00000000     0        0 1 1
                   3: 0100007F:0016 0100007F:C003 01 00000000:00000000 02:00000000 00000000     0        0 1 1
                   4: 0000000000000000FFFF00000207A8C0:0016 0000000000000000FFFF0000016433C6:C004 01 0:0 0:0 0 0 0 1 1
                   5: B80D0120000007000000000002000000:0016 B80D0120000099000000000001000000:C005 01 0:0 0:0 0 0 0 1 1
                """);
        List<ProcNet.Socket> udp = ProcNet.sockets("""
                   0: 00000000:0035 00000000:0000 07 0
                   1: 00000000:C100 00000000:0000 07 0
                   2: 0207A8C0:C0FF 016433C6:01BB 01 0
                """);

        assertThat(ProcNet.sessions(tcp, udp, 32_768, 60_999))
                .isEqualTo(new Sessions(
                        List.of(
                                connection("192.168.7.2", "198.51.100.1", 0xC001),
                                connection("192.168.7.2", "198.51.100.1", 0xC004),
                                connection("2001:db8:7::2", "2001:db8:99::1", 0xC005)),
                        List.of(0xC0FF, 0xC100)));
    }

    private static Connection connection(String local, String remote, int remotePort) {
        return new Connection(
                Cidr.parse(local).address(), 22, Cidr.parse(remote).address(), remotePort);
    }
}
