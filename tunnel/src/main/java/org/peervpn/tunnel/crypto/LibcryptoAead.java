package org.peervpn.tunnel.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.foreign.ForeignFunctions;

/**
 * {@link Aead} by the machine's OpenSSL, on Java 22 and later: by the functions of its cipher itself (provider-cipher(7)),
 * since those of EVP around them cost an eighth more.
 */
final class LibcryptoAead implements Aead {
    // The numbers of the cipher's functions: OSSL_FUNC_CIPHER_… of openssl/core_dispatch.h
    private static final int CIPHER_NEWCTX = 1;
    private static final int CIPHER_ENCRYPT_INIT = 2;
    private static final int CIPHER_DECRYPT_INIT = 3;
    private static final int CIPHER_UPDATE = 4;
    private static final int CIPHER_FINAL = 5;
    private static final int CIPHER_GET_CTX_PARAMS = 10;

    private static final int SUCCESS = 1;
    private static final long NULL = 0;
    private static final long KEY_BYTES = AeadKey.LENGTH;
    private static final long NONCE_BYTES = 12;

    /** Constants, so that the compiler sees through them. */
    private static final MethodHandle ADDRESS;

    private static final MethodHandle NEW;
    private static final MethodHandle INIT_TO_SEAL;
    private static final MethodHandle INIT_TO_OPEN;
    private static final MethodHandle UPDATE;
    private static final MethodHandle FINAL;
    private static final MethodHandle GET_PARAMETERS;
    private static final long PROVIDER_CONTEXT;

    static {
        try {
            ADDRESS = ForeignFunctions.addressOfPosition();
            LibcryptoCipher cipher = LibcryptoCipher.find("ChaCha20-Poly1305");
            Class<?>[] init = {long.class, long.class, long.class, long.class, long.class, long.class};
            NEW = cipher.function(CIPHER_NEWCTX, long.class, long.class);
            INIT_TO_SEAL = cipher.function(CIPHER_ENCRYPT_INIT, int.class, init);
            INIT_TO_OPEN = cipher.function(CIPHER_DECRYPT_INIT, int.class, init);
            UPDATE = cipher.function(
                    CIPHER_UPDATE, int.class, long.class, long.class, long.class, long.class, long.class, long.class);
            FINAL = cipher.function(CIPHER_FINAL, int.class, long.class, long.class, long.class, long.class);
            GET_PARAMETERS = cipher.function(CIPHER_GET_CTX_PARAMS, int.class, long.class, long.class);
            PROVIDER_CONTEXT = cipher.providerContext();
        } catch (Throwable e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // What OpenSSL reads and writes beside the packet: where it is in the scratch memory.
    private static final int KEY = 0;
    private static final int NONCE = 32;
    private static final int COUNTER_IN_NONCE = NONCE + 4;
    private static final int WRITTEN = 48;
    private static final int TAG_NAME = 56;

    /** A list of two OSSL_PARAM (openssl/core.h): the tag, and what ends the list. */
    private static final int TAG_PARAMETER = 64;

    private static final int OSSL_PARAM_BYTES = 40;
    private static final int OSSL_PARAM_OCTET_STRING = 5;
    private static final int TAG_ADDRESS = TAG_PARAMETER + 16;
    private static final int SCRATCH_BYTES = TAG_PARAMETER + 2 * OSSL_PARAM_BYTES;

    private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final long address = address(scratch, 0);

    /** For as long as the process lives, like the thread that it belongs to. */
    private final long context;

    private final Memory input = new Memory();
    private final Memory output = new Memory();
    private ByteBuffer copy = ByteBuffer.allocateDirect(0); // of arrays, which are small and few
    private @Nullable AeadKey current;

    LibcryptoAead() {
        scratch.put(TAG_NAME, "tag".getBytes(US_ASCII));
        scratch.putLong(TAG_PARAMETER, address + TAG_NAME)
                .putInt(TAG_PARAMETER + 8, OSSL_PARAM_OCTET_STRING)
                .putLong(TAG_PARAMETER + 24, TAG_LENGTH);
        try {
            context = (long) NEW.invokeExact(PROVIDER_CONTEXT);
        } catch (Throwable e) {
            throw failed(e);
        }
        check(context != NULL);
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
            begin(key, nonce, true, NULL);
            process(associatedData, from, length, to);
            scratch.putLong(TAG_ADDRESS, to + length);
            check(finish(to + length) && (int) GET_PARAMETERS.invokeExact(context, address + TAG_PARAMETER) == SUCCESS);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    private boolean open(AeadKey key, long nonce, byte[] associatedData, long from, int length, long to) {
        try {
            scratch.putLong(TAG_ADDRESS, from + length);
            begin(key, nonce, false, address + TAG_PARAMETER);
            process(associatedData, from, length, to);
            return finish(to + length);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    @SuppressWarnings("ReferenceEquality") // the same key again, which is the rule, need not be set anew
    private void begin(AeadKey key, long nonce, boolean seals, long parameters) throws Throwable {
        scratch.putLong(COUNTER_IN_NONCE, nonce);
        if (key == current) {
            init(seals, NULL, parameters);
        } else {
            current = null; // until the new key is set, come what may
            key.copyTo(scratch, KEY);
            init(seals, address + KEY, parameters);
            scratch.putLong(KEY, 0).putLong(KEY + 8, 0).putLong(KEY + 16, 0).putLong(KEY + 24, 0);
            current = key;
        }
    }

    /** @param key NULL for the one that is set */
    private void init(boolean seals, long key, long parameters) throws Throwable {
        long nonce = address + NONCE;
        int result = seals
                ? (int) INIT_TO_SEAL.invokeExact(context, key, KEY_BYTES, nonce, NONCE_BYTES, parameters)
                : (int) INIT_TO_OPEN.invokeExact(context, key, KEY_BYTES, nonce, NONCE_BYTES, parameters);
        check(result == SUCCESS);
    }

    private void process(byte[] associatedData, long from, int length, long to) throws Throwable {
        if (associatedData.length > 0) {
            ByteBuffer direct = ByteBuffer.allocateDirect(associatedData.length).put(0, associatedData);
            try {
                check(update(address(direct, 0), associatedData.length, NULL));
            } finally {
                Reference.reachabilityFence(direct);
            }
        }
        check(length == 0 || update(from, length, to));
    }

    /** @param to NULL for associated data */
    private boolean update(long from, long length, long to) throws Throwable {
        return (int) UPDATE.invokeExact(context, to, address + WRITTEN, length, from, length) == SUCCESS;
    }

    /** Makes the tag, or says whether that which was set is right. */
    private boolean finish(long end) throws Throwable {
        return (int) FINAL.invokeExact(context, end, address + WRITTEN, 0L) == SUCCESS;
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
