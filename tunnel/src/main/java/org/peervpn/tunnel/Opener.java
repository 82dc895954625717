package org.peervpn.tunnel;

import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.crypto.Aead;
import org.peervpn.tunnel.crypto.AeadKey;
import org.peervpn.tunnel.crypto.AeadProvider;

/** Opens transport messages. Each thread has its own. */
final class Opener {
    private final Supplier<AeadProvider> provider;
    private @Nullable Aead made; // when first needed: finding a provider takes a moment that --info does not have

    Opener() {
        provider = AeadProvider::chosen;
    }

    Opener(AeadProvider provider) {
        this.provider = () -> provider;
    }

    /**
     * Narrows the message to its payload, in place; false if it is not authentic. The keypair must have been acquired, or
     * be held by the loop.
     */
    boolean open(Keypair keypair, ByteBuffer message) {
        int start = message.position() + TransportData.HEADER_LENGTH;
        int length = message.limit() - start;
        long counter = TransportData.counter(message);
        AeadKey key = keypair.receiveKey();
        boolean authentic = message.isDirect()
                ? aead().open(key, counter, message, start, length, message, start)
                : aead().open(
                                key,
                                counter,
                                Aead.NO_ASSOCIATED_DATA,
                                message.array(),
                                message.arrayOffset() + start,
                                length);
        if (authentic) {
            message.position(start).limit(start + length - Aead.TAG_LENGTH);
        }
        return authentic;
    }

    private Aead aead() {
        if (made == null) {
            made = provider.get().newAead();
        }
        return made;
    }
}
