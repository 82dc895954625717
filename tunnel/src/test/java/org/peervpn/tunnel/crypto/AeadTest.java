package org.peervpn.tunnel.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class AeadTest {
    private final Vectors vectors = new Vectors("chacha20poly1305");
    private final AeadKey key = new AeadKey(vectors.get("key"), 0);
    private final byte[] aad = vectors.get("aad");
    private final byte[] plaintext = vectors.get("plaintext");
    private final long nonce =
            ByteBuffer.wrap(vectors.get("nonce")).order(ByteOrder.LITTLE_ENDIAN).getLong(4);

    @ParameterizedTest
    @EnumSource
    void worksOnThisMachine(AeadProvider provider) {
        assertThat(provider.works()).isEqualTo(isExpected(provider));
    }

    private static boolean isExpected(AeadProvider provider) {
        return provider != AeadProvider.LIBCRYPTO || Runtime.version().feature() >= 22;
    }

    private static Stream<AeadProvider> expected() {
        return Arrays.stream(AeadProvider.values()).filter(AeadTest::isExpected);
    }

    @ParameterizedTest
    @MethodSource("expected")
    void sealsAndOpensAsRfc8439(AeadProvider provider) {
        Aead aead = provider.newAead();
        byte[] buffer = Arrays.copyOf(plaintext, plaintext.length + Aead.TAG_LENGTH);
        aead.sealWithNonce(key, nonce, aad, buffer, 0, plaintext.length);
        assertThat(buffer).startsWith(vectors.get("ciphertext")).endsWith(vectors.get("tag"));

        assertThat(aead.open(key, nonce, aad, buffer, 0, buffer.length)).isTrue();
        assertThat(buffer).startsWith(plaintext);
    }

    @ParameterizedTest
    @MethodSource("expected")
    void opensTheSameNonceAgainAndAgain(AeadProvider provider) {
        Aead aead = provider.newAead();
        byte[] sealed = Arrays.copyOf(plaintext, plaintext.length + Aead.TAG_LENGTH);
        aead.sealWithNonce(key, nonce, aad, sealed, 0, plaintext.length);
        byte[] forged = sealed.clone();
        forged[0] ^= 1;

        for (int i = 0; i < 3; i++) {
            assertThat(aead.open(key, nonce, aad, forged.clone(), 0, forged.length))
                    .isFalse();
            assertThat(aead.open(key, nonce, aad, sealed.clone(), 0, sealed.length))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("expected")
    void refusesWhatIsShorterThanATag(AeadProvider provider) {
        Aead aead = provider.newAead();
        for (int length = 0; length <= Aead.TAG_LENGTH; length++) {
            assertThat(aead.open(key, nonce, aad, new byte[32], 0, length)).isFalse();
        }
    }

    @Test
    void allProvidersAgree() {
        Random random = new Random(1);
        Aead[] aeads = expected().map(AeadProvider::newAead).toArray(Aead[]::new);
        for (int round = 0; round < 500; round++) {
            byte[] keyBytes = new byte[AeadKey.LENGTH];
            random.nextBytes(keyBytes);
            AeadKey roundKey = new AeadKey(keyBytes, 0);
            long counter = random.nextLong();
            int offset = random.nextInt(20);
            int length = random.nextInt(1600);
            byte[] text = new byte[offset + length + Aead.TAG_LENGTH];
            random.nextBytes(text);

            byte[] associated = new byte[random.nextInt(3) * random.nextInt(50)];
            random.nextBytes(associated);

            byte[] expected = text.clone();
            new BouncyCastleAead().sealWithNonce(roundKey, counter, associated, expected, offset, length);
            for (Aead aead : aeads) {
                byte[] sealed = text.clone();
                aead.sealWithNonce(roundKey, counter, associated, sealed, offset, length);
                assertThat(sealed).isEqualTo(expected);
                assertThat(aead.open(roundKey, counter, associated, sealed, offset, length + Aead.TAG_LENGTH))
                        .isTrue();
                assertThat(Arrays.copyOf(sealed, offset + length)).isEqualTo(Arrays.copyOf(text, offset + length));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("expected")
    void anyBitThatIsNotWhatItWasIsNoticed(AeadProvider provider) {
        Aead aead = provider.newAead();
        byte[] sealed = Arrays.copyOf(plaintext, plaintext.length + Aead.TAG_LENGTH);
        aead.sealWithNonce(key, nonce, aad, sealed, 0, plaintext.length);
        for (int bit = 0; bit < 8 * sealed.length; bit++) {
            assertThat(aead.open(key, nonce, aad, flipped(sealed, bit), 0, sealed.length))
                    .isFalse();
        }
        for (int bit = 0; bit < 8 * aad.length; bit++) {
            assertThat(aead.open(key, nonce, flipped(aad, bit), sealed.clone(), 0, sealed.length))
                    .isFalse();
        }
        assertThat(aead.open(key, nonce + 1, aad, sealed.clone(), 0, sealed.length))
                .isFalse();
        assertThat(aead.open(key, nonce, aad, sealed.clone(), 0, sealed.length)).isTrue();
    }

    private static byte[] flipped(byte[] bytes, int bit) {
        byte[] changed = bytes.clone();
        changed[bit / 8] ^= (byte) (1 << bit % 8);
        return changed;
    }

    @ParameterizedTest
    @MethodSource("expected")
    void keysMayTakeTurns(AeadProvider provider) {
        Aead aead = provider.newAead();
        AeadKey other = new AeadKey(flipped(vectors.get("key"), 0), 0);
        for (long turn = 0; turn < 6; turn++) {
            AeadKey its = turn % 3 == 1 ? other : key;
            byte[] sealed = sealed(aead, its, turn, new byte[100], 0, 84);
            assertThat(sealed).isEqualTo(sealed(new BouncyCastleAead(), its, turn, new byte[100], 0, 84));
            assertThat(aead.open(its, turn, Aead.NO_ASSOCIATED_DATA, sealed, 0, 100))
                    .isTrue();
        }
    }

    /** Nor any at all for a Java without a linker. */
    @Test
    void opensslHasNoAlgorithmOfAnUnknownName() {
        assertThatThrownBy(() -> new LibcryptoProvider().algorithm(LibcryptoProvider.OSSL_OP_CIPHER, "ROT13"))
                .isInstanceOf(ReflectiveOperationException.class);
        assertThatThrownBy(() -> new LibcryptoProvider()
                        .algorithm(LibcryptoProvider.OSSL_OP_MAC, "POLY1305")
                        .function(99, int.class))
                .isInstanceOf(ReflectiveOperationException.class);
    }

    /** In place and from one buffer to another, at odd places. */
    @ParameterizedTest
    @MethodSource("expected")
    void directBuffersAreSealedAndOpenedAsArraysAre(AeadProvider provider) {
        Aead aead = provider.newAead();
        Random random = new Random(2);
        for (int length = 0; length <= 65_535; length = 2 * length + 1) {
            byte[] text = new byte[length + Aead.TAG_LENGTH];
            random.nextBytes(text);
            byte[] expected = sealed(new BouncyCastleAead(), key, length, text, 0, length);
            ByteBuffer in = ByteBuffer.allocateDirect(length + 100).position(5);
            ByteBuffer out = ByteBuffer.allocateDirect(length + 100).position(9).slice();
            in.put(3, text);

            aead.sealWithNonce(key, length, in, 3, length, out, 1);
            assertThat(bytes(out, 1, expected.length)).isEqualTo(expected);
            provider.newAead().sealWithNonce(key, length, in, 3, length, in, 3); // no nonce twice by one
            assertThat(bytes(in, 3, expected.length)).isEqualTo(expected);
            assertThat(aead.open(key, length, in, 3, expected.length, in, 3)).isTrue();
            assertThat(bytes(in, 3, length)).isEqualTo(Arrays.copyOf(text, length));

            assertThat(aead.open(key, length, out, 1, expected.length, in, 4)).isTrue();
            assertThat(bytes(in, 4, length)).isEqualTo(Arrays.copyOf(text, length));
            out.put(1, (byte) (out.get(1) ^ 1));
            assertThat(aead.open(key, length, out, 1, expected.length, in, 4)).isFalse();
            assertThat(aead.open(key, length, out, 1, Aead.TAG_LENGTH - 1, in, 4))
                    .isFalse();
            assertThat(in.position()).isEqualTo(5);
        }
    }

    private static byte[] bytes(ByteBuffer buffer, int index, int length) {
        byte[] bytes = new byte[length];
        buffer.get(index, bytes);
        return bytes;
    }

    @Test
    void aKeySaysNothingOfItself() {
        AeadKey same = new AeadKey(vectors.get("key"), 0);
        assertThat(key).hasToString("AeadKey(secret)").isEqualTo(same).hasSameHashCodeAs(same);
        same.destroy();
        assertThat(same.isDestroyed()).isTrue();
        assertThat(same.getEncoded()).containsOnly(0);
        assertThat(key).isNotEqualTo(same).hasSameHashCodeAs(same);
    }

    private static byte[] sealed(Aead aead, AeadKey key, long nonce, byte[] text, int offset, int length) {
        byte[] buffer = text.clone();
        aead.sealWithNonce(key, nonce, Aead.NO_ASSOCIATED_DATA, buffer, offset, length);
        return buffer;
    }
}
