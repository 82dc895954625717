package org.peervpn.node.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.Set;

class ControlCodecFuzzTest {
    private static final int HEADER_LENGTH = 3;
    private static final int MAX_LENGTH = HEADER_LENGTH + 1024;

    /** A payload is a hello that can be shown to people and said again, or it is none. */
    @FuzzTest
    void hello(byte[] payload) {
        ByteBuffer buffer = ByteBuffer.wrap(payload);
        assertThat(ControlCodec.isControl(buffer))
                .isEqualTo(payload.length > 0 && payload[0] >= 0 && payload[0] < 0x40);
        Hello hello = ControlCodec.decodeHello(buffer);
        assertThat(buffer).isEqualTo(ByteBuffer.wrap(payload)); // lent, and left as it was
        if (hello == null) {
            return;
        }
        assertThat(payload).hasSizeGreaterThanOrEqualTo(HEADER_LENGTH + length(payload));
        checkText(hello.name(), Hello.MAX_NAME_LENGTH);
        checkText(hello.version(), Hello.MAX_VERSION_LENGTH);
        assertThat(Set.of(4, 6)).containsAll(hello.exitFamilies());
        ByteBuffer again = ControlCodec.encode(hello);
        assertThat(again.remaining()).isLessThanOrEqualTo(MAX_LENGTH);
        assertThat(ControlCodec.decodeHello(again)).isEqualTo(hello);
        assertThat(ControlCodec.decodeHello(again.limit(again.limit() - 1))).isNull();
    }

    /** A payload is a notice that can be said again, or it is none; the same holds for a proof. */
    @FuzzTest
    void admission(byte[] payload) {
        ByteBuffer buffer = ByteBuffer.wrap(payload);
        AdmissionNotice notice = ControlCodec.decodeNotice(buffer);
        if (notice != null) {
            assertThat(notice.seconds()).isBetween(0, 24 * 3600);
            assertThat(ControlCodec.decodeNotice(ControlCodec.encode(notice))).isEqualTo(notice);
        }
        byte[] proof = ControlCodec.decodeProof(buffer);
        if (proof != null) {
            assertThat(proof).hasSizeLessThanOrEqualTo(64).hasSizeLessThan(payload.length);
            assertThat(ControlCodec.decodeProof(ControlCodec.encodeProof(proof)))
                    .isEqualTo(proof);
        }
        assertThat(buffer).isEqualTo(ByteBuffer.wrap(payload));
    }

    private static void checkText(String text, int maxLength) {
        assertThat(text.codePointCount(0, text.length())).isLessThanOrEqualTo(maxLength);
        assertThat(text)
                .doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]")
                .isEqualTo(text.strip());
    }

    private static int length(byte[] payload) {
        return (payload[1] & 0xff) << 8 | (payload[2] & 0xff);
    }
}
