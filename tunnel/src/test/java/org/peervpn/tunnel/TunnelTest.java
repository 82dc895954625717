package org.peervpn.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TunnelTest {
    @Test
    void aPacketTravelsBothWays() {
        Pair pair = new Pair();
        pair.sendFromLeft("ping");
        pair.deliver();
        pair.sendFromRight("pong");
        pair.deliver();

        assertThat(pair.right.received).containsExactly("ping");
        assertThat(pair.left.received).containsExactly("pong");
        assertThat(pair.left.sentTypes()).containsExactly(1, 4);
        assertThat(pair.right.sentTypes()).containsExactly(2, 4);
        assertThat(pair.left.events).containsExactly("connected as initiator");
        assertThat(pair.right.events).containsExactly("connected as responder");
        assertThat(pair.left.drops).isEmpty();
        assertThat(pair.right.drops).isEmpty();
    }
}
