package org.peervpn.tunnel;

import java.util.Arrays;

/**
 * Message type 1, WireGuard paper 5.4.2; integers are little-endian.
 *
 * <pre>0: type | 4: sender index | 8: ephemeral | 40: sealed static | 88: sealed timestamp | 116: mac1 | 132: mac2</pre>
 */
final class HandshakeInitiation {
    static final int TYPE = 1;
    static final int LENGTH = 148;

    private static final int SENDER_OFFSET = 4;
    private static final int NOISE_OFFSET = 8;
    private static final int NOISE_END = LENGTH - Macs.LENGTH;

    private HandshakeInitiation() {}

    static int senderIndex(byte[] message) {
        return LittleEndian.getInt(message, SENDER_OFFSET);
    }

    /** Ephemeral, sealed static and sealed timestamp: what the Noise specification calls the message. */
    static byte[] noise(byte[] message) {
        return Arrays.copyOfRange(message, NOISE_OFFSET, NOISE_END);
    }

    /** Its macs are still zero. */
    static byte[] of(int senderIndex, byte[] noise) {
        byte[] message = new byte[LENGTH];
        LittleEndian.putInt(message, 0, TYPE);
        LittleEndian.putInt(message, SENDER_OFFSET, senderIndex);
        System.arraycopy(noise, 0, message, NOISE_OFFSET, NOISE_END - NOISE_OFFSET);
        return message;
    }
}
