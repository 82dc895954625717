package org.peervpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.peervpn.node.diagnostics.InternetChecks.Trial;

class LoopbackTrialTest {

    @Test
    void twoTunnelsExchangePacketsOverRealSockets() throws IOException {
        Trial trial = LoopbackTrial.run();

        assertThat(trial.delivered()).isTrue();
        assertThat(trial.handshakeMillis()).isPositive();
        assertThat(trial.megabytesPerSecond()).isPositive();
    }
}
