package org.peervpn.testnat.sim;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * STUN as a server needs it (RFC 8489, RFC 5780), apart from the node's own codec so that one can find the other wrong.
 *
 * <pre>0: type | 2: length of what follows the header | 4: cookie | 8: transaction id | 20: attributes</pre>
 */
final class Stun {
    private static final int HEADER_LENGTH = 20;
    private static final int COOKIE_OFFSET = 4;
    private static final int MAGIC_COOKIE = 0x2112A442;

    private static final int BINDING_REQUEST = 0x0001;
    private static final int BINDING_INDICATION = 0x0011;
    private static final int BINDING_SUCCESS = 0x0101;
    private static final int BINDING_ERROR = 0x0111;

    private static final int CHANGE_REQUEST = 0x0003;
    private static final int CHANGE_IP = 4;
    private static final int CHANGE_PORT = 2;
    private static final int XOR_MAPPED_ADDRESS = 0x0020;
    private static final int RESPONSE_ORIGIN = 0x802b;
    private static final int OTHER_ADDRESS = 0x802c;

    private Stun() {}

    static boolean isStun(byte[] bytes) {
        return bytes.length >= HEADER_LENGTH && ByteBuffer.wrap(bytes).getInt(COOKIE_OFFSET) == MAGIC_COOKIE;
    }

    static boolean isRequest(byte[] bytes) {
        return isStun(bytes) && type(bytes) == BINDING_REQUEST;
    }

    static String describe(byte[] bytes) {
        String type = switch (type(bytes)) {
            case BINDING_REQUEST -> "request";
            case BINDING_INDICATION -> "indication";
            case BINDING_SUCCESS -> "answer";
            case BINDING_ERROR -> "error";
            default -> "message";
        };
        return "STUN " + type + " " + HexFormat.of().formatHex(bytes, 8, 11);
    }

    static boolean asksForOtherIp(byte[] request) {
        return (changeRequest(request) & CHANGE_IP) != 0;
    }

    static boolean asksForOtherPort(byte[] request) {
        return (changeRequest(request) & CHANGE_PORT) != 0;
    }

    private static int changeRequest(byte[] bytes) {
        ByteBuffer message = ByteBuffer.wrap(bytes).position(HEADER_LENGTH);
        while (message.remaining() >= 4) {
            int type = message.getShort() & 0xffff;
            int length = message.getShort() & 0xffff;
            if (type == CHANGE_REQUEST && length == 4 && message.remaining() >= 4) {
                return message.getInt();
            }
            message.position(Math.min(message.limit(), message.position() + (length + 3) / 4 * 4));
        }
        return 0;
    }

    static byte[] answer(byte[] request, InetSocketAddress mapped, InetSocketAddress origin, InetSocketAddress other) {
        ByteBuffer answer = ByteBuffer.allocate(HEADER_LENGTH + 3 * 24);
        answer.putShort((short) BINDING_SUCCESS).putShort((short) 0);
        answer.put(request, COOKIE_OFFSET, HEADER_LENGTH - COOKIE_OFFSET);
        putAddress(answer, XOR_MAPPED_ADDRESS, mapped, request);
        putAddress(answer, RESPONSE_ORIGIN, origin, new byte[HEADER_LENGTH]);
        putAddress(answer, OTHER_ADDRESS, other, new byte[HEADER_LENGTH]);
        answer.putShort(2, (short) (answer.position() - HEADER_LENGTH)).flip();
        byte[] bytes = new byte[answer.remaining()];
        answer.get(bytes);
        return bytes;
    }

    /** @param mask what address and port are xored with, from its cookie on */
    private static void putAddress(ByteBuffer message, int type, InetSocketAddress endpoint, byte[] mask) {
        byte[] address = xored(endpoint.getAddress(), mask);
        int port = endpoint.getPort() ^ (ByteBuffer.wrap(mask).getShort(COOKIE_OFFSET) & 0xffff);
        message.putShort((short) type).putShort((short) (4 + address.length));
        message.putShort((short) (address.length == 4 ? 1 : 2)).putShort((short) port);
        message.put(address);
    }

    private static byte[] xored(InetAddress address, byte[] mask) {
        byte[] bytes = address.getAddress();
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= mask[COOKIE_OFFSET + i];
        }
        return bytes;
    }

    private static int type(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getShort(0) & 0xffff;
    }
}
