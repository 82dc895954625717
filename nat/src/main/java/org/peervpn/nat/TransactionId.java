package org.peervpn.nat;

import java.nio.ByteBuffer;
import java.security.SecureRandom;

/** The 96 bits by which an answer proves to have seen the question (RFC 8489, section 5). */
public record TransactionId(long high, int low) {
    private static final int LENGTH = 12;
    private static final int OFFSET = 8;

    public static TransactionId random(SecureRandom random) {
        return new TransactionId(random.nextLong(), random.nextInt());
    }

    /** Of a datagram for which {@link StunCodec#isStun} is true. */
    public static TransactionId of(ByteBuffer datagram) {
        int start = datagram.position() + OFFSET;
        // Byte by byte, for the order of a lent buffer is not known.
        long high = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            high = high << 8 | (datagram.get(start + i) & 0xff);
        }
        int low = 0;
        for (int i = Long.BYTES; i < LENGTH; i++) {
            low = low << 8 | (datagram.get(start + i) & 0xff);
        }
        return new TransactionId(high, low);
    }

    byte[] bytes() {
        return ByteBuffer.allocate(LENGTH).putLong(high).putInt(low).array();
    }
}
