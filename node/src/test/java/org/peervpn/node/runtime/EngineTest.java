package org.peervpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.peervpn.node.NodeConfig;
import org.peervpn.tunnel.NoisePrivateKey;
import org.peervpn.tunnel.tun.Tun;
import org.peervpn.tunnel.tun.TunPair;

class EngineTest {
    @Test
    void workersAreDismissedIfTheDeviceHasNoQueueForEach() throws Exception {
        NodeConfig config = Rehearsal.config(NoisePrivateKey.generate(new SecureRandom()), List.of(), List.of());
        try (Engine engine = Engine.open(config, Rehearsal.OPTIONS, 2, InstantSource.system(), new NoMachine());
                TunPair pair = TunPair.open("one-queue", 1420);
                Tun tun = pair.tun()) {
            assertThat(engine.queues()).isEqualTo(2);
            assertThat(engine.port().workers()).isEqualTo(2);

            engine.writeTo(tun);

            assertThat(engine.port().workers()).isZero();
        }
    }
}
