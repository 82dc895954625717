package org.peervpn.node;

import java.nio.ByteBuffer;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;

/** Shows that somebody knows a secret, in one session and for one purpose, and is of no use in any other. */
public final class SessionProof {
    private SessionProof() {}

    /** HMAC-SHA-256 over the session's handshake hash, and before it what it is for. */
    public static byte[] of(byte[] secret, ByteBuffer handshakeHash, byte[]... purpose) {
        byte[] hash = new byte[handshakeHash.remaining()];
        handshakeHash.duplicate().get(hash);
        HMac mac = new HMac(new SHA256Digest());
        mac.init(new KeyParameter(secret));
        for (byte[] part : purpose) {
            mac.update(part, 0, part.length);
        }
        mac.update(hash, 0, hash.length);
        byte[] proof = new byte[mac.getMacSize()];
        mac.doFinal(proof, 0);
        return proof;
    }
}
