package org.peervpn.nat;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

class StunCodecFuzzTest {
    private static final int HEADER_LENGTH = 20;
    private static final int FINGERPRINT_XOR = 0x5354554e;

    /** What arrives is a message that says what a plain reading of its bytes says, or it is none. */
    @FuzzTest
    void datagram(byte[] datagram) {
        StunMessage message = decode(datagram);
        addressSurvives(datagram);
        if (message == null) {
            return;
        }
        Map<Integer, byte[]> attributes = attributes(datagram);
        assertThat(attributes).isNotNull();
        if (attributes == null) {
            return;
        }
        assertThat(message.transactionId().bytes()).isEqualTo(Arrays.copyOfRange(datagram, 8, HEADER_LENGTH));
        assertThat(message.type()).isEqualTo(type(unsignedShort(datagram, 0)));
        assertThat(message.mappedAddress()).isEqualTo(mappedAddress(attributes, datagram));
        assertThat(message.errorCode()).matches(code -> code == 0 || (code >= 300 && code <= 699));
        byte[] fingerprint = attributes.get(StunBytes.FINGERPRINT);
        if (fingerprint == null) {
            assertThat(decode(withFingerprint(datagram, 0))).isEqualTo(message);
            assertThat(decode(withFingerprint(datagram, 1))).isNull();
        }
    }

    /** null if it is none; the lent buffer stays as it was, wherever in it the datagram lies. */
    private static @Nullable StunMessage decode(byte[] datagram) {
        ByteBuffer lent = ByteBuffer.allocate(datagram.length + 2).put(1, datagram);
        lent.position(1).limit(1 + datagram.length);
        StunMessage message = StunCodec.decode(lent);
        assertThat(lent).isEqualTo(ByteBuffer.wrap(datagram));
        assertThat(message == null || StunCodec.isStun(lent)).isTrue();
        return message;
    }

    private static void addressSurvives(byte[] input) {
        byte[] bytes = Arrays.copyOf(input, 18);
        int port = unsignedShort(bytes, 16);
        TransactionId id = new TransactionId(port * 0x1234_5678_9abc_def1L, port);
        InetSocketAddress mapped = address(Arrays.copyOf(bytes, input.length % 2 == 0 ? 4 : 16), port);
        StunMessage message = StunCodec.decode(StunBytes.success(id, mapped));
        assertThat(message).isNotNull().extracting(StunMessage::mappedAddress).isEqualTo(mapped);
        assertThat(message).isNotNull().extracting(StunMessage::transactionId).isEqualTo(id);
    }

    /** The first of each type; null if they do not fill the message. */
    private static @Nullable Map<Integer, byte[]> attributes(byte[] datagram) {
        Map<Integer, byte[]> attributes = new LinkedHashMap<>();
        int start = HEADER_LENGTH;
        while (start < datagram.length) {
            int length = start + 4 > datagram.length ? 0xffff : unsignedShort(datagram, start + 2);
            int end = start + 4 + length;
            if (end > datagram.length) {
                return null;
            }
            attributes.putIfAbsent(unsignedShort(datagram, start), Arrays.copyOfRange(datagram, start + 4, end));
            start = (end + 3) / 4 * 4;
        }
        return attributes;
    }

    private static StunMessage.Type type(int messageType) {
        return switch (messageType) {
            case StunBytes.BINDING_REQUEST -> StunMessage.Type.REQUEST;
            case 0x0011 -> StunMessage.Type.INDICATION;
            case StunBytes.BINDING_SUCCESS -> StunMessage.Type.SUCCESS;
            case StunBytes.BINDING_ERROR -> StunMessage.Type.ERROR;
            default -> throw new AssertionError("type " + messageType);
        };
    }

    private static @Nullable InetSocketAddress mappedAddress(Map<Integer, byte[]> attributes, byte[] datagram) {
        byte[] xored = attributes.get(StunBytes.XOR_MAPPED_ADDRESS);
        byte[] value = xored == null ? attributes.get(StunBytes.MAPPED_ADDRESS) : xored.clone();
        if (value == null) {
            return null;
        }
        assertThat((value[1] == 1 && value.length == 8) || (value[1] == 2 && value.length == 20))
                .isTrue();
        for (int i = 2; xored != null && i < value.length; i++) {
            // The port by the first half of the cookie; the address by the cookie and the transaction id.
            value[i] ^= datagram[i < 4 ? i + 2 : i];
        }
        return address(Arrays.copyOfRange(value, 4, value.length), unsignedShort(value, 2));
    }

    private static byte[] withFingerprint(byte[] datagram, int damage) {
        ByteBuffer longer = ByteBuffer.allocate(datagram.length + 8).put(datagram);
        longer.putShort(2, (short) (datagram.length + 8 - HEADER_LENGTH));
        CRC32 crc = new CRC32();
        crc.update(longer.array(), 0, datagram.length);
        return longer.putShort((short) StunBytes.FINGERPRINT)
                .putShort((short) 4)
                .putInt((int) crc.getValue() ^ FINGERPRINT_XOR ^ damage)
                .array();
    }

    private static InetSocketAddress address(byte[] bytes, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static int unsignedShort(byte[] bytes, int index) {
        return (bytes[index] & 0xff) << 8 | (bytes[index + 1] & 0xff);
    }
}
