package org.peervpn.tunnel.crypto;

import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.foreign.ForeignFunctions;

/** {@link Aead} by the machine's OpenSSL, on Java 22 and later. */
final class LibcryptoAead implements Aead {
    // openssl/evp.h
    private static final int GET_TAG = 0x10; // EVP_CTRL_AEAD_GET_TAG
    private static final int SET_TAG = 0x11; // EVP_CTRL_AEAD_SET_TAG
    private static final int OPEN = 0;
    private static final int SEAL = 1;

    private static final long NULL = 0;

    /** OpenSSL's functions; their results are 1 for success. Constants, so that the compiler sees through them. */
    private static final MethodHandle ADDRESS;

    private static final MethodHandle NEW;
    private static final MethodHandle INIT;
    private static final MethodHandle UPDATE;
    private static final MethodHandle FINAL;
    private static final MethodHandle CONTROL;
    private static final long CIPHER;

    static {
        try {
            ForeignFunctions libcrypto = new ForeignFunctions("libcrypto.so.3");
            ADDRESS = ForeignFunctions.addressOfPosition();
            NEW = libcrypto.function("EVP_CIPHER_CTX_new", long.class);
            INIT = libcrypto.function(
                    "EVP_CipherInit_ex",
                    int.class,
                    long.class,
                    long.class,
                    long.class,
                    long.class,
                    long.class,
                    int.class);
            UPDATE = libcrypto.function(
                    "EVP_CipherUpdate", int.class, long.class, long.class, long.class, long.class, int.class);
            FINAL = libcrypto.function("EVP_CipherFinal_ex", int.class, long.class, long.class, long.class);
            CONTROL =
                    libcrypto.function("EVP_CIPHER_CTX_ctrl", int.class, long.class, int.class, int.class, long.class);
            CIPHER = (long)
                    libcrypto.function("EVP_chacha20_poly1305", long.class).invokeExact();
        } catch (Throwable e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // What OpenSSL reads and writes beside the packet: where it is in the scratch memory.
    private static final int KEY = 0;
    private static final int NONCE = 32;
    private static final int COUNTER_IN_NONCE = NONCE + 4;
    private static final int WRITTEN = 48;
    private static final int TAG = 64;
    private static final int SCRATCH_BYTES = 80;

    private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final long address = address(scratch, 0);

    /** For as long as the process lives, like the thread that it belongs to. */
    private final long context;

    private final Memory input = new Memory();
    private final Memory output = new Memory();
    private ByteBuffer copy = ByteBuffer.allocateDirect(0); // of arrays, which are small and few
    private @Nullable AeadKey current;

    LibcryptoAead() {
        try {
            context = (long) NEW.invokeExact();
            check(context != NULL && (int) INIT.invokeExact(context, CIPHER, NULL, NULL, NULL, SEAL) == 1);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    @Override
    public void sealWithNonce(AeadKey key, long nonce, ByteBuffer in, int from, int length, ByteBuffer out, int to) {
        Objects.checkFromIndexSize(from, length, in.capacity());
        Objects.checkFromIndexSize(to, length + TAG_LENGTH, out.capacity());
        seal(key, nonce, NO_ASSOCIATED_DATA, input.address(in, from), length, output.address(out, to));
    }

    @Override
    public boolean open(AeadKey key, long nonce, ByteBuffer in, int from, int length, ByteBuffer out, int to) {
        if (length < TAG_LENGTH) {
            return false;
        }
        Objects.checkFromIndexSize(from, length, in.capacity());
        Objects.checkFromIndexSize(to, length - TAG_LENGTH, out.capacity());
        return open(
                key, nonce, NO_ASSOCIATED_DATA, input.address(in, from), length - TAG_LENGTH, output.address(out, to));
    }

    @Override
    public void sealWithNonce(AeadKey key, long nonce, byte[] associatedData, byte[] buffer, int offset, int length) {
        long at = address(copy(length + TAG_LENGTH).put(0, buffer, offset, length), 0);
        seal(key, nonce, associatedData, at, length, at);
        copy.get(0, buffer, offset, length + TAG_LENGTH);
    }

    @Override
    public boolean open(AeadKey key, long nonce, byte[] associatedData, byte[] buffer, int offset, int length) {
        if (length < TAG_LENGTH) {
            return false;
        }
        long at = address(copy(length).put(0, buffer, offset, length), 0);
        boolean authentic = open(key, nonce, associatedData, at, length - TAG_LENGTH, at);
        copy.get(0, buffer, offset, length - TAG_LENGTH);
        return authentic;
    }

    private void seal(AeadKey key, long nonce, byte[] associatedData, long from, int length, long to) {
        try {
            begin(key, nonce, associatedData, SEAL);
            long end = to + length;
            check((length == 0 || (int) UPDATE.invokeExact(context, to, address + WRITTEN, from, length) == 1)
                    && (int) FINAL.invokeExact(context, end, address + WRITTEN) == 1
                    && (int) CONTROL.invokeExact(context, GET_TAG, TAG_LENGTH, end) == 1);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    private boolean open(AeadKey key, long nonce, byte[] associatedData, long from, int length, long to) {
        try {
            begin(key, nonce, associatedData, OPEN);
            check((int) CONTROL.invokeExact(context, SET_TAG, TAG_LENGTH, from + length) == 1);
            check(length == 0 || (int) UPDATE.invokeExact(context, to, address + WRITTEN, from, length) == 1);
            return (int) FINAL.invokeExact(context, to + length, address + WRITTEN) == 1;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    @SuppressWarnings("ReferenceEquality") // the same key again, which is the rule, need not be set anew
    private void begin(AeadKey key, long nonce, byte[] associatedData, int direction) throws Throwable {
        scratch.putLong(COUNTER_IN_NONCE, nonce);
        if (key == current) {
            check((int) INIT.invokeExact(context, NULL, NULL, NULL, address + NONCE, direction) == 1);
        } else {
            current = null; // until the new key is set, come what may
            key.copyTo(scratch, KEY);
            check((int) INIT.invokeExact(context, NULL, NULL, address + KEY, address + NONCE, direction) == 1);
            scratch.putLong(KEY, 0).putLong(KEY + 8, 0).putLong(KEY + 16, 0).putLong(KEY + 24, 0);
            current = key;
        }
        if (associatedData.length > 0) {
            ByteBuffer direct = ByteBuffer.allocateDirect(associatedData.length).put(associatedData);
            try {
                long at = address(direct, 0);
                check((int) UPDATE.invokeExact(context, NULL, address + WRITTEN, at, associatedData.length) == 1);
            } finally {
                Reference.reachabilityFence(direct);
            }
        }
    }

    private ByteBuffer copy(int length) {
        if (copy.capacity() < length) {
            copy = ByteBuffer.allocateDirect(length);
        }
        return copy;
    }

    /** Where the last buffer lies: packets come in one, again and again, and to ask for it makes objects. */
    private static final class Memory {
        private @Nullable ByteBuffer buffer;
        private long start;

        @SuppressWarnings("ReferenceEquality") // a buffer stays where it is as long as it is held here
        long address(ByteBuffer asked, int index) {
            if (asked != buffer) {
                start = LibcryptoAead.address(asked, 0);
                buffer = asked;
            }
            return start + index;
        }
    }

    private static long address(ByteBuffer buffer, int index) {
        check(buffer.isDirect());
        try {
            return (long) ADDRESS.invokeExact((Buffer) buffer) - buffer.position() + index;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    private static void check(boolean success) {
        if (!success) {
            throw new IllegalStateException("libcrypto refuses ChaCha20-Poly1305");
        }
    }

    private static IllegalStateException failed(Throwable e) {
        return e instanceof IllegalStateException known ? known : new IllegalStateException("libcrypto failed", e);
    }
}
