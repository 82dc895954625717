package org.peervpn.tunnel;

import java.security.SecureRandom;
import java.util.Random;

/** The same numbers in every run. */
final class TestRandom extends SecureRandom {
    private final Random random;

    TestRandom(long seed) {
        random = new Random(seed);
    }

    @Override
    public void nextBytes(byte[] bytes) {
        random.nextBytes(bytes);
    }
}
