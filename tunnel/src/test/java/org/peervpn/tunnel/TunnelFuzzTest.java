package org.peervpn.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;

class TunnelFuzzTest {
    /** Whatever arrives, a connected node counts it, says nothing, and stays connected. */
    @FuzzTest
    void anyDatagramIsDroppedQuietly(byte[] datagram) {
        Pair pair = Pair.connected();
        receive(pair, datagram);
    }

    /** The same from somebody who knows our public key, so that the curve gets to see it. */
    @FuzzTest
    void anyHandshakeWithAValidMac1IsDroppedQuietly(byte[] bytes) {
        Pair pair = Pair.connected();
        pair.left.tunnel.initiate(pair.toRight, Pair.seconds(10));
        boolean asInitiation = bytes.length > HandshakeResponse.LENGTH;
        byte[] message = Arrays.copyOf(bytes, asInitiation ? HandshakeInitiation.LENGTH : HandshakeResponse.LENGTH);
        byte[] begun = pair.left.lastSent();
        LittleEndian.putInt(message, 0, asInitiation ? HandshakeInitiation.TYPE : HandshakeResponse.TYPE);
        if (!asInitiation) {
            System.arraycopy(begun, 4, message, 8, 4); // the index that waits for a response
        }
        Macs.putMac1(message, Macs.mac1Key(pair.left.publicKey()));
        receive(pair, message);
    }

    private static void receive(Pair pair, byte[] datagram) {
        pair.left.sent.clear();
        pair.left.receive(pair.right.path, datagram, Pair.seconds(10));

        assertThat(pair.left.drops.values()).containsExactly(1);
        assertThat(pair.left.received).isEmpty();
        assertThat(pair.left.sent).isEmpty();
        assertThat(pair.toRight.isConnected(Pair.seconds(10))).isTrue();
        pair.sendFromRight("still there");
        pair.deliver();
        assertThat(pair.left.received).containsExactly("still there");
    }
}
