package org.peervpn.node;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import org.bouncycastle.crypto.generators.SCrypt;
import org.peervpn.tunnel.NoisePublicKey;

/**
 * A secret that people tell one another and with which a stranger comes in. Prints as {@code Passcode(secret)}.
 *
 * <p>What leaves the node is only a proof made with a {@link PasscodeKey}. Deriving that is slow (scrypt, RFC 7914), so
 * that whoever learns a proof, which only the node that asked for it can, still has to pay for each guess.
 */
public final class Passcode {
    /** In characters. */
    public static final int MIN_LENGTH = 6;

    public static final int MAX_LENGTH = 128;

    /** 32 MiB, and about a tenth of a second. */
    private static final int COST = 1 << 15;

    private static final int BLOCK_SIZE = 8;
    private static final int PARALLELIZATION = 1;

    private final String text;

    private Passcode(String text) {
        this.text = text;
    }

    /** Blanks around it do not count; an {@link IllegalArgumentException} says what is wrong, without the text itself. */
    public static Passcode of(String text) {
        // The same letters typed on another keyboard may come as other characters.
        String normal = Normalizer.normalize(text.strip(), Normalizer.Form.NFC);
        if (normal.length() < MIN_LENGTH || normal.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "a passcode has " + MIN_LENGTH + " to " + MAX_LENGTH + " characters, this one " + normal.length());
        }
        if (normal.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("a passcode is one line of text");
        }
        return new Passcode(normal);
    }

    /** The key of proofs for one node. Slow: never on the loop. */
    public PasscodeKey keyFor(NoisePublicKey verifier) {
        return new PasscodeKey(SCrypt.generate(
                text.getBytes(StandardCharsets.UTF_8),
                verifier.bytes(),
                COST,
                BLOCK_SIZE,
                PARALLELIZATION,
                PasscodeKey.LENGTH));
    }

    @Override
    public String toString() {
        return "Passcode(secret)";
    }
}
