package org.peervpn.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peervpn.tunnel.NoisePublicKey;
import org.peervpn.tunnel.PresharedKey;

class PresharedKeysTest {
    private static final String PEER = "QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH0=";
    private static final String OTHER = "Ov7bM7OmTFuxrUwI63Q2F+ooLVQbqIJYb1F4mZ7QUk8=";
    private static final String PSK = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlYyE=";
    private static final String ZEROS = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    @Test
    void aLineIsForOnePeer() {
        PresharedKeys keys = PresharedKeys.parse("# friends\r\n\n  %s\t%s # home\r\n".formatted(PEER, PSK));

        assertThat(keys.of(NoisePublicKey.parse(PEER))).isEqualTo(PresharedKey.parse(PSK));
        assertThat(keys.has(NoisePublicKey.parse(PEER))).isTrue();
        assertThat(keys.of(NoisePublicKey.parse(OTHER))).isEqualTo(PresharedKey.NONE);
        assertThat(keys.has(NoisePublicKey.parse(OTHER))).isFalse();
    }

    @Test
    void nothingIsNone() {
        assertThat(PresharedKeys.parse("").of(NoisePublicKey.parse(PEER))).isEqualTo(PresharedKey.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PSK                 | line 1: not of the form PUBKEY PSK",
                "PEER PSK PSK        | line 1: not of the form PUBKEY PSK",
                "#~PEER#PSK          | line 2: not of the form PUBKEY PSK",
                "PSKPSK PEER         | line 1: the first word is not a WireGuard public key",
                "ZEROS PSK           | line 1: this public key is weak and cannot be anybody's",
                "PEER PSKPSK         | line 1: not a WireGuard preshared key (44 characters of base64, ending in =)",
                "PEER ZEROS          | line 1: a preshared key of zeros only is the same as none",
                "OTHER PSK~~PEER PSK~PEER PSK | line 4: this public key has a preshared key already",
            })
    void whatIsWrongIsToldWithItsLineAndNotShown(String form, String reason) {
        String text = form.replace("~", "\n")
                .replace("PSK", PSK)
                .replace("PEER", PEER)
                .replace("OTHER", OTHER)
                .replace("ZEROS", ZEROS);
        assertThatThrownBy(() -> PresharedKeys.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(reason)
                .satisfies(PresharedKeysTest::isAboutNoSecret);
    }

    private static void isAboutNoSecret(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            assertThat(cause.getMessage()).doesNotContain(PSK);
        }
    }

    @Test
    void theyPrintOnlyHowManyTheyAre() {
        assertThat(PresharedKeys.parse(PEER + " " + PSK)).hasToString("PresharedKeys(1, secret)");
    }
}
