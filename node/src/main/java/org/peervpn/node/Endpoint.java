package org.peervpn.node;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.control.Hello;

/**
 * Where a node or server can be reached, as written by people: {@code 1.2.3.4:51820}, {@code [2001:db8::1]:51820} or
 * {@code name:51820}.
 *
 * @param host an address without brackets, or a name
 */
public record Endpoint(String host, int port) {
    private static final int MAX_QUOTED = 100;
    private static final Pattern NAME = Pattern.compile(
            "(?=.{1,253}\\.?$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\\.?",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern NUMBER_AT_END = Pattern.compile("(^|\\.)\\d+\\.?$");

    /** Octal to some programs, decimal to others. */
    private static final Pattern LEADING_ZERO = Pattern.compile("(^|\\.)0\\d");

    /** Reads the written form; an {@link IllegalArgumentException} says in one line what is wrong with it. */
    public static Endpoint parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0 || colon == text.length() - 1) {
            throw new IllegalArgumentException("no port in endpoint " + quoted(text) + " (expected HOST:PORT)");
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
                        "an address with a scope (%) is of this machine only, in endpoint " + quoted(text));
            }
            if (inner.startsWith("[") || !NetUtil.isValidIpV6Address(inner)) {
                throw new IllegalArgumentException("not an IPv6 address in endpoint " + quoted(text));
            }
            return inner;
        }
        if (written.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "an IPv6 address needs brackets in endpoint " + quoted(text) + " (expected [2001:db8::1]:PORT)");
        }
        if (NetUtil.isValidIpV4Address(written)
                && !LEADING_ZERO.matcher(written).find()) {
            return written;
        }
        // A name whose last label is a number is a mistyped address (1.2.3, 1.2.3.400), never a host.
        if (!NAME.matcher(written).matches() || NUMBER_AT_END.matcher(written).find()) {
            throw new IllegalArgumentException("not an address or host name in endpoint " + quoted(text));
        }
        return written.toLowerCase(Locale.ROOT);
    }

    private static int port(String text, String written) {
        if (written.length() <= 5 && written.chars().allMatch(c -> c >= '0' && c <= '9')) {
            int port = Integer.parseInt(written);
            if (port >= 1 && port <= 65_535) {
                return port;
            }
        }
        throw new IllegalArgumentException("not a port (1 to 65535) in endpoint " + quoted(text));
    }

    /** What was typed, fit for one line of an error message. */
    static String printable(String text) {
        return Hello.printable(text, MAX_QUOTED);
    }

    static String quoted(String text) {
        return '"' + printable(text) + '"';
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
