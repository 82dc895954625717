package org.peervpn.tunnel.crypto;

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
     * Opens {@code length} bytes at {@code offset}, of which the last are the tag.
     *
     * @return false if they are not authentic; the bytes are then undefined
     */
    boolean open(AeadKey key, long nonce, byte[] associatedData, byte[] buffer, int offset, int length);
}
