package org.peervpn.tunnel.crypto;

import java.util.Arrays;
import org.bouncycastle.crypto.digests.Blake2sDigest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;

/** BLAKE2s of RFC 7693, and what the WireGuard paper builds on it: HASH, MAC, HMAC and KDF of section 5.4. */
public final class Blake2s {
    public static final int HASH_LENGTH = 32;
    public static final int MAC_LENGTH = 16;

    private Blake2s() {}

    /** Of the parts one after the other. */
    public static byte[] hash(byte[]... parts) {
        return digest(new Blake2sDigest(HASH_LENGTH * Byte.SIZE), HASH_LENGTH, parts);
    }

    /** Keyed BLAKE2s with an output of 16 bytes. */
    public static byte[] mac(byte[] key, byte[]... parts) {
        return keyed(key, MAC_LENGTH, parts);
    }

    static byte[] keyed(byte[] key, int length, byte[]... parts) {
        Blake2sDigest digest = new Blake2sDigest(key, length, null, null);
        return digest(digest, length, parts);
    }

    public static byte[] hmac(byte[] key, byte[]... parts) {
        HMac hmac = new HMac(new Blake2sDigest(HASH_LENGTH * Byte.SIZE));
        hmac.init(new KeyParameter(key));
        for (byte[] part : parts) {
            hmac.update(part, 0, part.length);
        }
        byte[] out = new byte[HASH_LENGTH];
        hmac.doFinal(out, 0);
        return out;
    }

    /** {@code count} outputs of 32 bytes each, one after the other. */
    public static byte[] kdf(byte[] key, byte[] input, int count) {
        byte[] secret = hmac(key, input);
        byte[] out = new byte[count * HASH_LENGTH];
        byte[] last = {};
        for (int i = 0; i < count; i++) {
            byte[] next = hmac(secret, last, new byte[] {(byte) (i + 1)});
            System.arraycopy(next, 0, out, i * HASH_LENGTH, HASH_LENGTH);
            Arrays.fill(last, (byte) 0);
            last = next;
        }
        Arrays.fill(last, (byte) 0);
        Arrays.fill(secret, (byte) 0);
        return out;
    }

    private static byte[] digest(Blake2sDigest digest, int length, byte[]... parts) {
        for (byte[] part : parts) {
            digest.update(part, 0, part.length);
        }
        byte[] out = new byte[length];
        digest.doFinal(out, 0);
        digest.clearKey();
        return out;
    }
}
