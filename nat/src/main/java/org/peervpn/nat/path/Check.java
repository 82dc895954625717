package org.peervpn.nat.path;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.path.CheckKeys.Credentials;

/**
 * Connectivity checks on the wire: STUN Binding requests and success responses (RFC 8489) of exactly one form, which is
 * why they are read by offset. Integers are big-endian.
 *
 * <pre>
 * request  76: header 20 | USERNAME 4+24 | MESSAGE-INTEGRITY-SHA256 4+16 | FINGERPRINT 4+4
 * response 60: header 20 | XOR-MAPPED-ADDRESS 4+8 (IPv6: 4+20) | MESSAGE-INTEGRITY-SHA256 4+16 | FINGERPRINT 4+4
 * header     : type 2 | length 2 | magic cookie 4 | transaction id 12
 * </pre>
 *
 * <p>A response is never longer than its request, so nobody can be flooded by way of us.
 */
final class Check {
    static final int REQUEST = 0x0001;
    static final int RESPONSE = 0x0101;
    static final int REQUEST_LENGTH = 76;
    static final int USERNAME_LENGTH = 24;
    static final int ID_LENGTH = 12;

    private static final int COOKIE = 0x2112A442;
    private static final int COOKIE_OFFSET = 4;
    private static final int ID_OFFSET = 8;
    private static final int HEADER = 20;
    private static final int ATTRIBUTE_HEADER = 4;

    private static final int USERNAME = 0x0006;
    private static final int MESSAGE_INTEGRITY_SHA256 = 0x001C;
    private static final int XOR_MAPPED_ADDRESS = 0x0020;
    private static final int FINGERPRINT = 0x8028;

    private static final int MAC_LENGTH = 16; // RFC 8489, section 14.6: it may be cut down to 16
    private static final int MAC_ATTRIBUTE = ATTRIBUTE_HEADER + MAC_LENGTH;
    private static final int FINGERPRINT_ATTRIBUTE = ATTRIBUTE_HEADER + 4;
    private static final int TAIL = MAC_ATTRIBUTE + FINGERPRINT_ATTRIBUTE;
    private static final int FINGERPRINT_XOR = 0x5354554e;

    private static final int IPV4 = 1;
    private static final int IPV6 = 2;
    private static final int IPV4_LENGTH = 8;
    private static final int IPV6_LENGTH = 20;

    /** A transaction id. */
    record Id(long high, int low) {
        byte[] bytes() {
            return ByteBuffer.allocate(ID_LENGTH).putLong(high).putInt(low).array();
        }
    }

    private Check() {}

    /** The type of a datagram of which the caller knows that it is STUN; anything for one that is too short. */
    static int type(ByteBuffer datagram) {
        int start = datagram.position();
        return (datagram.get(start) & 0xff) << 8 | (datagram.get(start + 1) & 0xff);
    }

    static ByteBuffer request(Id id, Credentials credentials) {
        ByteBuffer message = header(REQUEST, REQUEST_LENGTH, id);
        message.putShort((short) USERNAME).putShort((short) USERNAME_LENGTH);
        message.put(credentials.username.getBytes(StandardCharsets.US_ASCII));
        return sealed(message, credentials);
    }

    /** @param mapped where the request came from */
    static ByteBuffer response(Id id, InetSocketAddress mapped, Credentials credentials) {
        byte[] address = mapped.getAddress().getAddress();
        boolean isIpv4 = address.length == 4;
        int length = isIpv4 ? IPV4_LENGTH : IPV6_LENGTH;
        ByteBuffer message = header(RESPONSE, HEADER + ATTRIBUTE_HEADER + length + TAIL, id);
        message.putShort((short) XOR_MAPPED_ADDRESS).putShort((short) length);
        message.putShort((short) (isIpv4 ? IPV4 : IPV6));
        message.putShort((short) (mapped.getPort() ^ (COOKIE >>> 16)));
        message.put(xored(address, id));
        return sealed(message, credentials);
    }

    /** null unless it has the form of a request. */
    static @Nullable String username(ByteBuffer datagram) {
        ByteBuffer message = datagram.slice();
        boolean isRequest = message.remaining() == REQUEST_LENGTH
                && (message.getShort(0) & 0xffff) == REQUEST
                && (message.getShort(HEADER) & 0xffff) == USERNAME
                && (message.getShort(HEADER + 2) & 0xffff) == USERNAME_LENGTH;
        if (!isRequest) {
            return null;
        }
        byte[] name = new byte[USERNAME_LENGTH];
        message.get(HEADER + ATTRIBUTE_HEADER, name);
        return new String(name, StandardCharsets.ISO_8859_1);
    }

    static Id id(ByteBuffer datagram) {
        ByteBuffer message = datagram.slice();
        return new Id(message.getLong(ID_OFFSET), message.getInt(ID_OFFSET + Long.BYTES));
    }

    /** True if the message is whole and who made it knows the key. */
    static boolean isAuthentic(ByteBuffer datagram, Credentials credentials) {
        ByteBuffer message = datagram.slice();
        int length = message.remaining();
        int macAt = length - TAIL;
        int fingerprintAt = length - FINGERPRINT_ATTRIBUTE;
        boolean hasForm = macAt >= HEADER
                && message.getInt(COOKIE_OFFSET) == COOKIE
                && (message.getShort(2) & 0xffff) == length - HEADER
                && message.getInt(macAt) == (MESSAGE_INTEGRITY_SHA256 << 16 | MAC_LENGTH)
                && message.getInt(fingerprintAt) == (FINGERPRINT << 16 | 4);
        if (!hasForm) {
            return false;
        }
        byte[] bytes = new byte[length];
        message.get(0, bytes);
        if (message.getInt(fingerprintAt + ATTRIBUTE_HEADER) != fingerprint(bytes, fingerprintAt)) {
            return false;
        }
        byte[] mac = Arrays.copyOfRange(bytes, macAt + ATTRIBUTE_HEADER, macAt + MAC_ATTRIBUTE);
        return MessageDigest.isEqual(mac, mac(bytes, macAt, credentials));
    }

    /** Where the request of this response was seen to come from; null if it is not of the form that we make. */
    static @Nullable InetSocketAddress mapped(ByteBuffer datagram) {
        ByteBuffer message = datagram.slice();
        boolean isIpv4 = message.remaining() == HEADER + ATTRIBUTE_HEADER + IPV4_LENGTH + TAIL;
        boolean isIpv6 = message.remaining() == HEADER + ATTRIBUTE_HEADER + IPV6_LENGTH + TAIL;
        int length = isIpv4 ? IPV4_LENGTH : IPV6_LENGTH;
        if (!(isIpv4 || isIpv6)
                || message.getInt(HEADER) != (XOR_MAPPED_ADDRESS << 16 | length)
                || message.getShort(HEADER + ATTRIBUTE_HEADER) != (isIpv4 ? IPV4 : IPV6)) {
            return null;
        }
        int port = (message.getShort(HEADER + ATTRIBUTE_HEADER + 2) ^ (COOKIE >>> 16)) & 0xffff;
        byte[] address = new byte[length - 4];
        message.get(HEADER + ATTRIBUTE_HEADER + 4, address);
        try {
            return new InetSocketAddress(InetAddress.getByAddress(xored(address, id(datagram))), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of 4 or 16 bytes", e);
        }
    }

    private static ByteBuffer header(int type, int length, Id id) {
        return ByteBuffer.allocate(length)
                .putShort((short) type)
                .putShort((short) (length - HEADER))
                .putInt(COOKIE)
                .putLong(id.high())
                .putInt(id.low());
    }

    private static ByteBuffer sealed(ByteBuffer message, Credentials credentials) {
        byte[] mac = mac(written(message), message.position(), credentials);
        message.putShort((short) MESSAGE_INTEGRITY_SHA256)
                .putShort((short) MAC_LENGTH)
                .put(mac);
        int fingerprint = fingerprint(written(message), message.position());
        message.putShort((short) FINGERPRINT).putShort((short) 4).putInt(fingerprint);
        return message.flip();
    }

    private static byte[] written(ByteBuffer message) {
        byte[] bytes = new byte[message.position()];
        message.get(0, bytes);
        return bytes;
    }

    /** Over what precedes it, with the header's length as if the message ended after it (RFC 8489, section 14.6). */
    private static byte[] mac(byte[] message, int macAt, Credentials credentials) {
        byte[] covered = Arrays.copyOf(message, macAt);
        ByteBuffer.wrap(covered).putShort(2, (short) (macAt + MAC_ATTRIBUTE - HEADER));
        return Arrays.copyOf(credentials.mac(covered, macAt), MAC_LENGTH);
    }

    private static int fingerprint(byte[] message, int length) {
        CRC32 crc = new CRC32();
        crc.update(message, 0, length);
        return (int) crc.getValue() ^ FINGERPRINT_XOR;
    }

    private static byte[] xored(byte[] address, Id id) {
        byte[] mask = ByteBuffer.allocate(16).putInt(COOKIE).put(id.bytes()).array();
        byte[] result = new byte[address.length];
        for (int i = 0; i < address.length; i++) {
            result[i] = (byte) (address[i] ^ mask[i]);
        }
        return result;
    }
}
