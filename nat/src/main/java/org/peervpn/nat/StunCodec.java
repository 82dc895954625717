package org.peervpn.nat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.zip.CRC32;
import org.ice4j.StunException;
import org.ice4j.TransportAddress;
import org.ice4j.attribute.Attribute;
import org.ice4j.attribute.AttributeFactory;
import org.ice4j.attribute.ErrorCodeAttribute;
import org.ice4j.attribute.MappedAddressAttribute;
import org.ice4j.attribute.OptionalAttribute;
import org.ice4j.attribute.XorMappedAddressAttribute;
import org.ice4j.message.Message;
import org.ice4j.message.MessageFactory;
import org.ice4j.message.Request;
import org.jspecify.annotations.Nullable;

/**
 * Bytes to {@link StunMessage} and back, by ice4j: the only class that knows it.
 *
 * <p>ice4j's decoder is given only what is safe for it: an exact copy at offset 0 of something that has the shape of a
 * STUN message, with those attributes that we use. Whatever it throws at a malformed one means "no message".
 */
public final class StunCodec {

    /** RFC 8489, section 5: <pre>0: type | 2: length of what follows the header | 4: cookie | 8: transaction id</pre> */
    private static final int HEADER_LENGTH = 20;

    private static final int LENGTH_OFFSET = 2;
    private static final int ATTRIBUTE_HEADER_LENGTH = 4;
    private static final int FINGERPRINT_LENGTH = ATTRIBUTE_HEADER_LENGTH + 4;
    private static final int FINGERPRINT_XOR = 0x5354554e;
    private static final int COOKIE_OFFSET = 4;
    private static final int MAGIC_COOKIE = 0x2112A442;

    /** A longer one would not fit the smallest MTU of IPv6. */
    private static final int MAX_LENGTH = 1280;

    // RFC 8489, section 14.8
    private static final int MIN_ERROR_CODE = 300;
    private static final int MAX_ERROR_CODE = 699;

    private static final char RESPONSE_ORIGIN = 0x802b; // RFC 5780, section 7.3
    private static final char OTHER_ADDRESS = 0x802c; // RFC 5780, section 7.4
    private static final int COMPREHENSION_OPTIONAL = 0x8000; // RFC 8489, section 14: this and above

    private static final Set<Integer> ADDRESSES =
            Set.of((int) Attribute.MAPPED_ADDRESS, (int) Attribute.XOR_MAPPED_ADDRESS);
    private static final Set<Integer> USED = Set.of(
            (int) Attribute.MAPPED_ADDRESS,
            (int) Attribute.XOR_MAPPED_ADDRESS,
            (int) Attribute.ERROR_CODE,
            (int) RESPONSE_ORIGIN,
            (int) OTHER_ADDRESS);

    /** Others that must be understood (RFC 8489, 8445 and 3489), and that mean nothing to who sends no credentials. */
    private static final Set<Integer> UNDERSTOOD =
            Set.of(0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x14, 0x15, 0x20, 0x24, 0x25);

    /** Held, for java.util.logging forgets the level of a logger that nobody holds. */
    private static final Logger ICE4J_LOGGER = Logger.getLogger("org.ice4j");

    static {
        // Read by ice4j at its first use: without it every request would carry its name.
        System.setProperty("ice4j.software", "");
        ICE4J_LOGGER.setLevel(Level.WARNING);
    }

    private StunCodec() {}

    /** Loads the classes of ice4j, which takes some 300 ms: nobody should measure a round trip before. */
    public static void warmUp() {
        byte[] request = bindingRequest(new TransactionId(0, 0));
        if (decode(ByteBuffer.wrap(request)) == null) {
            throw new IllegalStateException("our own STUN request cannot be read");
        }
    }

    /** Two zero bits, the cookie, and a length that is right. No other protocol of the port looks like this. */
    public static boolean isStun(ByteBuffer datagram) {
        int start = datagram.position();
        int size = datagram.remaining();
        return size >= HEADER_LENGTH
                && size <= MAX_LENGTH
                && size % 4 == 0
                && (datagram.get(start) & 0xc0) == 0
                && unsignedShort(datagram, start + LENGTH_OFFSET) == size - HEADER_LENGTH
                && unsignedShort(datagram, start + COOKIE_OFFSET) == MAGIC_COOKIE >>> 16
                && unsignedShort(datagram, start + COOKIE_OFFSET + 2) == (MAGIC_COOKIE & 0xffff);
    }

    /** A Binding request with a FINGERPRINT and nothing else. */
    static byte[] bindingRequest(TransactionId id) {
        return bindingRequest(id, StunWish.NONE);
    }

    /** A Binding request with what RFC 5780 wants said, and a FINGERPRINT. */
    public static byte[] bindingRequest(TransactionId id, StunWish wish) {
        Request request = MessageFactory.createBindingRequest();
        try {
            request.setTransactionID(id.bytes());
        } catch (StunException e) {
            throw new IllegalStateException("a transaction id has 12 bytes", e);
        }
        if (wish.changeAddress() || wish.changePort()) {
            request.putAttribute(
                    AttributeFactory.createChangeRequestAttribute(wish.changeAddress(), wish.changePort()));
        }
        if (wish.responsePort() != 0) {
            request.putAttribute(new ResponsePort(wish.responsePort()));
        }
        request.putAttribute(AttributeFactory.createFingerprintAttribute());
        return request.encode(null);
    }

    /** Which ice4j does not know: <pre>0: port | 2: zero</pre> */
    private static final class ResponsePort extends OptionalAttribute {
        private static final char TYPE = 0x0027; // RFC 5780, section 7.5

        ResponsePort(int port) {
            super(TYPE);
            setBody(new byte[] {(byte) (port >>> 8), (byte) port, 0, 0}, 0, 4);
        }
    }

    /** null if it is malformed, of another method, damaged (FINGERPRINT) or demands what we do not know. */
    public static @Nullable StunMessage decode(ByteBuffer datagram) {
        if (!isStun(datagram)) {
            return null;
        }
        byte[] copy = new byte[datagram.remaining()];
        datagram.get(datagram.position(), copy);
        byte[] essence = essence(ByteBuffer.wrap(copy));
        if (essence == null) {
            return null;
        }
        try {
            return message(Message.decode(essence, (char) 0, (char) essence.length), TransactionId.of(datagram));
        } catch (StunException | RuntimeException e) { // at malformed attributes ice4j's decoder throws either
            return null;
        }
    }

    /**
     * Of each attribute that we use the first, without all others, in which ice4j would lose its place. null if the
     * message is malformed, damaged (FINGERPRINT) or demands what we do not know.
     */
    private static byte @Nullable [] essence(ByteBuffer message) {
        ByteBuffer essence = ByteBuffer.allocate(message.limit()).put(0, message, 0, HEADER_LENGTH);
        essence.position(HEADER_LENGTH);
        Set<Integer> missing = new HashSet<>(USED);
        ByteBuffer errorCode = ByteBuffer.allocate(0);
        int next;
        for (int start = HEADER_LENGTH; start < message.limit(); start = next) {
            int type = unsignedShort(message, start);
            int length = unsignedShort(message, start + 2);
            next = start + ATTRIBUTE_HEADER_LENGTH + (length + 3) / 4 * 4;
            boolean plausible = next <= message.limit()
                    && (!ADDRESSES.contains(type) || isAddress(message, start + ATTRIBUTE_HEADER_LENGTH, length))
                    && (type != Attribute.FINGERPRINT || isIntact(message, start))
                    && (type >= COMPREHENSION_OPTIONAL || UNDERSTOOD.contains(type));
            if (!plausible) {
                return null;
            }
            if (missing.remove(type)) {
                ByteBuffer attribute = message.slice(start, next - start);
                if (type == Attribute.ERROR_CODE) {
                    errorCode = attribute;
                } else {
                    essence.put(attribute);
                }
            }
        }
        // Last, since ice4j may lose its place in this one, too.
        essence.put(errorCode);
        essence.putShort(LENGTH_OFFSET, (short) (essence.position() - HEADER_LENGTH));
        return Arrays.copyOf(essence.array(), essence.position());
    }

    /** Laid out as MAPPED-ADDRESS, RFC 8489, section 14.1. */
    private static boolean isAddress(ByteBuffer message, int body, int length) {
        return length >= 4 && length == 4 + addressLength(message.get(body + 1));
    }

    /** RFC 8489, section 14.7: the CRC of all that stands before it; nothing stands behind it. */
    private static boolean isIntact(ByteBuffer message, int fingerprint) {
        CRC32 crc = new CRC32();
        crc.update(message.array(), message.arrayOffset(), fingerprint);
        return fingerprint + FINGERPRINT_LENGTH == message.limit()
                && message.getInt(fingerprint + ATTRIBUTE_HEADER_LENGTH) == ((int) crc.getValue() ^ FINGERPRINT_XOR);
    }

    private static @Nullable StunMessage message(Message message, TransactionId id) {
        StunMessage.Type type = type(message.getMessageType());
        if (type == null) {
            return null;
        }
        return new StunMessage(
                type,
                id,
                mappedAddress(message),
                plainAddress(message.getAttribute(RESPONSE_ORIGIN)),
                plainAddress(message.getAttribute(OTHER_ADDRESS)),
                errorCode(message));
    }

    private static int errorCode(Message message) {
        int code = message.getAttribute(Attribute.ERROR_CODE) instanceof ErrorCodeAttribute error
                ? error.getErrorCode()
                : 0;
        return code >= MIN_ERROR_CODE && code <= MAX_ERROR_CODE ? code : 0;
    }

    private static StunMessage.@Nullable Type type(char messageType) {
        return switch (messageType) {
            case Message.BINDING_REQUEST -> StunMessage.Type.REQUEST;
            case Message.BINDING_INDICATION -> StunMessage.Type.INDICATION;
            case Message.BINDING_SUCCESS_RESPONSE -> StunMessage.Type.SUCCESS;
            case Message.BINDING_ERROR_RESPONSE -> StunMessage.Type.ERROR;
            default -> null;
        };
    }

    private static @Nullable InetSocketAddress mappedAddress(Message message) {
        if (message.getAttribute(Attribute.XOR_MAPPED_ADDRESS) instanceof XorMappedAddressAttribute mapped) {
            return plain(mapped.getAddress(message.getTransactionID()));
        }
        if (message.getAttribute(Attribute.MAPPED_ADDRESS) instanceof MappedAddressAttribute mapped) {
            return plain(mapped.getAddress());
        }
        return null;
    }

    private static InetSocketAddress plain(TransportAddress address) {
        return new InetSocketAddress(address.getAddress(), address.getPort());
    }

    /** Of an attribute that ice4j does not know. */
    private static @Nullable InetSocketAddress plainAddress(@Nullable Attribute attribute) {
        if (!(attribute instanceof OptionalAttribute unknown)) {
            return null;
        }
        byte[] body = unknown.getBody();
        if (!isAddress(ByteBuffer.wrap(body), 0, body.length)) {
            return null;
        }
        int port = (body[2] & 0xff) << 8 | (body[3] & 0xff);
        try {
            return new InetSocketAddress(InetAddress.getByAddress(Arrays.copyOfRange(body, 4, body.length)), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has the length of an address", e);
        }
    }

    private static int addressLength(byte family) {
        return switch (family) {
            case 1 -> 4;
            case 2 -> 16;
            default -> -1; // there are no others
        };
    }

    private static int unsignedShort(ByteBuffer datagram, int index) {
        return (datagram.get(index) & 0xff) << 8 | (datagram.get(index + 1) & 0xff);
    }
}
