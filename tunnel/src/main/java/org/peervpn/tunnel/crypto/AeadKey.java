package org.peervpn.tunnel.crypto;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * A key of ChaCha20-Poly1305: 32 bytes. Prints as {@code AeadKey(secret)}.
 *
 * <p>After {@link #destroy} it is all zero. A cipher of the platform keeps a copy of its own until its next packet.
 */
public final class AeadKey implements SecretKey {
    public static final int LENGTH = 32;

    private final byte[] bytes;
    private volatile boolean destroyed;

    /** Takes a copy of the 32 bytes at {@code offset}. */
    public AeadKey(byte[] source, int offset) {
        bytes = Arrays.copyOfRange(source, offset, offset + LENGTH);
    }

    /** A copy, which the platform's ciphers keep, and overwrite when they are given another key. */
    @Override
    public byte[] getEncoded() {
        return bytes.clone();
    }

    /** For a cipher outside Java; the caller wipes the copy. */
    void copyTo(ByteBuffer target, int index) {
        target.put(index, bytes);
    }

    @Override
    public String getAlgorithm() {
        return "ChaCha20";
    }

    @Override
    public String getFormat() {
        return "RAW";
    }

    @Override
    public void destroy() {
        destroyed = true;
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public boolean isDestroyed() {
        return destroyed;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AeadKey key && MessageDigest.isEqual(bytes, key.bytes);
    }

    /** The same for all keys: a hash would say something about the key. */
    @Override
    public int hashCode() {
        return LENGTH;
    }

    @Override
    public String toString() {
        return "AeadKey(secret)";
    }

    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException("a key is never serialized");
    }
}
