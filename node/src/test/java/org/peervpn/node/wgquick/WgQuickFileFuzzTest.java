package org.peervpn.node.wgquick;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.peervpn.node.wgquick.WgQuickFile.WgQuickPeer;

/** Whatever is in a file, it is a configuration that can be used, or is refused in one line. */
class WgQuickFileFuzzTest {

    @FuzzTest
    void text(byte[] input) {
        WgQuickFile file;
        try {
            file = WgQuickFile.parse(new String(input, UTF_8));
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).matches("[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]{1,400}");
            return;
        }
        assertThat(file.peers())
                .hasSizeBetween(1, WgQuickFile.MAX_PEERS)
                .allSatisfy(peer -> assertThat(peer.publicKey().isWeak()).isFalse());
        assertThat(file.peers()).extracting(WgQuickPeer::publicKey).doesNotHaveDuplicates();
        assertThat(file.notHonoured()).allMatch(name -> name.matches("[A-Za-z]{1,32}"));
    }
}
