package org.peervpn.tunnel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.regex.Pattern;

class KeysFuzzTest {
    /** 256 bits in 43 characters, of which the last carries four bits only. */
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=");

    /** A text is a key of each kind, which is written in just this way, or is refused; a secret is never repeated. */
    @FuzzTest
    void text(byte[] input) {
        String text = new String(input, UTF_8);
        if (!KEY.matcher(text).matches()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> NoisePublicKey.parse(text))
                    .satisfies(e -> assertThat(e.getMessage()).matches("[^\\p{C}\\p{Zl}\\p{Zp}]{1,200}"));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> NoisePrivateKey.parse(text))
                    .withMessage("not a WireGuard private key " + KeyText.FORM);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> PresharedKey.parse(text))
                    .withMessage("not a WireGuard preshared key " + KeyText.FORM);
            return;
        }
        NoisePublicKey publicKey = NoisePublicKey.parse(text);
        assertThat(publicKey).hasToString(text).isEqualTo(NoisePublicKey.of(publicKey.bytes()));
        NoisePrivateKey privateKey = NoisePrivateKey.parse(text);
        assertThat(privateKey.encodeSecret()).isEqualTo(text);
        assertThat(privateKey.publicKey().isWeak()).isFalse();
        byte[] agreed = privateKey.agree(publicKey);
        assertThat(agreed == null).isEqualTo(publicKey.isWeak());
        assertThat(PresharedKey.parse(text).bytes()).isEqualTo(publicKey.bytes());
        assertThat(privateKey + "" + PresharedKey.parse(text)).doesNotContain(text);
    }
}
