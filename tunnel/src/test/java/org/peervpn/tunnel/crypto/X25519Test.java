package org.peervpn.tunnel.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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

    @Test
    void whatIsFasterAgreesWithPlainJava() throws Exception {
        SecureRandom random = SecureRandom.getInstance("SHA1PRNG");
        random.setSeed(25519);
        X25519.Agreement agreement = new ConscryptX25519();
        assertThat(X25519.passesSelfTest(agreement)).isTrue();
        X25519.loadConscrypt();
        for (int i = 0; i < 100; i++) {
            byte[] scalar = new byte[X25519.LENGTH];
            byte[] point = new byte[X25519.LENGTH];
            random.nextBytes(scalar);
            random.nextBytes(point);
            byte[] expected = X25519.agreePlainly(scalar, point);
            assertThat(agreement.agree(scalar, point)).isEqualTo(expected);
            assertThat(X25519.agree(scalar, point)).isEqualTo(expected);
        }
        assertThat(X25519.isBusy()).isTrue();
    }

    @Test
    void whatIsWrongIsNotUsed() {
        assertThat(X25519.passesSelfTest((scalar, point) -> new byte[X25519.LENGTH]))
                .isFalse();
        assertThat(X25519.passesSelfTest((scalar, point) -> {
                    throw new IllegalStateException("broken");
                }))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(bytes = {0, 1})
    void nothingIsAgreedWithAPointOfSmallOrder(byte first) throws Exception {
        byte[] point = new byte[X25519.LENGTH];
        point[0] = first;
        byte[] scalar = vectors.get("alice.private");

        assertThat(X25519.agreePlainly(scalar, point)).isNull();
        assertThat(new ConscryptX25519().agree(scalar, point)).isNull();
    }

    @Test
    void nothingIsAgreedWithZero() {
        assertThat(X25519.agree(vectors.get("alice.private"), new byte[32])).isNull();
    }
}
