package org.peervpn.node.control;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

class ControlCodecFuzzTest {

    @FuzzTest
    void neverThrows(byte[] payload) {
        ByteBuffer buffer = ByteBuffer.wrap(payload);
        if (ControlCodec.isControl(buffer)) {
            ControlCodec.decodeHello(buffer);
        }
    }
}
