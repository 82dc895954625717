package org.peervpn.tunnel.crypto;

import java.nio.ByteBuffer;

/**
 * ChaCha20-Poly1305 of RFC 8439 with the nonces of WireGuard: 32 zero bits and a 64-bit little-endian counter.
 *
 * <p>Works in place. An instance belongs to one thread; {@link AeadProvider} makes them.
 */
public interface Aead {
    int TAG_LENGTH = 16;

    byte[] NO_ASSOCIATED_DATA = {};

    /** Seals {@code length} bytes at {@code offset} and puts the tag behind them. The nonce must be new for this key. */
    void sealWithNonce(AeadKey key, long nonce, byte[] associatedData, byte[] buffer, int offset, int length);

    /**
     * Seals {@code length} bytes of a direct buffer at the index {@code from} into another at the index {@code to}, without
     * associated data; in place if both are the same. Both ranges lie within the limits; positions do not matter and do
     * not change.
     */
    void sealWithNonce(AeadKey key, long nonce, ByteBuffer in, int from, int length, ByteBuffer out, int to);

    /** The same for opening; {@code length} counts the tag, which is not written. */
    boolean open(AeadKey key, long nonce, ByteBuffer in, int from, int length, ByteBuffer out, int to);

    /**
     * Opens {@code length} bytes at {@code offset}, of which the last are the tag.
     *
     * @return false if they are not authentic; the bytes are then undefined
     */
    boolean open(AeadKey key, long nonce, byte[] associatedData, byte[] buffer, int offset, int length);
}
