package org.peervpn.tunnel.crypto;

import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** X25519 by the machine's OpenSSL, on Java 22 and later. Any thread may use it. */
final class LibcryptoX25519 implements X25519.Agreement {
    private static final int TYPE = 1034; // openssl/obj_mac.h: NID_X25519
    private static final long NULL = 0;

    // openssl/evp.h; a result is 1 for success, or a pointer
    private static final MethodHandle NEW_PRIVATE_KEY;
    private static final MethodHandle NEW_PUBLIC_KEY;
    private static final MethodHandle GET_PUBLIC_KEY;
    private static final MethodHandle FREE_KEY;
    private static final MethodHandle NEW;
    private static final MethodHandle INIT;
    private static final MethodHandle SET_PEER;
    private static final MethodHandle DERIVE;
    private static final MethodHandle FREE;
    private static final MethodHandle CLEAR_ERRORS;

    static {
        try {
            ForeignFunctions libcrypto = new ForeignFunctions("libcrypto.so.3");
            Class<?> pointer = long.class;
            NEW_PRIVATE_KEY = libcrypto.function(
                    "EVP_PKEY_new_raw_private_key", pointer, int.class, pointer, pointer, long.class);
            NEW_PUBLIC_KEY =
                    libcrypto.function("EVP_PKEY_new_raw_public_key", pointer, int.class, pointer, pointer, long.class);
            GET_PUBLIC_KEY = libcrypto.function("EVP_PKEY_get_raw_public_key", int.class, pointer, pointer, pointer);
            FREE_KEY = libcrypto.function("EVP_PKEY_free", void.class, pointer);
            NEW = libcrypto.function("EVP_PKEY_CTX_new", pointer, pointer, pointer);
            INIT = libcrypto.function("EVP_PKEY_derive_init", int.class, pointer);
            SET_PEER = libcrypto.function("EVP_PKEY_derive_set_peer_ex", int.class, pointer, pointer, int.class);
            DERIVE = libcrypto.function("EVP_PKEY_derive", int.class, pointer, pointer, pointer);
            FREE = libcrypto.function("EVP_PKEY_CTX_free", void.class, pointer);
            CLEAR_ERRORS = libcrypto.function("ERR_clear_error", void.class);
        } catch (Throwable e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // Where they are in the memory that OpenSSL reads and writes.
    private static final int PRIVATE_KEY = 0;
    private static final int PUBLIC_KEY = 32;
    private static final int RESULT = 64;
    private static final int RESULT_LENGTH = 96;
    private static final int BYTES = 104;

    private final ByteBuffer memory = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.nativeOrder());
    private final long address = ForeignFunctions.address(memory);

    @Override
    public synchronized byte @Nullable [] agree(byte[] privateKey, byte[] publicKey) {
        try {
            return derive(privateKey, publicKey);
        } catch (Throwable e) {
            throw failed(e);
        } finally {
            wipe();
        }
    }

    private byte @Nullable [] derive(byte[] privateKey, byte[] publicKey) throws Throwable {
        memory.put(PRIVATE_KEY, privateKey).put(PUBLIC_KEY, publicKey).putLong(RESULT_LENGTH, X25519.LENGTH);
        long own = NULL;
        long other = NULL;
        long context = NULL;
        try {
            own = newPrivateKey();
            other = (long) NEW_PUBLIC_KEY.invokeExact(TYPE, NULL, address + PUBLIC_KEY, (long) X25519.LENGTH);
            check(other != NULL);
            context = (long) NEW.invokeExact(own, NULL);
            check(context != NULL
                    && (int) INIT.invokeExact(context) == 1
                    && (int) SET_PEER.invokeExact(context, other, 0) == 1);
            if ((int) DERIVE.invokeExact(context, address + RESULT, address + RESULT_LENGTH) != 1) {
                CLEAR_ERRORS.invokeExact();
                return null; // of small order
            }
            byte[] shared = new byte[X25519.LENGTH];
            memory.get(RESULT, shared);
            return shared;
        } finally {
            FREE.invokeExact(context);
            FREE_KEY.invokeExact(other);
            FREE_KEY.invokeExact(own); // which overwrites it
        }
    }

    @Override
    public synchronized byte[] publicKey(byte[] privateKey) {
        memory.put(PRIVATE_KEY, privateKey).putLong(RESULT_LENGTH, X25519.LENGTH);
        long own = NULL;
        try {
            own = newPrivateKey();
            check((int) GET_PUBLIC_KEY.invokeExact(own, address + RESULT, address + RESULT_LENGTH) == 1);
            byte[] publicKey = new byte[X25519.LENGTH];
            memory.get(RESULT, publicKey);
            return publicKey;
        } catch (Throwable e) {
            throw failed(e);
        } finally {
            free(own);
            wipe();
        }
    }

    private long newPrivateKey() throws Throwable {
        long key = (long) NEW_PRIVATE_KEY.invokeExact(TYPE, NULL, address + PRIVATE_KEY, (long) X25519.LENGTH);
        check(key != NULL);
        return key;
    }

    private static void free(long key) {
        try {
            FREE_KEY.invokeExact(key);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    private void wipe() {
        for (int i = 0; i < BYTES; i += Long.BYTES) {
            memory.putLong(i, 0);
        }
    }

    private static void check(boolean success) {
        if (!success) {
            throw new IllegalStateException("libcrypto refuses X25519");
        }
    }

    private static IllegalStateException failed(Throwable e) {
        return e instanceof IllegalStateException known ? known : new IllegalStateException("libcrypto failed", e);
    }
}
