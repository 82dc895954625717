package org.peervpn.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.tunnel.Pair.seconds;

import java.util.Arrays;
import java.util.Map;
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

    @Test
    void aDatagramThatComesTwiceIsOpenedOnce() {
        Pair pair = Pair.connected();
        pair.sendFromLeft("ping");
        byte[] datagram = pair.left.outbox.remove();
        for (int i = 0; i < 3; i++) {
            pair.right.receive(pair.left.path, datagram, 0);
        }
        assertThat(pair.right.received).containsExactly("ping");
        assertThat(pair.right.drops).containsExactly(Map.entry(DropReason.REPLAYED, 2));
    }

    @Test
    void aForgeryDoesNotKeepTheTrueDatagramOut() {
        Pair pair = Pair.connected();
        pair.sendFromLeft("ping");
        byte[] datagram = pair.left.outbox.remove();
        byte[] forged = datagram.clone();
        forged[20] ^= 1;
        byte[] farAhead = datagram.clone();
        Arrays.fill(farAhead, 8, 14, (byte) 0xff); // a counter that would push the true one out of the window
        pair.right.receive(pair.left.path, forged, 0);
        pair.right.receive(pair.left.path, farAhead, 0);
        pair.right.receive(pair.left.path, datagram, 0);
        assertThat(pair.right.received).containsExactly("ping");
        assertThat(pair.right.drops).containsExactly(Map.entry(DropReason.NOT_AUTHENTIC, 2));
    }

    @Test
    void whatIsStillOnItsWayArrivesAfterARekey() {
        Pair pair = Pair.connected();
        pair.sendFromLeft("before");
        byte[] before = pair.left.outbox.remove();
        pair.nowNanos = seconds(10);
        pair.left.tunnel.initiate(pair.toRight, pair.nowNanos);
        pair.deliver();
        assertThat(pair.right.events).hasSize(2);
        pair.right.receive(pair.left.path, before, pair.nowNanos);
        assertThat(pair.right.received).containsExactly("before");
    }

    @Test
    void bytesAndPacketsAreCounted() {
        Pair pair = Pair.connected();
        pair.sendFromLeft("ping");
        pair.deliver();
        assertThat(pair.toRight.lane().txBytes()).isEqualTo(148 + 32 + 48);
        assertThat(pair.toLeft.lane().rxBytes()).isEqualTo(148 + 32 + 48);
        assertThat(pair.toLeft.lane().txBytes()).isEqualTo(92);
        assertThat(pair.toRight.lane().rxBytes()).isEqualTo(92);
        assertThat(pair.toRight.lane().txPackets()).isEqualTo(1);
        assertThat(pair.toLeft.lane().rxPackets()).isEqualTo(1);
    }

    @Test
    void whatIsNotWireGuardIsCounted() {
        Pair pair = Pair.connected();
        for (byte type : new byte[] {0, 5, -1}) {
            byte[] datagram = new byte[148];
            datagram[0] = type;
            pair.right.receive(pair.left.path, datagram, 0);
        }
        assertThat(pair.right.drops).containsExactly(Map.entry(DropReason.UNKNOWN_TYPE, 3));
    }
}
