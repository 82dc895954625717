package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the kernel does for us on most machines is done without on the others. */
@ExtendWith(LabExtension.class)
class OffloadIT {
    private static final List<String> WITHOUT = List.of("--no-tun-offload", "--no-udp-offload", "--workers=0");
    private static final List<String> WITH_WORKERS = List.of("--workers=2");
    private static final List<String> WITH_WORKERS_ALONE =
            List.of("--no-tun-offload", "--no-udp-offload", "--workers=2");

    @Test
    void allTrafficFlowsWhereOneSideDoesWithout(Lab lab) {
        assertThatAllTrafficFlows(lab, WITHOUT, List.of());
    }

    @Test
    void allTrafficFlowsThroughWorkers(Lab lab) {
        Scenery scenery = assertThatAllTrafficFlows(lab, WITH_WORKERS, WITH_WORKERS);

        for (Peervpn node : List.of(scenery.exit(), scenery.client())) {
            String queues = node.host().output("ls", "/sys/class/net/peervpn0/queues");
            assertThat(queues).contains("tx-1").doesNotContain("tx-2");
            String sockets = node.host().output("ss", "-4uanH", "sport = " + Peervpn.PORT);
            assertThat(sockets.lines().filter(line -> line.contains("0.0.0.0:" + Peervpn.PORT)))
                    .as("that for a start, that for all that is rare, and those of the workers")
                    .hasSize(4);
        }
    }

    @Test
    void allTrafficFlowsThroughWorkersOfOneSideWithoutOffloads(Lab lab) {
        assertThatAllTrafficFlows(lab, WITH_WORKERS_ALONE, WITHOUT);
    }

    private static Scenery assertThatAllTrafficFlows(Lab lab, List<String> one, List<String> other) {
        Scenery scenery = Scenery.build(
                lab,
                SitePlan.of("exit", NatType.PUBLIC).with(SiteFeature.IPV6),
                SitePlan.of("client", NatType.PORT_RESTRICTED).with(SiteFeature.IPV6));

        connect(scenery, one, other);
        ExitAndClientIT.assertThatAllTrafficLeavesByTheExit(scenery);
        scenery.client().end("TERM");
        scenery.exit().end("TERM");
        connect(scenery, other, one);
        ExitAndClientIT.assertThatAllTrafficLeavesByTheExit(scenery);
        return scenery;
    }

    private static void connect(Scenery scenery, List<String> exit, List<String> client) {
        scenery.exit().startReady(with("--exit", exit));
        scenery.client().startReady(with("--connect=" + scenery.exit().line(), client));
    }

    private static String[] with(String mode, List<String> options) {
        return Stream.concat(Stream.of(mode), options.stream()).toArray(String[]::new);
    }
}
