package org.peervpn.tunnel;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.crypto.Aead;
import org.peervpn.tunnel.crypto.AeadKey;
import org.peervpn.tunnel.crypto.AeadProvider;

/** Opens transport messages. Each thread has its own. */
final class Opener {
    private final Aead aead;

    Opener() {
        this(AeadProvider.chosen());
    }

    Opener(AeadProvider provider) {
        aead = provider.newAead();
    }

    /**
     * The payload, in the message's own memory; null if it is not authentic. The keypair must have been acquired, or be
     * held by the loop.
     */
    @Nullable
    ByteBuffer open(Keypair keypair, ByteBuffer message) {
        int start = message.position() + TransportData.HEADER_LENGTH;
        int length = message.limit() - start;
        long counter = TransportData.counter(message);
        AeadKey key = keypair.receiveKey();
        boolean authentic = message.isDirect()
                ? aead.open(key, counter, message, start, length, message, start)
                : aead.open(
                        key, counter, Aead.NO_ASSOCIATED_DATA, message.array(), message.arrayOffset() + start, length);
        return authentic ? message.slice(start, length - Aead.TAG_LENGTH) : null;
    }
}
