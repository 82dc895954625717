package org.peervpn.nat.portmap;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A page of the router. There is none elsewhere: a router that names another host, another scheme or a name that would
 * have to be looked up is not followed, lest it make us ask a third party.
 */
record Location(InetSocketAddress server, String path) {
    private static final Pattern URL =
            Pattern.compile("http://([0-9.]{7,15})(?::([0-9]{1,5}))?(/[!-~]*)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern PATH = Pattern.compile("[!-~]+");
    private static final int MAX_LENGTH = 512;
    private static final int DEFAULT_PORT = 80;

    /** Null unless it is a page of this router. */
    static @Nullable Location parse(String url, Inet4Address router) {
        Matcher matcher = URL.matcher(url);
        if (url.length() > MAX_LENGTH || !matcher.matches()) {
            return null;
        }
        int port = matcher.group(2) == null ? DEFAULT_PORT : Integer.parseInt(matcher.group(2));
        if (!router.equals(Addresses.parse(matcher.group(1))) || port < 1 || port > 65_535) {
            return null;
        }
        return new Location(
                new InetSocketAddress(router, port),
                matcher.group(3) == null ? "/" : withoutFragment(matcher.group(3)));
    }

    /** What a page of the router calls another one; null unless that is the router's, too. */
    @Nullable
    Location resolve(String reference, Inet4Address router) {
        if (reference.length() > MAX_LENGTH || !PATH.matcher(reference).matches() || reference.startsWith("//")) {
            return null;
        }
        if (reference.contains("://")) {
            return parse(reference, router);
        }
        String directory = path.substring(0, path.lastIndexOf('/') + 1);
        String joined = reference.startsWith("/") ? reference : directory + reference;
        return joined.length() > MAX_LENGTH ? null : new Location(server, withoutFragment(joined));
    }

    /** As in the Host field of a request. */
    String host() {
        return server.getAddress().getHostAddress() + ":" + server.getPort();
    }

    private static String withoutFragment(String path) {
        int fragment = path.indexOf('#');
        return fragment < 0 ? path : path.substring(0, fragment);
    }
}
