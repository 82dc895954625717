package org.peervpn.node;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;

/** A {@link Passcode} made ready for one verifier. Prints as {@code PasscodeKey(secret)}. */
public final class PasscodeKey {
    static final int LENGTH = 32;

    /** Of a proof. */
    static final int PROOF_LENGTH = 32;

    private static final byte[] PURPOSE = "peervpn passcode proof 1".getBytes(StandardCharsets.US_ASCII);

    private final byte[] bytes;

    PasscodeKey(byte[] bytes) {
        this.bytes = bytes;
    }

    /** HMAC-SHA-256 over the session's handshake hash: of no use in any other session. */
    byte[] proof(ByteBuffer handshakeHash) {
        byte[] hash = new byte[handshakeHash.remaining()];
        handshakeHash.duplicate().get(hash);
        HMac mac = new HMac(new SHA256Digest());
        mac.init(new KeyParameter(bytes));
        mac.update(PURPOSE, 0, PURPOSE.length);
        mac.update(hash, 0, hash.length);
        byte[] proof = new byte[PROOF_LENGTH];
        mac.doFinal(proof, 0);
        return proof;
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
