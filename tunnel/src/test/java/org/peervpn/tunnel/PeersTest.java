package org.peervpn.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.peervpn.tunnel.Pair.seconds;

import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class PeersTest {
    private final SecureRandom random = new TestRandom(5);

    @Test
    void aFullTunnelTakesNoStrangerAndAsksNobody() {
        Node node = new Node("full", 1);
        for (int i = 0; i < Peers.MAX_PEERS; i++) {
            node.tunnel.addPeer(config(0));
        }
        assertThatThrownBy(() -> node.tunnel.addPeer(config(0))).isInstanceOf(IllegalStateException.class);

        node.admission = key -> new PeerConfig(key, PresharedKey.NONE, 0);
        Node stranger = new Node("stranger", 2);
        Peer peer = stranger.tunnel.addPeer(new PeerConfig(node.publicKey(), PresharedKey.NONE, 0));
        stranger.tunnel.initiate(peer, 0);
        node.receive(stranger.path, stranger.lastSent(), 0);
        assertThat(node.drops(DropReason.UNKNOWN_PEER)).isEqualTo(1);
        assertThat(node.events).isEmpty();
    }

    @Test
    void eachOfAThousandPeersIsServedInItsTime() {
        Node node = new Node("hub", 1);
        for (int i = 0; i < 1000; i++) {
            node.tunnel.addPeer(config(seconds(25)));
        }
        long nowNanos = 0;
        while (node.tunnel.nextDeadlineNanos() < seconds(60)) {
            nowNanos = Math.max(nowNanos, node.tunnel.nextDeadlineNanos());
            node.tunnel.onTimeout(nowNanos);
            assertThat(node.tunnel.nextDeadlineNanos()).isGreaterThan(nowNanos);
        }
        // One at once, then each 5 to 5.333 seconds.
        assertThat(node.sent).hasSize(12_000);
        assertThat(node.tunnel.indicesInUse()).isEqualTo(1000);
    }

    private PeerConfig config(long persistentKeepaliveNanos) {
        byte[] key = new byte[32];
        random.nextBytes(key);
        return new PeerConfig(NoisePublicKey.of(key), PresharedKey.NONE, persistentKeepaliveNanos);
    }
}
