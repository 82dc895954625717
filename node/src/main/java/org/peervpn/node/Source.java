package org.peervpn.node;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;

/** Where a stranger comes from, as far as one can tell apart: an IPv4 address or an IPv6 /64, as hexadecimal digits. */
record Source(String prefix) {
    private static final int IPV6_PREFIX_BYTES = 8;

    static Source of(InetAddress address) {
        byte[] bytes = address.getAddress();
        return new Source(
                HexFormat.of().formatHex(bytes.length == 4 ? bytes : Arrays.copyOf(bytes, IPV6_PREFIX_BYTES)));
    }
}
