package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.peervpn.testnat.tool.LineClient;
import org.peervpn.testnat.tool.PausingServer;

/** Sessions from outside to a machine on which a client runs, as of somebody who works on it over SSH. */
@ExtendWith(LabExtension.class)
class SshSessionIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final String PORT = "22";
    /** Longer than it takes to connect: so the server speaks first, through rules that did not see the session begin. */
    private static final String PAUSE = "20";

    @Test
    void sessionsOpenedBeforeAndAfterConnectSurvive(Lab lab) {
        Scenery scenery = Scenery.build(
                lab,
                SitePlan.of("exit", NatType.PUBLIC).with(SiteFeature.IPV6),
                SitePlan.of("client", NatType.PUBLIC).with(SiteFeature.IPV6));
        Host client = scenery.client().host();
        client.startJava(PausingServer.class, PORT).awaitLine("listening", PATIENCE);
        scenery.exit().startReady("--exit");
        String connect = "--connect=" + scenery.exit().line();
        List<RunningProcess> before = sessions(scenery.web(), client);
        before.forEach(session -> session.sendLine(PAUSE));

        scenery.client().startReady(connect);

        assertThat(scenery.seenByWebOverIpv4(client))
                .isEqualTo(scenery.exitSite().publicAddress());
        assertThat(before).allSatisfy(session -> assertThat(session.output()).containsExactly("welcome"));
        List<RunningProcess> after = sessions(scenery.web(), client);
        after.forEach(session -> session.sendLine("5"));
        after.forEach(session -> session.awaitLine("after 5", PATIENCE));
        before.forEach(session -> session.awaitLine("after " + PAUSE, PATIENCE));
        before.forEach(session -> session.sendLine("1"));
        before.forEach(session -> session.awaitLine("after 1", PATIENCE));
    }

    private static List<RunningProcess> sessions(Host from, Host to) {
        List<RunningProcess> sessions = new ArrayList<>();
        for (String address : List.of(to.ipv4(), to.ipv6())) {
            RunningProcess session = from.startJava(LineClient.class, address, PORT);
            session.awaitLine("welcome", PATIENCE);
            sessions.add(session);
        }
        return sessions;
    }
}
