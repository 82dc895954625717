package org.peervpn.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class PasscodeKeyTest {
    private static final String PROOF = "0481ae669e9d383e7b956ec5f42d0ce80ff0e885b568cd460cd30394c1747875";

    private final PasscodeKey key = new PasscodeKey(counting());

    private static byte[] counting() {
        byte[] bytes = new byte[PasscodeKey.LENGTH];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    /** By Python: hmac.new(bytes(range(32)), b"peervpn passcode proof 1" + bytes(32), "sha256"). */
    @Test
    void theProofIsAsTheDocumentationSays() {
        assertThat(HexFormat.of().formatHex(key.proof(ByteBuffer.allocate(32)))).isEqualTo(PROOF);
    }

    @Test
    void aProofIsOfUseInOneSession() {
        byte[] proof = HexFormat.of().parseHex(PROOF);

        assertThat(key.accepts(proof, ByteBuffer.allocate(32))).isTrue();
        assertThat(key.accepts(proof, ByteBuffer.allocate(32).put(31, (byte) 1)))
                .isFalse();
        assertThat(key.accepts(new byte[0], ByteBuffer.allocate(32))).isFalse();
        assertThat(new PasscodeKey(new byte[PasscodeKey.LENGTH]).accepts(proof, ByteBuffer.allocate(32)))
                .isFalse();
    }
}
