package org.peervpn.node.invitation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.peervpn.tunnel.NoisePublicKey;

class CheckWordsTest {

    @Test
    void bothEndsHaveTheSameWordsAndOthersHaveOthers() {
        NoisePublicKey third = NoisePublicKey.parse("Ov7bM7OmTFuxrUwI63Q2F+ooLVQbqIJYb1F4mZ7QUk8=");

        assertThat(CheckWords.of(Invitations.KEY, Invitations.OTHER))
                .hasSize(CheckWords.COUNT)
                .isEqualTo(CheckWords.of(Invitations.OTHER, Invitations.KEY))
                .isNotEqualTo(CheckWords.of(Invitations.KEY, third));
    }

    /** Two versions of the program must say the same words. */
    @Test
    void theWordsStayAsTheyAre() throws NoSuchAlgorithmException {
        assertThat(WordList.WORDS)
                .hasSize(1024)
                .doesNotHaveDuplicates()
                .isSorted()
                .allMatch(word -> word.matches("[a-z]{3,8}"));
        byte[] hash = MessageDigest.getInstance("SHA-256")
                .digest(String.join(" ", WordList.WORDS).getBytes(StandardCharsets.US_ASCII));
        assertThat(HexFormat.of().formatHex(hash)).startsWith("13d7b35fe77b009a");
        assertThat(String.join(" ", CheckWords.of(Invitations.KEY, Invitations.OTHER)))
                .isEqualTo("saturn perfume scarf kiosk");
    }
}
