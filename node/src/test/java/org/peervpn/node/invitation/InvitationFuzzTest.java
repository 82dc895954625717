package org.peervpn.node.invitation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.control.Hello;

/** Whatever people paste is an invitation that can be shown, used and said again, or is refused in one line. */
class InvitationFuzzTest {

    @FuzzTest
    void text(byte[] input) {
        Invitation invitation = parse(new String(input, UTF_8));
        if (invitation != null) {
            check(invitation);
        }
    }

    /** The fields behind a header, with the length and the checksum as they have to be. */
    @FuzzTest
    void bytes(byte[] input) throws NoSuchAlgorithmException {
        byte[] content = Arrays.copyOf(input, Math.min(500, input.length));
        ByteBuffer bytes = ByteBuffer.allocate(2 + content.length + 4)
                .putShort((short) (2 + content.length + 4))
                .put(content);
        byte[] sum = MessageDigest.getInstance("SHA-256").digest(Arrays.copyOf(bytes.array(), 2 + content.length));
        Invitation invitation = parse(CodeText.encode(bytes.put(sum, 0, 4).array()));
        if (invitation != null) {
            check(invitation);
        }
    }

    private static void check(Invitation invitation) {
        assertThat(invitation.candidates())
                .hasSizeBetween(1, Invitation.MAX_CANDIDATES)
                .allSatisfy(candidate ->
                        assertThat(EndpointSanity.isSane(candidate.endpoint())).isTrue());
        assertThat(invitation.name()).isEqualTo(Hello.printable(invitation.name(), 32));
        assertThat(invitation.validUntil()).isAfter(invitation.created());
        assertThat(invitation.publicKey().isWeak()).isFalse();
        assertThat(Invitation.parse(invitation.code())).isEqualTo(invitation);
    }

    private static @Nullable Invitation parse(String text) {
        try {
            return Invitation.parse(text);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).matches("[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]{1,200}");
            return null;
        }
    }
}
