package org.peervpn.tunnel.crypto;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import org.jspecify.annotations.Nullable;

/** {@link Aead} by Conscrypt, which seals and opens direct buffers where they are. */
final class ConscryptAead extends JceAead {
    private final View source = new View();
    private final View target = new View();

    ConscryptAead() throws GeneralSecurityException {
        super(ConscryptX25519.PROVIDER);
    }

    @Override
    public void sealWithNonce(AeadKey key, long nonce, ByteBuffer in, int from, int length, ByteBuffer out, int to) {
        try {
            sealing(key, nonce).doFinal(source.of(in, from, length), target.of(out, to, length + TAG_LENGTH));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot seal", e);
        }
    }

    @Override
    public boolean open(AeadKey key, long nonce, ByteBuffer in, int from, int length, ByteBuffer out, int to) {
        if (length < TAG_LENGTH) {
            return false;
        }
        try {
            opening(key, nonce).doFinal(source.of(in, from, length), target.of(out, to, length - TAG_LENGTH));
            return true;
        } catch (AEADBadTagException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot open", e);
        }
    }

    /** A part of a buffer. Often it is the same buffer as before, and a new object each time would be garbage. */
    private static final class View {
        private @Nullable ByteBuffer buffer;
        private ByteBuffer view = ByteBuffer.allocate(0);

        @SuppressWarnings("ReferenceEquality") // the same memory, whatever is in it
        ByteBuffer of(ByteBuffer wanted, int from, int length) {
            if (wanted != buffer) {
                buffer = wanted;
                view = wanted.duplicate();
            }
            return view.limit(from + length).position(from);
        }
    }
}
