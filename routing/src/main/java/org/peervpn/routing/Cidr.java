package org.peervpn.routing;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An address prefix, such as {@code 10.2.0.0/16}; host bits are zero, IPv6 scopes and IPv4-mapped addresses do not occur. */
public record Cidr(InetAddress address, int prefixLength) {

    private static final Pattern IPV4 = Pattern.compile("(0|[1-9]\\d{0,2})(\\.(0|[1-9]\\d{0,2})){3}");
    private static final Pattern IPV6 = Pattern.compile("(?=.*:)[0-9a-fA-F:.]{2,45}");
    private static final Pattern LENGTH = Pattern.compile("0|[1-9]\\d{0,2}");
    private static final Pattern ZEROS = Pattern.compile("(?<![0-9a-f])0(:0)+(?![0-9a-f])");

    public Cidr {
        byte[] bytes = address.getAddress();
        if (prefixLength < 0 || prefixLength > bytes.length * Byte.SIZE) {
            throw new IllegalArgumentException("prefix length " + prefixLength + " of " + text(address));
        }
        address = fromBytes(bytes);
        long hostBits = (highBits(bytes) & ~highMask(prefixLength)) | (lowBits(bytes) & ~lowMask(prefixLength));
        if (hostBits != 0) {
            throw new IllegalArgumentException("\"" + text(address) + "/" + prefixLength
                    + "\" has host bits set; did you mean " + network(address, prefixLength) + "?");
        }
    }

    /** @throws IllegalArgumentException with a one-line reason; never resolves a name */
    @JsonCreator
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        InetAddress address = literal(slash < 0 ? text : text.substring(0, slash), text);
        int maximum = address.getAddress().length * Byte.SIZE;
        if (slash < 0) {
            return new Cidr(address, maximum);
        }
        String length = text.substring(slash + 1);
        if (!LENGTH.matcher(length).matches() || Integer.parseInt(length) > maximum) {
            throw notAPrefix(text);
        }
        return new Cidr(address, Integer.parseInt(length));
    }

    /** The /32 or /128 of one address. */
    public static Cidr host(InetAddress address) {
        return new Cidr(address, address.getAddress().length * Byte.SIZE);
    }

    /** The prefix of this length that an address lies in. */
    public static Cidr network(InetAddress address, int prefixLength) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        if (address instanceof Inet4Address) {
            bytes.putInt(0, bytes.getInt(0) & (int) (highMask(prefixLength) >>> Integer.SIZE));
        } else {
            bytes.putLong(0, bytes.getLong(0) & highMask(prefixLength));
            bytes.putLong(Long.BYTES, bytes.getLong(Long.BYTES) & lowMask(prefixLength));
        }
        return new Cidr(fromBytes(bytes.array()), prefixLength);
    }

    public boolean isIpv4() {
        return address instanceof Inet4Address;
    }

    public boolean contains(InetAddress other) {
        byte[] bytes = other.getAddress();
        return (bytes.length == Integer.BYTES) == isIpv4()
                && (highBits(bytes) & highMask(prefixLength)) == high()
                && (lowBits(bytes) & lowMask(prefixLength)) == low();
    }

    /** Whether every address of the other prefix lies in this one. */
    public boolean contains(Cidr other) {
        return other.prefixLength >= prefixLength && contains(other.address);
    }

    public boolean overlaps(Cidr other) {
        return contains(other) || other.contains(this);
    }

    @JsonValue
    @Override
    public String toString() {
        return text(address) + "/" + prefixLength;
    }

    /** The first 64 bits; an IPv4 address is their upper half. */
    long high() {
        return highBits(address.getAddress());
    }

    /** The last 64 bits; 0 for IPv4. */
    long low() {
        return lowBits(address.getAddress());
    }

    static long highBits(byte[] address) {
        ByteBuffer bytes = ByteBuffer.wrap(address);
        return address.length == Integer.BYTES ? (long) bytes.getInt() << Integer.SIZE : bytes.getLong();
    }

    static long lowBits(byte[] address) {
        return address.length == Integer.BYTES ? 0 : ByteBuffer.wrap(address).getLong(Long.BYTES);
    }

    static long highMask(int prefixLength) {
        return prefixLength == 0 ? 0 : -1L << Math.max(0, Long.SIZE - prefixLength);
    }

    static long lowMask(int prefixLength) {
        return prefixLength <= Long.SIZE ? 0 : -1L << (2 * Long.SIZE - prefixLength);
    }

    /** An address as users write it, the longest run of zeros left out (RFC 5952). */
    static String text(InetAddress address) {
        String full = Objects.requireNonNull(fromBytes(address.getAddress()).getHostAddress());
        if (address instanceof Inet4Address) {
            return full;
        }
        String longest = "";
        int start = 0;
        Matcher zeros = ZEROS.matcher(full);
        while (zeros.find()) {
            if (zeros.group().length() > longest.length()) {
                longest = zeros.group();
                start = zeros.start();
            }
        }
        if (longest.isEmpty()) {
            return full;
        }
        String head = full.substring(0, Math.max(0, start - 1));
        String tail = full.substring(Math.min(full.length(), start + longest.length() + 1));
        return head + "::" + tail;
    }

    private static InetAddress literal(String address, String text) {
        if (!IPV4.matcher(address).matches() && !IPV6.matcher(address).matches()) {
            throw notAPrefix(text);
        }
        InetAddress parsed;
        try {
            // Both patterns admit literals only, for which no name service is asked.
            parsed = InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw notAPrefix(text);
        }
        if (parsed instanceof Inet4Address && address.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "IPv4 in IPv6 clothes: write \"" + text(parsed) + "\" for \"" + address + "\"");
        }
        return parsed;
    }

    private static IllegalArgumentException notAPrefix(String text) {
        return new IllegalArgumentException("not an address prefix such as 10.2.0.0/16: \"" + printable(text) + "\"");
    }

    private static String printable(String text) {
        String shown = text.length() <= 60 ? text : text.substring(0, 60) + "…";
        return shown.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?");
    }

    private static InetAddress fromBytes(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }
}
