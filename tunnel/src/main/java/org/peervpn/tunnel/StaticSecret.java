package org.peervpn.tunnel;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.crypto.Blake2s;

/**
 * What two static keys agree on. It is the same in each handshake with a peer, so it is computed once. Prints as
 * {@code StaticSecret(secret)}.
 */
final class StaticSecret {
    private final byte[] bytes;
    private final NoisePublicKey own;
    private final NoisePublicKey remote;

    private StaticSecret(byte[] bytes, NoisePublicKey own, NoisePublicKey remote) {
        this.bytes = bytes;
        this.own = own;
        this.remote = remote;
    }

    /** null if the public key is weak. */
    static @Nullable StaticSecret of(NoisePrivateKey own, NoisePublicKey remote) {
        byte[] agreed = own.agree(remote);
        return agreed == null ? null : new StaticSecret(agreed, own.publicKey(), remote);
    }

    /** A copy, which the caller wipes. */
    byte[] bytes() {
        return bytes.clone();
    }

    /** See {@link Peer#pairSecret}. */
    byte[] derived(String purpose) {
        byte[] one = own.bytes();
        byte[] other = remote.bytes();
        boolean inOrder = Arrays.compareUnsigned(one, other) < 0;
        byte[] text = purpose.getBytes(StandardCharsets.UTF_8);
        byte[] input = ByteBuffer.allocate(text.length + one.length + other.length)
                .put(text)
                .put(inOrder ? one : other)
                .put(inOrder ? other : one)
                .array();
        return Blake2s.kdf(bytes, input, 1);
    }

    /** After this it must not be used any more. */
    void wipe() {
        Arrays.fill(bytes, (byte) 0);
    }

    @Override
    public String toString() {
        return "StaticSecret(secret)";
    }
}
