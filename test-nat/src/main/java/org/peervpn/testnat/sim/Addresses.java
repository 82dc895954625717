package org.peervpn.testnat.sim;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** Addresses from numbers. */
final class Addresses {

    private Addresses() {}

    static InetAddress ipv4(int a, int b, int c, int d) {
        return of(new byte[] {(byte) a, (byte) b, (byte) c, (byte) d});
    }

    static InetAddress ipv6(long prefix, long host) {
        return of(ByteBuffer.allocate(16).putLong(prefix).putLong(host).array());
    }

    private static InetAddress of(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }
}
