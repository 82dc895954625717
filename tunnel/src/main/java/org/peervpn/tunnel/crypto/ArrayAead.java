package org.peervpn.tunnel.crypto;

import java.nio.ByteBuffer;

/** An {@link Aead} that works on arrays; what lies elsewhere it copies. */
abstract class ArrayAead implements Aead {
    private byte[] scratch = {};

    @Override
    public void sealWithNonce(AeadKey key, long nonce, ByteBuffer in, int from, int length, ByteBuffer out, int to) {
        byte[] array = scratch(length + TAG_LENGTH);
        in.get(from, array, 0, length);
        sealWithNonce(key, nonce, NO_ASSOCIATED_DATA, array, 0, length);
        out.put(to, array, 0, length + TAG_LENGTH);
    }

    @Override
    public boolean open(AeadKey key, long nonce, ByteBuffer in, int from, int length, ByteBuffer out, int to) {
        if (length < TAG_LENGTH) {
            return false;
        }
        byte[] array = scratch(length);
        in.get(from, array, 0, length);
        if (!open(key, nonce, NO_ASSOCIATED_DATA, array, 0, length)) {
            return false;
        }
        out.put(to, array, 0, length - TAG_LENGTH);
        return true;
    }

    private byte[] scratch(int length) {
        if (scratch.length < length) {
            scratch = new byte[length];
        }
        return scratch;
    }
}
