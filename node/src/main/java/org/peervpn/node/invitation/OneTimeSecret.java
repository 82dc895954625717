package org.peervpn.node.invitation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.SessionProof;
import org.peervpn.tunnel.NoisePublicKey;

/** What an invitation may carry to let in whoever first shows it: 16 bytes. Prints as {@code OneTimeSecret(secret)}. */
public final class OneTimeSecret {
    static final int LENGTH = 16;

    private static final byte[] PURPOSE = "peervpn invitation proof 1".getBytes(StandardCharsets.US_ASCII);

    private final byte[] bytes;

    private OneTimeSecret(byte[] bytes) {
        this.bytes = bytes;
    }

    public static OneTimeSecret generate(SecureRandom random) {
        byte[] bytes = new byte[LENGTH];
        random.nextBytes(bytes);
        return new OneTimeSecret(bytes);
    }

    static OneTimeSecret of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a one-time secret has 16 bytes, not " + bytes.length);
        }
        return new OneTimeSecret(bytes.clone());
    }

    /** As {@link #text} has written it. */
    public static OneTimeSecret parse(String text) {
        if (!text.matches("[0-9a-f]{32}")) {
            throw new IllegalArgumentException("not a one-time secret of 32 hexadecimal digits");
        }
        return of(HexFormat.of().parseHex(text));
    }

    /** For a file that nobody else may read. */
    public String text() {
        return HexFormat.of().formatHex(bytes);
    }

    /**
     * HMAC-SHA-256 over who is to believe it and the session's handshake hash: of no use to anybody else, or in another
     * session.
     */
    public byte[] proof(NoisePublicKey verifier, ByteBuffer handshakeHash) {
        return SessionProof.of(bytes, handshakeHash, PURPOSE, verifier.bytes());
    }

    /** True if the proof was made with this secret, for this verifier and session. */
    public boolean accepts(byte[] proof, NoisePublicKey verifier, ByteBuffer handshakeHash) {
        return MessageDigest.isEqual(proof(verifier, handshakeHash), proof);
    }

    /** A copy. */
    byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof OneTimeSecret secret && MessageDigest.isEqual(bytes, secret.bytes);
    }

    /** The same for all: a hash would say something about the secret. */
    @Override
    public int hashCode() {
        return LENGTH;
    }

    @Override
    public String toString() {
        return "OneTimeSecret(secret)";
    }
}
