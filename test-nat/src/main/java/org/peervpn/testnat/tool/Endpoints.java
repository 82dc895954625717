package org.peervpn.testnat.tool;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** Socket addresses as these programs write and read them: an address, then a port. */
public final class Endpoints {
    private Endpoints() {}

    public static InetSocketAddress of(String literal, int port) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getAllByName(literal)[0], port);
    }

    public static InetSocketAddress of(String literal, String port) throws UnknownHostException {
        return of(literal, Integer.parseInt(port));
    }

    static String text(InetSocketAddress endpoint) {
        return endpoint.getAddress().getHostAddress() + " " + endpoint.getPort();
    }
}
