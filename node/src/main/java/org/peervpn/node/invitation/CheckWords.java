package org.peervpn.node.invitation;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.crypto.generators.SCrypt;
import org.peervpn.tunnel.NoisePublicKey;

/**
 * Four words that follow from two public keys: if both ends read the same ones to each other, each has the other's key,
 * and nobody has put his own in between. They are 10 bits each of scrypt over the smaller and the larger key, so that who
 * wants a pair of keys of his own with the same words has to try about 2^20 for either end, a tenth of a second each.
 */
public final class CheckWords {
    static final int COUNT = 4;
    private static final int BITS = 10;

    private static final int COST = 1 << 15;
    private static final int BLOCK_SIZE = 8;
    private static final byte[] PURPOSE = "peervpn check words 1".getBytes(StandardCharsets.US_ASCII);

    private CheckWords() {}

    /** The same at both ends. Slow: never on the loop. */
    public static List<String> of(NoisePublicKey one, NoisePublicKey other) {
        byte[] a = one.bytes();
        byte[] b = other.bytes();
        boolean inOrder = Arrays.compareUnsigned(a, b) <= 0;
        byte[] both = ByteBuffer.allocate(a.length + b.length)
                .put(inOrder ? a : b)
                .put(inOrder ? b : a)
                .array();
        long bits = ByteBuffer.wrap(SCrypt.generate(both, PURPOSE, COST, BLOCK_SIZE, 1, Long.BYTES))
                .getLong();
        return List.of(word(bits, 0), word(bits, 1), word(bits, 2), word(bits, 3));
    }

    private static String word(long bits, int position) {
        return WordList.WORDS.get((int) (bits >>> (position * BITS)) & ((1 << BITS) - 1));
    }
}
