package org.peervpn.node;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a node or server can be reached, as written by people: {@code 1.2.3.4:51820}, {@code [2001:db8::1]:51820} or
 * {@code name:51820}.
 *
 * @param host an address without brackets, or a name
 */
public record Endpoint(String host, int port) {
    private static final Pattern NAME = Pattern.compile(
            "(?=.{1,253}\\.?$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\\.?");

    /** Reads the written form; an {@link IllegalArgumentException} says in one line what is wrong with it. */
    public static Endpoint parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0 || colon == text.length() - 1) {
            throw new IllegalArgumentException("no port in endpoint \"" + text + "\" (expected HOST:PORT)");
        }
        String host = host(text, text.substring(0, colon));
        int port = port(text, text.substring(colon + 1));
        return new Endpoint(host, port);
    }

    private static String host(String text, String written) {
        if (written.startsWith("[") && written.endsWith("]")) {
            String inner = written.substring(1, written.length() - 1);
            if (inner.indexOf('%') >= 0) {
                throw new IllegalArgumentException(
                        "an address with a scope (%) is of this machine only, in endpoint \"" + text + "\"");
            }
            if (!NetUtil.isValidIpV6Address(inner)) {
                throw new IllegalArgumentException("not an IPv6 address in endpoint \"" + text + "\"");
            }
            return inner;
        }
        if (written.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "an IPv6 address needs brackets in endpoint \"" + text + "\" (expected [2001:db8::1]:PORT)");
        }
        if (NetUtil.isValidIpV4Address(written)) {
            return written;
        }
        String name = written.toLowerCase(Locale.ROOT);
        // A name whose last label is a number is a mistyped address (1.2.3, 1.2.3.400), never a host.
        String lastLabel = name.substring(name.lastIndexOf('.') + 1);
        if (!NAME.matcher(name).matches() || lastLabel.chars().allMatch(Character::isDigit)) {
            throw new IllegalArgumentException("not an address or host name in endpoint \"" + text + "\"");
        }
        return name;
    }

    private static int port(String text, String written) {
        if (written.length() <= 5 && written.chars().allMatch(c -> c >= '0' && c <= '9')) {
            int port = Integer.parseInt(written);
            if (port >= 1 && port <= 65_535) {
                return port;
            }
        }
        throw new IllegalArgumentException("not a port (1 to 65535) in endpoint \"" + text + "\"");
    }

    /** Null if the host is a name, which has to be resolved. */
    public @Nullable InetSocketAddress literal() {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
        if (bytes == null) {
            return null;
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }

    public static Endpoint of(InetSocketAddress address) {
        return new Endpoint(NetUtil.toAddressString(address.getAddress()), address.getPort());
    }

    public static String text(InetSocketAddress address) {
        return of(address).toString();
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
