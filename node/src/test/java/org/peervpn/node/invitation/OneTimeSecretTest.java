package org.peervpn.node.invitation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.peervpn.tunnel.NoisePublicKey;

class OneTimeSecretTest {
    private static final NoisePublicKey VERIFIER = NoisePublicKey.parse("QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH0=");
    private static final NoisePublicKey OTHER = NoisePublicKey.parse("hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=");
    private static final OneTimeSecret SECRET = OneTimeSecret.parse("000102030405060708090a0b0c0d0e0f");

    /** By Python: hmac.new(bytes(range(16)), b"peervpn invitation proof 1" + key + bytes(32), "sha256"). */
    @Test
    void theProofIsAsTheDocumentationSays() {
        assertThat(HexFormat.of().formatHex(SECRET.proof(VERIFIER, session(0))))
                .isEqualTo("0ee71b90f671df844b0bbec83e6f653cebdeeeb5c8e57a39c4f4cf6010b3efa3");
    }

    @Test
    void aProofIsOfUseToOneNodeInOneSession() {
        byte[] proof = SECRET.proof(VERIFIER, session(1));

        assertThat(SECRET.accepts(proof, VERIFIER, session(1))).isTrue();
        assertThat(SECRET.accepts(proof, VERIFIER, session(2))).isFalse();
        assertThat(SECRET.accepts(proof, OTHER, session(1))).isFalse();
        assertThat(OneTimeSecret.parse("f".repeat(32)).accepts(proof, VERIFIER, session(1)))
                .isFalse();
        assertThat(SECRET.accepts(new byte[0], VERIFIER, session(1))).isFalse();
    }

    @Test
    void itShowsItselfOnlyWhereItIsWrittenDown() {
        assertThat(SECRET).hasToString("OneTimeSecret(secret)");
        assertThat(OneTimeSecret.parse(SECRET.text())).isEqualTo(SECRET);
        for (String bad : new String[] {"", "abc", "g".repeat(32), "0".repeat(33)}) {
            assertThatThrownBy(() -> OneTimeSecret.parse(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("not a one-time secret of 32 hexadecimal digits")
                    .hasNoCause();
        }
    }

    private static ByteBuffer session(int last) {
        return ByteBuffer.allocate(32).put(31, (byte) last);
    }
}
