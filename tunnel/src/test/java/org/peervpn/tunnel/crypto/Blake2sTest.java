package org.peervpn.tunnel.crypto;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class Blake2sTest {
    private final Vectors vectors = new Vectors("blake2s");

    @Test
    void hashIsThatOfRfc7693() {
        assertThat(Blake2s.hash("abc".getBytes(US_ASCII))).isEqualTo(vectors.get("abc"));
    }

    @Test
    void partsAreHashedOneAfterTheOther() {
        assertThat(Blake2s.hash("a".getBytes(US_ASCII), "bc".getBytes(US_ASCII)))
                .isEqualTo(vectors.get("abc"));
    }

    @Test
    void keyedHashIsThatOfTheReferenceImplementation() {
        byte[] key = vectors.get("key");
        assertThat(Blake2s.keyed(key, 32)).isEqualTo(vectors.get("keyed.0"));
        assertThat(Blake2s.keyed(key, 32, new byte[1])).isEqualTo(vectors.get("keyed.1"));
    }

    @Test
    void macIsAKeyedHashOf16Bytes() {
        assertThat(Blake2s.mac(vectors.get("key"), vectors.get("mac.input"))).isEqualTo(vectors.get("mac.result"));
    }

    @Test
    void hmacAndKdfAgreeWithAnotherImplementation() {
        byte[] key = vectors.get("key");
        assertThat(Blake2s.hmac(key, vectors.get("hmac.input"))).isEqualTo(vectors.get("hmac.result"));
        assertThat(Blake2s.kdf(key, vectors.get("kdf.input"), 3)).isEqualTo(vectors.get("kdf.result"));
    }
}
