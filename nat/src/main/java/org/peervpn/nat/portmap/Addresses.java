package org.peervpn.nat.portmap;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** IPv4 addresses as bytes and as text, and which of them the internet can reach. */
final class Addresses {
    private static final Pattern DOTTED = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");

    private Addresses() {}

    /** The next four bytes. */
    static Inet4Address ipv4(ByteBuffer in) {
        byte[] bytes = new byte[4];
        in.get(bytes);
        return ipv4(bytes);
    }

    static Inet4Address ipv4(byte[] bytes) {
        try {
            return (Inet4Address) InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an IPv4 address has 4 bytes", e);
        }
    }

    /** Null if it is not four decimal numbers: never a name, which somebody would have to look up. */
    static @Nullable Inet4Address parse(String text) {
        Matcher matcher = DOTTED.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        byte[] bytes = new byte[4];
        for (int i = 0; i < bytes.length; i++) {
            int number = Integer.parseInt(matcher.group(i + 1));
            if (number > 255) {
                return null;
            }
            bytes[i] = (byte) number;
        }
        return ipv4(bytes);
    }

    /** False for the unspecified, multicast and reserved ones: a router that tells such a one has none yet. */
    static boolean isHost(Inet4Address address) {
        int first = address.getAddress()[0] & 0xff;
        return first != 0 && first < 224;
    }

    /** False for private, shared (RFC 6598), link-local, loopback, unspecified, multicast and reserved addresses. */
    static boolean isPublic(Inet4Address address) {
        byte[] bytes = address.getAddress();
        int first = bytes[0] & 0xff;
        boolean shared = first == 100 && (bytes[1] & 0xc0) == 64;
        boolean protocolAssignments = first == 192 && bytes[1] == 0 && bytes[2] == 0; // DS-Lite, RFC 6333
        boolean benchmarks = first == 198 && (bytes[1] & 0xfe) == 18;
        return isHost(address)
                && !shared
                && !protocolAssignments
                && !benchmarks
                && !address.isSiteLocalAddress()
                && !address.isLinkLocalAddress()
                && !address.isLoopbackAddress();
    }
}
