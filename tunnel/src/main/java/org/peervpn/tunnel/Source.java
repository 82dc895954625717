package org.peervpn.tunnel;

import java.net.Inet6Address;
import java.net.InetAddress;

/** What one host can have all of, as a number: an IPv4 address, or an IPv6 prefix of 64 bits. */
final class Source {
    private Source() {}

    static long of(InetAddress address) {
        byte[] bytes = address.getAddress();
        int length = address instanceof Inet6Address ? Long.BYTES : bytes.length;
        long number = 0;
        for (int i = 0; i < length; i++) {
            number = number << Byte.SIZE | (bytes[i] & 0xff);
        }
        return number;
    }
}
