package org.peervpn.tunnel;

import java.util.Arrays;

/**
 * Message type 2, WireGuard paper 5.4.3; integers are little-endian.
 *
 * <pre>0: type | 4: sender index | 8: receiver index | 12: ephemeral | 44: sealed nothing | 60: mac1 | 76: mac2</pre>
 */
final class HandshakeResponse {
    static final int TYPE = 2;
    static final int LENGTH = 92;

    private static final int SENDER_OFFSET = 4;
    private static final int RECEIVER_OFFSET = 8;
    private static final int NOISE_OFFSET = 12;
    private static final int NOISE_END = LENGTH - Macs.LENGTH;

    private HandshakeResponse() {}

    static int senderIndex(byte[] message) {
        return LittleEndian.getInt(message, SENDER_OFFSET);
    }

    static int receiverIndex(byte[] message) {
        return LittleEndian.getInt(message, RECEIVER_OFFSET);
    }

    /** Ephemeral and sealed nothing: what the Noise specification calls the message. */
    static byte[] noise(byte[] message) {
        return Arrays.copyOfRange(message, NOISE_OFFSET, NOISE_END);
    }

    /** Its macs are still zero. */
    static byte[] of(int senderIndex, int receiverIndex, byte[] noise) {
        byte[] message = new byte[LENGTH];
        LittleEndian.putInt(message, 0, TYPE);
        LittleEndian.putInt(message, SENDER_OFFSET, senderIndex);
        LittleEndian.putInt(message, RECEIVER_OFFSET, receiverIndex);
        System.arraycopy(noise, 0, message, NOISE_OFFSET, NOISE_END - NOISE_OFFSET);
        return message;
    }
}
