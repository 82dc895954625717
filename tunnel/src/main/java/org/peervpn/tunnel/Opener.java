package org.peervpn.tunnel;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.crypto.Aead;
import org.peervpn.tunnel.crypto.AeadProvider;

/** Opens transport messages. Each thread has its own. */
final class Opener {
    private final Aead aead;
    private byte[] scratch = {};

    Opener() {
        this(AeadProvider.chosen());
    }

    Opener(AeadProvider provider) {
        aead = provider.newAead();
    }

    /**
     * The payload, in the message's array or in ours, good until the next call; null if it is not authentic. The
     * keypair must have been acquired, or be held by the loop.
     */
    @Nullable
    ByteBuffer open(Keypair keypair, ByteBuffer message) {
        int start = message.position() + TransportData.HEADER_LENGTH;
        int length = message.limit() - start;
        byte[] array;
        int offset;
        if (message.hasArray()) {
            array = message.array();
            offset = message.arrayOffset() + start;
        } else {
            array = scratch(length);
            offset = 0;
            message.get(start, array, 0, length);
        }
        long counter = TransportData.counter(message);
        if (!aead.open(keypair.receiveKey(), counter, Aead.NO_ASSOCIATED_DATA, array, offset, length)) {
            return null;
        }
        return ByteBuffer.wrap(array, offset, length - Aead.TAG_LENGTH).slice();
    }

    private byte[] scratch(int length) {
        if (scratch.length < length) {
            scratch = new byte[length];
        }
        return scratch;
    }
}
