package org.peervpn.testnat.sim;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import org.peervpn.node.Endpoint;

/** A UDP datagram on its way. Its bytes are never changed: who may write into them gets a copy. */
final class Datagram {
    private static final int IPV4_OVERHEAD = 28;
    private static final int IPV6_OVERHEAD = 48;
    private static final int KEEPALIVE_LENGTH = 32;

    private final InetSocketAddress source;
    private final InetSocketAddress destination;
    private final byte[] bytes;

    Datagram(InetSocketAddress source, InetSocketAddress destination, byte[] bytes) {
        this.source = source;
        this.destination = destination;
        this.bytes = bytes;
    }

    InetSocketAddress source() {
        return source;
    }

    InetSocketAddress destination() {
        return destination;
    }

    byte[] bytes() {
        return bytes;
    }

    Datagram from(InetSocketAddress other) {
        return new Datagram(other, destination, bytes);
    }

    Datagram to(InetSocketAddress other) {
        return new Datagram(source, other, bytes);
    }

    boolean isIpv4() {
        return destination.getAddress() instanceof Inet4Address;
    }

    /** With the headers of IP and UDP. */
    int sizeOnWire() {
        return bytes.length + (isIpv4() ? IPV4_OVERHEAD : IPV6_OVERHEAD);
    }

    private String kind() {
        if (Stun.isStun(bytes)) {
            return Stun.describe(bytes);
        }
        int type = bytes.length < 4 ? -1 : bytes[0];
        return switch (type) {
            case 1 -> "initiation";
            case 2 -> "response";
            case 3 -> "cookie";
            case 4 -> bytes.length == KEEPALIVE_LENGTH ? "keepalive" : "data(" + bytes.length + ")";
            default -> "bytes(" + bytes.length + ")";
        };
    }

    @Override
    public String toString() {
        return kind() + " " + Endpoint.text(source) + " > " + Endpoint.text(destination);
    }
}
