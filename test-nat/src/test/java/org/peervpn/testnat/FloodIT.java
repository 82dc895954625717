package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.peervpn.testnat.flood.FloodKind;

/** A flood costs time and nothing else; how much time, {@code scripts/flood} measures. */
@ExtendWith(LabExtension.class)
class FloodIT {
    private static final int PER_SECOND = 20_000;
    private static final Duration FLOODED = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int PINGS = 20;
    private static final Duration PING_INTERVAL = Duration.ofMillis(100);

    /** Of a node; see the limits in docs/protocol.md. */
    private static final int MAX_STRANGERS = 1024;

    @Test
    void nodeThatIsFloodedCarriesItsPeersPacketsAndFillsNoLog(Lab lab) {
        FloodScene scene = FloodScene.build(lab, "--workers=0");

        assertThatFloodsDoNoHarm(scene, FloodKind.values());
        assertThat(BadInputIT.names(scene.exit().status().path("drops")))
                .contains("kernel", "unknown_receiver", "overloaded", "stun", "too_many_control_messages");
    }

    /** The other kinds are for the loop, with workers or without. */
    @Test
    void nodeWhoseWorkersAreFloodedDoesSoToo(Lab lab) {
        FloodScene scene = FloodScene.build(lab, "--workers=2");

        assertThatFloodsDoNoHarm(scene, FloodKind.JUNK, FloodKind.CONTROL, FloodKind.GUESTS);
        assertThat(BadInputIT.names(scene.exit().status().path("drops")))
                .contains("kernel", "unknown_receiver", "too_many_control_messages");
    }

    private static void assertThatFloodsDoNoHarm(FloodScene scene, FloodKind... kinds) {
        RunningProcess node = scene.exit().node();
        for (FloodKind kind : kinds) {
            long before = admitted(scene);
            List<String> output = node.lines();
            RunningProcess flooder = scene.flood(kind, PER_SECOND, FLOODED);
            int lost = scene.lost(scene.ping(PINGS, PING_INTERVAL));
            assertThat(flooder.awaitExit(PATIENCE)).as(flooder.toString()).isZero();

            int peers = scene.exit().status().path("peers").size();
            assertThat(lost).as("pings lost in a flood of " + kind).isZero();
            assertThat(peers).as("peers after a flood of " + kind).isLessThanOrEqualTo(MAX_STRANGERS + 1);
            assertThat(node.lines().size() - output.size())
                    .as("lines told in a flood of " + kind + ": " + node.lines())
                    .isLessThanOrEqualTo(2 * (int) (admitted(scene) - before));
        }
    }

    private static long admitted(FloodScene scene) {
        return StreamSupport.stream(scene.exit().status().path("peers").spliterator(), false)
                .filter(peer -> peer.path("admitted").asBoolean())
                .count();
    }
}
