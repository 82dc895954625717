package org.peervpn.node.runtime;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** The resolvers that this machine uses, as far as others can ask them through it. */
public final class MachineDns {
    /** Where this machine has none that others could ask: Quad9, which keeps no record of who asks. */
    private static final List<String> PUBLIC = List.of("9.9.9.9", "2620:fe::fe");

    private MachineDns() {}

    public static List<String> servers() {
        try {
            List<String> own = Resolver.upstream().stream()
                    .map(InetSocketAddress::getAddress)
                    .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                    .map(MachineDns::text)
                    .toList();
            return own.isEmpty() ? PUBLIC : own;
        } catch (IOException e) {
            return PUBLIC;
        }
    }

    private static String text(InetAddress address) {
        return NetUtil.toAddressString(address);
    }
}
