package org.peervpn.testnat.sim;

import java.util.SplittableRandom;
import java.util.function.IntPredicate;

/** Which external port a new mapping gets (RFC 4787, section 4.2). */
final class PortAllocator {
    private static final int FIRST = 1024;
    private static final int COUNT = 65_536 - FIRST;
    private static final int STABLE_FIRST = 20_000;
    private static final int STABLE_COUNT = 4096;
    private static final int SEQUENTIAL_FIRST = 40_000;
    private static final int SEQUENTIAL_COUNT = 4096;

    private final NatBehavior behavior;
    private final SplittableRandom random;
    private int salt;
    private int next;

    PortAllocator(NatBehavior behavior, SplittableRandom random) {
        this.behavior = behavior;
        this.random = random;
        reboot();
    }

    void reboot() {
        salt = random.nextInt();
        next = random.nextInt(SEQUENTIAL_COUNT);
    }

    /** The first free one from where the kind of allocation begins. */
    int port(NatBox.MappingKey key, IntPredicate isFree) {
        int port = first(key);
        for (int tries = 0; !isFree.test(port) && tries < COUNT; tries++) {
            port = FIRST + (port - FIRST + 1) % COUNT;
        }
        return port;
    }

    private int first(NatBox.MappingKey key) {
        return switch (behavior.ports()) {
            case PRESERVED -> key.internal().getPort();
            case SEQUENTIAL -> {
                next = (next + behavior.portStep()) % SEQUENTIAL_COUNT;
                yield SEQUENTIAL_FIRST + next;
            }
            case RANDOM ->
                behavior.stableRandom()
                        ? STABLE_FIRST + Math.floorMod(scatter(key.hashCode() + salt), STABLE_COUNT)
                        : other();
        };
    }

    /** Any. */
    int other() {
        return FIRST + random.nextInt(COUNT);
    }

    /** The last step of MurmurHash3: neighbours become strangers. */
    private static int scatter(int hash) {
        int mixed = (hash ^ hash >>> 16) * 0x85ebca6b;
        mixed = (mixed ^ mixed >>> 13) * 0xc2b2ae35;
        return mixed ^ mixed >>> 16;
    }
}
