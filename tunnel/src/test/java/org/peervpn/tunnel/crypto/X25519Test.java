package org.peervpn.tunnel.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class X25519Test {
    private final Vectors vectors = new Vectors("x25519");

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void agreesWithRfc7748(int number) {
        assertThat(X25519.agree(vectors.get("scalar." + number), vectors.get("point." + number)))
                .isEqualTo(vectors.get("result." + number));
    }

    @Test
    void aliceAndBobAgree() {
        assertThat(X25519.publicKey(vectors.get("alice.private"))).isEqualTo(vectors.get("alice.public"));
        assertThat(X25519.publicKey(vectors.get("bob.private"))).isEqualTo(vectors.get("bob.public"));
        assertThat(X25519.agree(vectors.get("alice.private"), vectors.get("bob.public")))
                .isEqualTo(vectors.get("shared"));
        assertThat(X25519.agree(vectors.get("bob.private"), vectors.get("alice.public")))
                .isEqualTo(vectors.get("shared"));
    }

    /** OpenSSL's takes Java 22. */
    static Stream<X25519.Agreement> faster() {
        X25519.Agreement conscrypt = new ConscryptX25519();
        return Runtime.version().feature() >= 22 ? Stream.of(conscrypt, new LibcryptoX25519()) : Stream.of(conscrypt);
    }

    @ParameterizedTest
    @MethodSource("faster")
    void whatIsFasterAgreesWithPlainJava(X25519.Agreement agreement) throws Exception {
        SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
        random.setSeed(25519);
        assertThat(X25519.use(() -> agreement)).isTrue();
        for (int i = 0; i < 100; i++) {
            byte[] scalar = new byte[X25519.LENGTH];
            byte[] point = new byte[X25519.LENGTH];
            random.nextBytes(scalar);
            random.nextBytes(point);
            byte[] expected = X25519.agreePlainly(scalar, point);
            assertThat(agreement.agree(scalar, point)).isEqualTo(expected);
            assertThat(X25519.agree(scalar, point)).isEqualTo(expected);
            assertThat(agreement.publicKey(scalar)).isEqualTo(X25519.PLAIN.publicKey(scalar));
        }
        assertThat(X25519.isBusy()).isTrue();
    }

    @Test
    void manyThreadsMayAgreeAtOnce() throws Exception {
        X25519.loadNative();
        byte[] scalar = vectors.get("alice.private");
        byte[] point = vectors.get("bob.public");
        IntStream.range(0, 400)
                .parallel()
                .forEach(i -> assertThat(X25519.agree(scalar, point)).isEqualTo(vectors.get("shared")));
    }

    @Test
    void whatIsWrongIsNotUsed() {
        assertThat(X25519.use(() -> (scalar, point) -> new byte[X25519.LENGTH])).isFalse();
        assertThat(X25519.use(() -> (scalar, point) -> {
                    throw new IllegalStateException("broken");
                }))
                .isFalse();
        assertThat(X25519.use(() -> {
                    throw new UnsatisfiedLinkError("no library");
                }))
                .isFalse();
        agreesWithRfc7748(1);
    }

    @ParameterizedTest
    @ValueSource(bytes = {0, 1})
    void nothingIsAgreedWithAPointOfSmallOrder(byte first) {
        byte[] point = new byte[X25519.LENGTH];
        point[0] = first;
        byte[] scalar = vectors.get("alice.private");

        assertThat(X25519.agreePlainly(scalar, point)).isNull();
        assertThat(faster())
                .allSatisfy(faster -> assertThat(faster.agree(scalar, point)).isNull());
    }

    @Test
    void nothingIsAgreedWithZero() {
        assertThat(X25519.agree(vectors.get("alice.private"), new byte[32])).isNull();
    }
}
