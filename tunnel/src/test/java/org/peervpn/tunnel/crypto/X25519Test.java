package org.peervpn.tunnel.crypto;

import static org.assertj.core.api.Assertions.assertThat;

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
    void nothingIsAgreedWithZero() {
        assertThat(X25519.agree(vectors.get("alice.private"), new byte[32])).isNull();
    }
}
