package org.peervpn.tunnel;

import java.nio.ByteBuffer;
import org.peervpn.tunnel.crypto.Aead;

/**
 * Message type 4, WireGuard paper 5.4.6; integers are little-endian.
 *
 * <pre>0: type | 4: receiver index | 8: counter | 16: sealed packet | end-16: tag</pre>
 */
final class TransportData {
    static final int TYPE = 4;
    static final int HEADER_LENGTH = 16;
    static final int MIN_LENGTH = HEADER_LENGTH + Aead.TAG_LENGTH;
    static final int PADDING_MULTIPLE = 16;

    /** Of any message, its three reserved bytes included, which are zero. */
    static final int TYPE_LENGTH = 4;

    private static final int RECEIVER_OFFSET = 4;
    private static final int COUNTER_OFFSET = 8;

    /** What fits, sealed, into an IPv6 datagram on Ethernet: 1500 less 40, 8 and 32. */
    private static final int MAX_PADDED_LENGTH = 1420;

    private TransportData() {}

    /** By its type and reserved bytes; the rest may be missing. */
    static boolean isTransportData(ByteBuffer datagram) {
        return datagram.remaining() >= TYPE_LENGTH && LittleEndian.getInt(datagram, datagram.position()) == TYPE;
    }

    static int receiverIndex(ByteBuffer message) {
        return LittleEndian.getInt(message, message.position() + RECEIVER_OFFSET);
    }

    static long counter(ByteBuffer message) {
        return LittleEndian.getLong(message, message.position() + COUNTER_OFFSET);
    }

    /** Writes the header at the position, which stays. */
    static void putHeader(ByteBuffer message, int receiverIndex, long counter) {
        LittleEndian.putInt(message, message.position(), TYPE);
        LittleEndian.putInt(message, message.position() + RECEIVER_OFFSET, receiverIndex);
        LittleEndian.putLong(message, message.position() + COUNTER_OFFSET, counter);
    }

    /** A packet that fits is never padded to one that has to be fragmented. */
    static int paddedLength(int packetLength) {
        int padded = (packetLength + PADDING_MULTIPLE - 1) / PADDING_MULTIPLE * PADDING_MULTIPLE;
        return Math.min(padded, Math.max(packetLength, MAX_PADDED_LENGTH));
    }
}
