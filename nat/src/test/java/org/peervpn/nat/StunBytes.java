package org.peervpn.nat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** Writes STUN messages byte by byte after RFC 8489, without the codec under test. */
public final class StunBytes {
    static final int BINDING_REQUEST = 0x0001;
    public static final int BINDING_SUCCESS = 0x0101;
    public static final int BINDING_ERROR = 0x0111;

    static final int MAPPED_ADDRESS = 0x0001;
    public static final int ERROR_CODE = 0x0009;
    static final int XOR_MAPPED_ADDRESS = 0x0020;
    static final int SOFTWARE = 0x8022;
    static final int FINGERPRINT = 0x8028;
    public static final int RESPONSE_ORIGIN = 0x802b;
    public static final int OTHER_ADDRESS = 0x802c;

    private static final int COOKIE = 0x2112A442;

    private final ByteBuffer message = ByteBuffer.allocate(2000);

    public StunBytes(int type, TransactionId id) {
        message.putShort((short) type).putShort((short) 0).putInt(COOKIE).put(id.bytes());
    }

    /** A success response with nothing but the mapped address. */
    static ByteBuffer success(TransactionId id, InetSocketAddress mapped) {
        return new StunBytes(BINDING_SUCCESS, id).xorMapped(mapped).build();
    }

    public static ByteBuffer error(TransactionId id, int code) {
        return new StunBytes(BINDING_ERROR, id)
                .attribute(ERROR_CODE, new byte[] {0, 0, (byte) (code / 100), (byte) (code % 100)})
                .build();
    }

    public StunBytes attribute(int type, byte[] value) {
        message.putShort((short) type).putShort((short) value.length).put(value);
        message.position((message.position() + 3) / 4 * 4);
        return this;
    }

    public StunBytes address(int type, InetSocketAddress address) {
        byte[] bytes = address.getAddress().getAddress();
        ByteBuffer value = ByteBuffer.allocate(4 + bytes.length);
        value.put((byte) 0).put((byte) (bytes.length == 4 ? 1 : 2)).putShort((short) address.getPort());
        return attribute(type, value.put(bytes).array());
    }

    public StunBytes xorMapped(InetSocketAddress address) {
        byte[] bytes = address.getAddress().getAddress();
        ByteBuffer value = ByteBuffer.allocate(4 + bytes.length);
        value.put((byte) 0).put((byte) (bytes.length == 4 ? 1 : 2));
        value.putShort((short) (address.getPort() ^ COOKIE >>> 16));
        for (int i = 0; i < bytes.length; i++) {
            value.put((byte) (bytes[i] ^ message.get(4 + i))); // cookie, then transaction id
        }
        return attribute(XOR_MAPPED_ADDRESS, value.array());
    }

    public StunBytes fingerprint() {
        setLength(message.position() - 20 + 8);
        CRC32 crc = new CRC32();
        crc.update(message.duplicate().flip());
        return attribute(
                FINGERPRINT,
                ByteBuffer.allocate(4).putInt((int) crc.getValue() ^ 0x5354554e).array());
    }

    public ByteBuffer build() {
        setLength(message.position() - 20);
        return message.duplicate().flip();
    }

    private void setLength(int length) {
        message.putShort(2, (short) length);
    }
}
