package org.peervpn.nat.path;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LanBeaconTest {
    private static final int PORT = 51820;
    private static final long TODAY = 20_000;
    private static final int TAGS_OFFSET = 22;

    private final SecureRandom random = new SecureRandom();
    private final CheckKeys ours = keys(1, true);
    private final CheckKeys theirs = keys(1, false);
    private final CheckKeys strangers = keys(2, false);

    @Test
    void whoIsCalledKnowsTheCallerAndItsPort() {
        LanBeacon beacon = decoded(beacon(List.of(ours), TODAY));

        assertThat(beacon.port()).isEqualTo(PORT);
        assertThat(beacon.isFrom(theirs, TODAY)).isTrue();
        assertThat(beacon.isFrom(strangers, TODAY)).isFalse();
    }

    @Test
    void aBeaconDoesNotCallWhoSentIt() {
        assertThat(decoded(beacon(List.of(ours), TODAY)).isFrom(ours, TODAY)).isFalse();
    }

    @Test
    void clocksMayDifferByADay() {
        LanBeacon beacon = decoded(beacon(List.of(ours), TODAY));

        assertThat(beacon.isFrom(theirs, TODAY - 1)).isTrue();
        assertThat(beacon.isFrom(theirs, TODAY + 1)).isTrue();
        assertThat(beacon.isFrom(theirs, TODAY + 2)).isFalse();
    }

    @Test
    void manyPeersAreCalledAtOnce() {
        List<CheckKeys> called = IntStream.range(0, LanBeacon.MAX_TAGS)
                .mapToObj(i -> keys(i, true))
                .toList();
        LanBeacon beacon = decoded(beacon(called, TODAY));

        for (int i = 0; i < LanBeacon.MAX_TAGS; i++) {
            assertThat(beacon.isFrom(keys(i, false), TODAY)).isTrue();
        }
    }

    @Test
    void noTwoBeaconsHaveATagInCommonAndAllAreOfOneLength() {
        Set<Long> tags = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            ByteBuffer beacon = beacon(i < 5 ? List.of(ours) : List.of(ours, keys(3, true)), TODAY);
            assertThat(beacon.remaining()).isEqualTo(LanBeacon.LENGTH);
            for (int at = TAGS_OFFSET; at < beacon.limit(); at += Long.BYTES) {
                tags.add(beacon.getLong(at));
            }
        }
        assertThat(tags).hasSize(10 * LanBeacon.MAX_TAGS);
    }

    @Test
    void aTagHoldsForNoOtherPort() {
        ByteBuffer beacon = beacon(List.of(ours), TODAY);
        beacon.putShort(TAGS_OFFSET - 2, (short) (PORT + 1));

        assertThat(decoded(beacon).isFrom(theirs, TODAY)).isFalse();
    }

    @Test
    void whatIsNoBeaconIsNone() {
        ByteBuffer beacon = beacon(List.of(ours), TODAY);
        ByteBuffer noPort = beacon(List.of(ours), TODAY).putShort(TAGS_OFFSET - 2, (short) 0);
        ByteBuffer foreign = beacon(List.of(ours), TODAY).putInt(0, 1);
        ByteBuffer longer = ByteBuffer.allocate(LanBeacon.LENGTH + 1).put(beacon.duplicate());

        assertThat(LanBeacon.decode(ByteBuffer.allocate(0))).isNull();
        assertThat(LanBeacon.decode(beacon.duplicate().limit(LanBeacon.LENGTH - 1)))
                .isNull();
        assertThat(LanBeacon.decode(longer.rewind())).isNull();
        assertThat(LanBeacon.decode(noPort)).isNull();
        assertThat(LanBeacon.decode(foreign)).isNull();
    }

    private ByteBuffer beacon(List<CheckKeys> called, long day) {
        return LanBeacon.encode(called, PORT, day, random);
    }

    private static LanBeacon decoded(ByteBuffer beacon) {
        return requireNonNull(LanBeacon.decode(beacon));
    }

    private static CheckKeys keys(int pair, boolean smaller) {
        byte[] secret = new byte[CheckKeys.SECRET_LENGTH];
        secret[0] = (byte) pair;
        return new CheckKeys(secret, smaller);
    }
}
