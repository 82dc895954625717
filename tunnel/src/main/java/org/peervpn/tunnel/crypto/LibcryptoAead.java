package org.peervpn.tunnel.crypto;

import static org.peervpn.tunnel.crypto.LibcryptoProvider.OSSL_OP_CIPHER;
import static org.peervpn.tunnel.crypto.LibcryptoProvider.OSSL_OP_MAC;

import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import org.peervpn.tunnel.crypto.LibcryptoProvider.Algorithm;
import org.peervpn.tunnel.foreign.ForeignFunctions;

/**
 * {@link Aead} by the machine's OpenSSL, on Java 22 and later: ChaCha20-Poly1305 (RFC 8439, section 2.8) of its ChaCha20 and
 * its Poly1305.
 *
 * <p>OpenSSL's own ChaCha20-Poly1305 asks for the keystream of a packet three times: for the block of the one-time key,
 * for whole blocks, and for the rest. Here it is asked once, for 64 zeros and the text, up to the end of its last block:
 *
 * <pre>
 * in    0: zeros                                | 64: the text                    | up to the end of its block
 * out   0: the one-time key, and what is unused | 64: the text, en- or deciphered | up to the end of its block
 * </pre>
 *
 * The tag is computed over the one of the two texts that is enciphered, behind which zeros and the lengths are put. The two
 * copies, of what comes in and of what goes out, take 50 ns of the 630 of a packet of 1,420 bytes; by OpenSSL's own, and with
 * EVP around it, that takes 1,060 ({@code AeadBenchmark}).
 */
final class LibcryptoAead implements Aead {
    // OSSL_FUNC_CIPHER_… and OSSL_FUNC_MAC_… of openssl/core_dispatch.h
    private static final int CIPHER_NEWCTX = 1;
    private static final int CIPHER_ENCRYPT_INIT = 2;
    private static final int CIPHER_UPDATE = 4;
    private static final int MAC_NEWCTX = 1;
    private static final int MAC_INIT = 4;
    private static final int MAC_UPDATE = 5;
    private static final int MAC_FINAL = 6;

    private static final int SUCCESS = 1;
    private static final long NULL = 0;

    /** Constants, so that the compiler sees through them. */
    private static final MethodHandle NEW_CIPHER;

    private static final MethodHandle INIT_CIPHER;
    private static final MethodHandle ENCIPHER;
    private static final MethodHandle NEW_MAC;
    private static final MethodHandle INIT_MAC;
    private static final MethodHandle UPDATE_MAC;
    private static final MethodHandle FINISH_MAC;
    private static final long PROVIDER_CONTEXT;

    static {
        try {
            LibcryptoProvider provider = new LibcryptoProvider();
            PROVIDER_CONTEXT = provider.context();
            Algorithm cipher = provider.algorithm(OSSL_OP_CIPHER, "ChaCha20");
            NEW_CIPHER = cipher.function(CIPHER_NEWCTX, long.class, long.class);
            INIT_CIPHER = cipher.function(
                    CIPHER_ENCRYPT_INIT,
                    int.class,
                    long.class,
                    long.class,
                    long.class,
                    long.class,
                    long.class,
                    long.class);
            ENCIPHER = cipher.function(
                    CIPHER_UPDATE, int.class, long.class, long.class, long.class, long.class, long.class, long.class);
            Algorithm mac = provider.algorithm(OSSL_OP_MAC, "POLY1305");
            NEW_MAC = mac.function(MAC_NEWCTX, long.class, long.class);
            INIT_MAC = mac.function(MAC_INIT, int.class, long.class, long.class, long.class, long.class);
            UPDATE_MAC = mac.function(MAC_UPDATE, int.class, long.class, long.class, long.class);
            FINISH_MAC = mac.function(MAC_FINAL, int.class, long.class, long.class, long.class, long.class);
        } catch (Throwable e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final long KEY_BYTES = AeadKey.LENGTH;
    private static final int BLOCK = 64;
    private static final int MAC_BLOCK = 16;
    private static final int USUAL_LENGTH = 2048;

    // What OpenSSL reads and writes beside the texts: where it is in the scratch memory.
    private static final int KEY = 0;
    private static final int IV = 32; // the counter of blocks, and the nonce
    private static final long IV_BYTES = 16;
    private static final int COUNTER_IN_IV = IV + 8;
    private static final int WRITTEN = 48;
    private static final int TAG = 56;
    private static final int SCRATCH_BYTES = 72;

    private final ByteBuffer scratch = newMemory(SCRATCH_BYTES);
    private final long scratchAddress = ForeignFunctions.address(scratch);

    /** For as long as the process lives, like the thread that they belong to. */
    private final long cipher;

    private final long mac;

    private ByteBuffer in = newMemory(0);
    private ByteBuffer out = newMemory(0);
    private ByteBuffer associated = newMemory(0);
    private long inAddress;
    private long outAddress;
    private long associatedAddress;
    private @Nullable AeadKey current;

    LibcryptoAead() {
        try {
            cipher = (long) NEW_CIPHER.invokeExact(PROVIDER_CONTEXT);
            mac = (long) NEW_MAC.invokeExact(PROVIDER_CONTEXT);
        } catch (Throwable e) {
            throw failed(e);
        }
        check(cipher != NULL && mac != NULL);
        makeRoom(USUAL_LENGTH);
    }

    @Override
    public void sealWithNonce(
            AeadKey key, long nonce, ByteBuffer source, int from, int length, ByteBuffer target, int to) {
        makeRoom(length);
        in.put(BLOCK, source, from, length);
        seal(key, nonce, NO_ASSOCIATED_DATA, length);
        target.put(to, out, BLOCK, length + TAG_LENGTH);
    }

    @Override
    public boolean open(AeadKey key, long nonce, ByteBuffer source, int from, int length, ByteBuffer target, int to) {
        if (length < TAG_LENGTH) {
            return false;
        }
        makeRoom(length);
        in.put(BLOCK, source, from, length);
        boolean authentic = open(key, nonce, NO_ASSOCIATED_DATA, length - TAG_LENGTH);
        if (authentic) {
            target.put(to, out, BLOCK, length - TAG_LENGTH);
        }
        return authentic;
    }

    @Override
    public void sealWithNonce(AeadKey key, long nonce, byte[] associatedData, byte[] buffer, int offset, int length) {
        makeRoom(length);
        in.put(BLOCK, buffer, offset, length);
        seal(key, nonce, associatedData, length);
        out.get(BLOCK, buffer, offset, length + TAG_LENGTH);
    }

    @Override
    public boolean open(AeadKey key, long nonce, byte[] associatedData, byte[] buffer, int offset, int length) {
        if (length < TAG_LENGTH) {
            return false;
        }
        makeRoom(length);
        in.put(BLOCK, buffer, offset, length);
        boolean authentic = open(key, nonce, associatedData, length - TAG_LENGTH);
        if (authentic) {
            out.get(BLOCK, buffer, offset, length - TAG_LENGTH);
        }
        return authentic;
    }

    /** With a text and a tag, of this length together, and with what stands behind the text while the tag is computed. */
    private void makeRoom(int length) {
        int needed = BLOCK + roundedUp(length, BLOCK) + MAC_BLOCK;
        if (in.capacity() < needed) {
            // At least twice as much, so that what others send makes us do it but a few times.
            int capacity = Math.max(needed, 2 * in.capacity());
            ByteBuffer newIn = newMemory(capacity);
            ByteBuffer newOut = newMemory(capacity);
            long newInAddress = ForeignFunctions.address(newIn);
            long newOutAddress = ForeignFunctions.address(newOut);
            in = newIn; // all or, where there is no memory, nothing
            out = newOut;
            inAddress = newInAddress;
            outAddress = newOutAddress;
        }
    }

    /** Leaves the tag behind the text. */
    private void seal(AeadKey key, long nonce, byte[] associatedData, int length) {
        process(key, nonce, associatedData, length, out, outAddress, outAddress + BLOCK + length);
    }

    /** The tag is behind the text, which means nothing unless it is right. */
    private boolean open(AeadKey key, long nonce, byte[] associatedData, int length) {
        int tag = BLOCK + length;
        long first = in.getLong(tag);
        long second = in.getLong(tag + Long.BYTES);
        process(key, nonce, associatedData, length, in, inAddress, scratchAddress + TAG);
        // All of it, whatever the first half is: the time says nothing.
        return ((first ^ scratch.getLong(TAG)) | (second ^ scratch.getLong(TAG + Long.BYTES))) == 0;
    }

    /** @param sealed which of the two texts is the enciphered one */
    private void process(
            AeadKey key,
            long nonce,
            byte[] associatedData,
            int length,
            ByteBuffer sealed,
            long sealedAddress,
            long tag) {
        try {
            encipher(key, nonce, length);
            computeTag(associatedData, sealed, sealedAddress, length, tag);
        } catch (Throwable e) {
            throw failed(e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @SuppressWarnings("ReferenceEquality") // the same key again, which is the rule, need not be set anew
    private void encipher(AeadKey key, long nonce, int length) throws Throwable {
        scratch.putLong(COUNTER_IN_IV, nonce);
        if (key == current) {
            initCipher(NULL);
        } else {
            current = null; // until the new key is set, come what may
            key.copyTo(scratch, KEY);
            try {
                initCipher(scratchAddress + KEY);
            } finally {
                scratch.putLong(KEY, 0).putLong(KEY + 8, 0).putLong(KEY + 16, 0).putLong(KEY + 24, 0);
            }
            current = key;
        }
        long bytes = roundedUp(BLOCK + length, BLOCK);
        check((int) ENCIPHER.invokeExact(cipher, outAddress, scratchAddress + WRITTEN, bytes, inAddress, bytes));
    }

    /** @param key NULL for the one that is set */
    private void initCipher(long key) throws Throwable {
        check((int) INIT_CIPHER.invokeExact(cipher, key, KEY_BYTES, scratchAddress + IV, IV_BYTES, NULL));
    }

    /** Overwrites what is behind the text. */
    private void computeTag(byte[] associatedData, ByteBuffer sealed, long sealedAddress, int length, long to)
            throws Throwable {
        check((int) INIT_MAC.invokeExact(mac, outAddress, KEY_BYTES, NULL));
        if (associatedData.length > 0) {
            authenticate(associatedData);
        }
        int end = BLOCK + length;
        sealed.putLong(end, 0).putLong(end + Long.BYTES, 0);
        int padded = roundedUp(length, MAC_BLOCK);
        sealed.putLong(BLOCK + padded, associatedData.length).putLong(BLOCK + padded + Long.BYTES, length);
        check((int) UPDATE_MAC.invokeExact(mac, sealedAddress + BLOCK, (long) padded + MAC_BLOCK));
        scratch.putLong(WRITTEN, 0);
        check((int) FINISH_MAC.invokeExact(mac, to, scratchAddress + WRITTEN, (long) TAG_LENGTH));
        check(scratch.getLong(WRITTEN) == TAG_LENGTH); // else what stands there is no tag
    }

    private void authenticate(byte[] associatedData) throws Throwable {
        int padded = roundedUp(associatedData.length, MAC_BLOCK);
        if (associated.capacity() < padded) {
            ByteBuffer longer = newMemory(padded);
            associatedAddress = ForeignFunctions.address(longer);
            associated = longer;
        }
        associated.putLong(padded - MAC_BLOCK, 0).putLong(padded - Long.BYTES, 0);
        associated.put(0, associatedData);
        check((int) UPDATE_MAC.invokeExact(mac, associatedAddress, (long) padded));
    }

    private static int roundedUp(int length, int powerOfTwo) {
        return (length + powerOfTwo - 1) & -powerOfTwo;
    }

    /** Of zeros. */
    private static ByteBuffer newMemory(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void check(int result) {
        check(result == SUCCESS);
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
