package org.peervpn.node;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** A {@link Passcode} made ready for one verifier. Prints as {@code PasscodeKey(secret)}. */
public final class PasscodeKey {
    static final int LENGTH = 32;

    private static final byte[] PURPOSE = "peervpn passcode proof 1".getBytes(StandardCharsets.US_ASCII);

    private final byte[] bytes;

    PasscodeKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Of no use in any other session; for whom it is made is in the key already. */
    byte[] proof(ByteBuffer handshakeHash) {
        return SessionProof.of(bytes, handshakeHash, PURPOSE);
    }

    /** True if the proof was made with the same passcode for this session. */
    boolean accepts(byte[] proof, ByteBuffer handshakeHash) {
        return MessageDigest.isEqual(proof(handshakeHash), proof);
    }

    @Override
    public String toString() {
        return "PasscodeKey(secret)";
    }
}
