package org.peervpn.nat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

class StunCodecFuzzTest {

    /** Whatever arrives is a message or none, and the lent buffer stays as it was. */
    @FuzzTest(maxDuration = "5m")
    void decodeThrowsNothing(byte[] datagram) {
        ByteBuffer buffer = ByteBuffer.wrap(datagram);
        StunMessage message = StunCodec.decode(buffer);

        if (message != null && !StunCodec.isStun(buffer)) {
            throw new AssertionError("read what is not STUN");
        }
        if (buffer.position() != 0 || buffer.limit() != datagram.length) {
            throw new AssertionError("the lent buffer was moved");
        }
    }
}
