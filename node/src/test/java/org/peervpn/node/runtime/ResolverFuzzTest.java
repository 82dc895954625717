package org.peervpn.node.runtime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.resolver.HostsFileEntriesProvider;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** What stands in /etc/resolv.conf and /etc/hosts: whatever it is, the lines that are right count. */
class ResolverFuzzTest {

    @FuzzTest
    void text(byte[] input) throws IOException {
        String text = new String(input, ISO_8859_1);
        List<InetSocketAddress> servers = ResolvConf.nameServers(text);
        assertThat(servers).hasSizeLessThanOrEqualTo(ResolvConf.MAX_SERVERS);
        assertThat(servers).allMatch(server -> !server.isUnresolved() && server.getPort() == 53);
        assertThat(ResolvConf.nameServers("nameserver 192.0.2.53\n" + text))
                .first()
                .isEqualTo(new InetSocketAddress("192.0.2.53", 53));
        if (servers.size() < ResolvConf.MAX_SERVERS) {
            List<InetSocketAddress> oneMore = new ArrayList<>(servers);
            oneMore.add(new InetSocketAddress("2001:db8::53", 53));
            assertThat(ResolvConf.nameServers(text + "\nnameserver\t2001:db8::53 # the last"))
                    .isEqualTo(oneMore);
        }

        HostsFileEntriesProvider hosts =
                HostsFileEntriesProvider.parser().parse(new StringReader(text + "\n192.0.2.1 Exit.Example"));
        assertThat(Resolver.addressesOf("eXit.example", hosts)).contains(InetAddress.getByName("192.0.2.1"));
        hosts.ipv4Entries()
                .keySet()
                .forEach(name -> assertThat(Resolver.addressesOf(name, hosts)).isNotEmpty());
    }
}
