package org.peervpn.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.peervpn.tunnel.NoisePublicKey;
import org.peervpn.tunnel.PresharedKey;

class PresharedKeysFuzzTest {

    /** Every line with content is a key and is found again, or the file is refused without a word of it. */
    @FuzzTest
    void text(byte[] input) {
        String text = new String(input, UTF_8);
        PresharedKeys keys;
        try {
            keys = PresharedKeys.parse(text);
        } catch (IllegalArgumentException e) {
            // None of the messages has a word as long as a key in it, or any text that is not ours.
            assertThat(e.getMessage()).matches("line [1-9][0-9]*: [ -~]{1,100}").doesNotContainPattern("\\S{20}");
            return;
        }
        text.lines()
                .map(line -> line.replaceFirst("#.*", "").strip())
                .filter(line -> !line.isEmpty())
                .forEach(line -> {
                    String[] words = line.split("\\s+", -1);
                    assertThat(keys.of(NoisePublicKey.parse(words[0]))).isEqualTo(PresharedKey.parse(words[1]));
                });
    }
}
