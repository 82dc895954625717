package org.peervpn.node.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.time.Instant;
import java.util.List;
import org.peervpn.node.Endpoint;
import org.peervpn.node.Origin;
import org.peervpn.node.Remembered;
import org.peervpn.node.Remembered.RememberedPeer;
import org.peervpn.node.control.Hello;
import org.peervpn.tunnel.NoisePublicKey;

class PeersTextFuzzTest {
    private static final NoisePublicKey KEY = NoisePublicKey.parse("QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH0=");

    /** A text is read as what it would be written as, or is refused in one line; as a peer's name it can be remembered. */
    @FuzzTest
    void text(byte[] input) {
        checkName(input);
        Remembered remembered;
        try {
            remembered = PeersText.read(new String(input, UTF_8));
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).matches("[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]{1,400}");
            return;
        }
        assertThat(remembered.peers()).hasSizeLessThanOrEqualTo(Remembered.MAX_ENTRIES);
        assertThat(remembered.peers()).extracting(RememberedPeer::key).doesNotHaveDuplicates();
        assertThat(remembered.peers()).noneMatch(peer -> peer.key().isWeak());
        assertThat(PeersText.read(PeersText.write(remembered))).isEqualTo(remembered);
    }

    /** Whatever a peer calls itself, the file can be read again: a node that cannot read it does not start. */
    private static void checkName(byte[] input) {
        String name = Hello.printable(new String(input, UTF_8), Hello.MAX_NAME_LENGTH);
        List<Endpoint> endpoints = List.of(Endpoint.parse("[2001:db8::1]:51820"));
        RememberedPeer peer = new RememberedPeer(KEY, name, Origin.LINE, null, endpoints, Instant.EPOCH);
        Remembered remembered = new Remembered(List.of(peer), List.of(KEY));

        assertThat(PeersText.read(PeersText.write(remembered))).isEqualTo(remembered);
    }
}
