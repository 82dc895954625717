package org.peervpn.testnat.sim;

import java.security.SecureRandom;
import java.util.SplittableRandom;

/** The same numbers in every run, for what asks for secure ones. */
final class SeededRandom extends SecureRandom {
    private final transient SplittableRandom random;

    SeededRandom(long seed) {
        random = new SplittableRandom(seed);
    }

    @Override
    public void nextBytes(byte[] bytes) {
        random.nextBytes(bytes);
    }
}
