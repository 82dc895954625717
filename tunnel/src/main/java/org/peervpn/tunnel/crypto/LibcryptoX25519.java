package org.peervpn.tunnel.crypto;

import java.lang.invoke.MethodHandle;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** X25519 by the machine's OpenSSL, on Java 22 and later. */
final class LibcryptoX25519 implements X25519.Agreement {
    private static final int TYPE = 1034; // EVP_PKEY_X25519 of openssl/evp.h
    private static final long NULL = 0;

    /** OpenSSL's functions; results that are int are 1 for success. */
    private static final MethodHandle ADDRESS;

    private static final MethodHandle NEW_PRIVATE;
    private static final MethodHandle NEW_PUBLIC;
    private static final MethodHandle FREE;
    private static final MethodHandle CONTEXT_NEW;
    private static final MethodHandle CONTEXT_FREE;
    private static final MethodHandle DERIVE_INIT;
    private static final MethodHandle SET_PEER;
    private static final MethodHandle DERIVE;
    private static final MethodHandle CLEAR_ERRORS;

    static {
        try {
            ForeignFunctions libcrypto = new ForeignFunctions("libcrypto.so.3");
            ADDRESS = ForeignFunctions.addressOfPosition();
            NEW_PRIVATE = libcrypto.function(
                    "EVP_PKEY_new_raw_private_key", long.class, int.class, long.class, long.class, long.class);
            NEW_PUBLIC = libcrypto.function(
                    "EVP_PKEY_new_raw_public_key", long.class, int.class, long.class, long.class, long.class);
            FREE = libcrypto.function("EVP_PKEY_free", void.class, long.class);
            CONTEXT_NEW = libcrypto.function("EVP_PKEY_CTX_new", long.class, long.class, long.class);
            CONTEXT_FREE = libcrypto.function("EVP_PKEY_CTX_free", void.class, long.class);
            DERIVE_INIT = libcrypto.function("EVP_PKEY_derive_init", int.class, long.class);
            SET_PEER = libcrypto.function("EVP_PKEY_derive_set_peer", int.class, long.class, long.class);
            DERIVE = libcrypto.function("EVP_PKEY_derive", int.class, long.class, long.class, long.class);
            CLEAR_ERRORS = libcrypto.function("ERR_clear_error", void.class);
        } catch (Throwable e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // What OpenSSL reads and writes: where it is in the scratch memory.
    private static final int PRIVATE_KEY = 0;
    private static final int PUBLIC_KEY = 32;
    private static final int SECRET = 64;
    private static final int SECRET_LENGTH = 96;
    private static final int SCRATCH_BYTES = 104;

    /** As many as threads have ever agreed at once, which mostly is one. */
    private final Queue<ByteBuffer> idle = new ConcurrentLinkedQueue<>();

    @Override
    public byte @Nullable [] agree(byte[] privateKey, byte[] publicKey) {
        ByteBuffer idling = idle.poll();
        ByteBuffer scratch = idling != null
                ? idling
                : ByteBuffer.allocateDirect(SCRATCH_BYTES).order(ByteOrder.nativeOrder());
        scratch.put(PRIVATE_KEY, privateKey, 0, X25519.LENGTH);
        scratch.put(PUBLIC_KEY, publicKey, 0, X25519.LENGTH);
        scratch.putLong(SECRET_LENGTH, X25519.LENGTH);
        try {
            return agree((long) ADDRESS.invokeExact((Buffer) scratch), scratch);
        } catch (Throwable e) {
            throw new IllegalStateException("libcrypto failed", e);
        } finally {
            scratch.put(0, new byte[SCRATCH_BYTES]);
            idle.add(scratch);
        }
    }

    /** A failure can only be a point of small order: with another one, all of this has succeeded in the self-test. */
    private static byte @Nullable [] agree(long address, ByteBuffer scratch) throws Throwable {
        long length = X25519.LENGTH;
        long own = (long) NEW_PRIVATE.invokeExact(TYPE, NULL, address + PRIVATE_KEY, length);
        long remote = (long) NEW_PUBLIC.invokeExact(TYPE, NULL, address + PUBLIC_KEY, length);
        long context = own == NULL ? NULL : (long) CONTEXT_NEW.invokeExact(own, NULL);
        try {
            boolean agreed = context != NULL
                    && remote != NULL
                    && (int) DERIVE_INIT.invokeExact(context) == 1
                    && (int) SET_PEER.invokeExact(context, remote) == 1
                    && (int) DERIVE.invokeExact(context, address + SECRET, address + SECRET_LENGTH) == 1;
            if (!agreed) {
                CLEAR_ERRORS.invokeExact();
                return null;
            }
            byte[] secret = new byte[X25519.LENGTH];
            scratch.get(SECRET, secret);
            return secret;
        } finally {
            CONTEXT_FREE.invokeExact(context);
            FREE.invokeExact(own);
            FREE.invokeExact(remote);
        }
    }
}
