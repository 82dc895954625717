package org.peervpn.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetSocketAddress;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What people copy to one another: a text is what it says, and says it in one way; or it is refused in one line. */
class EndpointFuzzTest {
    private static final Pattern NAME = Pattern.compile("[a-z0-9_.-]{1,254}");

    @FuzzTest
    void text(byte[] input) {
        String text = new String(input, UTF_8);
        checkEndpoint(text);
        checkConnectLine(text);
        assertThat(PeerId.hasForm(text)).isEqualTo(text.matches("([0-9]{6}-){2}[0-9]{6}"));
    }

    private static void checkEndpoint(String text) {
        Endpoint endpoint;
        try {
            endpoint = Endpoint.parse(text);
        } catch (IllegalArgumentException e) {
            checkMessage(e);
            return;
        }
        assertThat(Endpoint.parse(endpoint.toString())).isEqualTo(endpoint);
        assertThat(endpoint.toString()).hasSizeLessThanOrEqualTo(text.length());
        assertThat(endpoint.toString())
                .isEqualToIgnoringCase(text.replaceFirst(":0+(?=\\d+$)", ":"))
                .isASCII();
        assertThat(endpoint.port()).isBetween(1, 65_535);
        InetSocketAddress literal = endpoint.literal();
        if (literal == null) {
            assertThat(endpoint.host()).matches(NAME);
        } else {
            assertThat(literal.isUnresolved()).isFalse();
            assertThat(Endpoint.parse(Endpoint.text(literal)).literal()).isEqualTo(literal);
            // Only what is written in full, or in brackets, is an address.
            assertThat(text).matches("(0|[1-9]\\d*)(\\.(0|[1-9]\\d*)){3}:\\d+|\\[[0-9a-fA-F:.]+\\]:\\d+");
        }
    }

    private static void checkConnectLine(String text) {
        ConnectLine line = connectLine(text);
        if (line != null) {
            assertThat(connectLine(line.toString())).isEqualTo(line);
            if (line.invitation() == null) {
                assertThat(line.toString()).startsWith(text.substring(0, 45));
            }
            assertThat(line.publicKey().isWeak()).isFalse();
            assertThat(PeerId.hasForm(PeerId.of(line.publicKey()).text())).isTrue();
        }
    }

    private static @Nullable ConnectLine connectLine(String text) {
        try {
            return ConnectLine.parse(text);
        } catch (IllegalArgumentException e) {
            checkMessage(e);
            return null;
        }
    }

    private static void checkMessage(IllegalArgumentException e) {
        assertThat(e.getMessage()).matches("[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]{1,400}");
    }
}
