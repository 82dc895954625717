package org.peervpn.node.runtime;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The text of resolv.conf. What is not understood is passed over, as the C library does. */
final class ResolvConf {
    /** As the C library: MAXNS. */
    static final int MAX_SERVERS = 3;

    private static final int PORT = 53;
    private static final Pattern NAME_SERVER = Pattern.compile("nameserver[ \\t]+(\\S+).*");

    private ResolvConf() {}

    /** In the order in which they are to be asked. */
    static List<InetSocketAddress> nameServers(String text) {
        return text.lines()
                .map(NAME_SERVER::matcher)
                .filter(Matcher::matches)
                .flatMap(line -> literal(line.group(1)).stream())
                .limit(MAX_SERVERS)
                .toList();
    }

    private static Optional<InetSocketAddress> literal(String text) {
        boolean isAddress =
                NetUtil.isValidIpV4Address(text) || (text.charAt(0) != '[' && NetUtil.isValidIpV6Address(text));
        if (!isAddress) {
            return Optional.empty(); // a name would have to be resolved
        }
        try {
            return Optional.of(new InetSocketAddress(InetAddress.getByName(text), PORT));
        } catch (UnknownHostException e) {
            return Optional.empty(); // the scope is of an interface that is not there
        }
    }
}
