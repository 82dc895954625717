package org.peervpn.nat.path;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

class LanBeaconFuzzTest {
    private static final CheckKeys KEYS = new CheckKeys(new byte[CheckKeys.SECRET_LENGTH], true);

    /** Whatever comes is a beacon of nobody that we know, or none. */
    @FuzzTest
    void receive(byte[] datagram) {
        ByteBuffer buffer = ByteBuffer.wrap(datagram);
        LanBeacon beacon = LanBeacon.decode(buffer);
        assertThat(buffer).isEqualTo(ByteBuffer.wrap(datagram)); // lent, and left as it was
        if (beacon != null) {
            assertThat(datagram).hasSize(LanBeacon.LENGTH);
            assertThat(beacon.port()).isBetween(1, 65_535);
            assertThat(beacon.isFrom(KEYS, 0)).isFalse();
        }
    }
}
