package org.peervpn.routing;

import java.net.InetAddress;

/** An address prefix, such as {@code 10.2.0.0/16}; host bits are zero. */
public record Cidr(InetAddress address, int prefixLength) {

    /** @throws IllegalArgumentException with a one-line reason; never resolves a name */
    public static Cidr parse(String text) {
        throw new IllegalStateException("stub");
    }

    /** The /32 or /128 of one address. */
    public static Cidr host(InetAddress address) {
        throw new IllegalStateException("stub");
    }

    public boolean isIpv4() {
        throw new IllegalStateException("stub");
    }

    public boolean contains(InetAddress other) {
        throw new IllegalStateException("stub");
    }

    public boolean overlaps(Cidr other) {
        throw new IllegalStateException("stub");
    }
}
