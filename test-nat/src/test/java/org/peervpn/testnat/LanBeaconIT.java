package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two nodes in one local network without internet: no STUN server answers, and nobody knows where the other one is. */
@ExtendWith(LabExtension.class)
class LanBeaconIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration IN_VAIN = Duration.ofSeconds(15);
    private static final String NOWHERE = "@11.22.33.250:51820";

    @Test
    void theyMeetByTheirBeacons(Lab lab) {
        Site home = lab.add(SitePlan.of("home", NatType.PORT_RESTRICTED).withHosts(2));
        Peervpn exit = Peervpn.on(home.hosts().get(0));
        Peervpn client = Peervpn.on(home.hosts().get(1));

        exit.start("--listen", "--admission=known", "--allow=" + client.publicKey());
        client.start("--connect=" + exit.publicKey() + NOWHERE, "--no-exit");

        client.node().awaitLine("^Peer .* connected by .*$", PATIENCE);
        client.awaitReady();
        String endpoint =
                client.peer(exit.publicKey()).path("path").path("endpoint").asText();
        assertThat(Peervpn.texts(exit.info().path("localEndpoints"))).contains(endpoint);
    }

    @Test
    void whoDoesNotWantToBeFoundIsNot(Lab lab) {
        Site home = lab.add(SitePlan.of("home", NatType.PORT_RESTRICTED).withHosts(2));
        Peervpn exit = Peervpn.on(home.hosts().get(0));
        Peervpn client = Peervpn.on(home.hosts().get(1));

        exit.start("--listen", "--admission=known", "--allow=" + client.publicKey(), "--no-lan-beacon");
        client.start("--connect=" + exit.publicKey() + NOWHERE, "--no-exit");

        client.node().awaitLine("^No peer has answered for .*$", PATIENCE.plus(IN_VAIN));
        assertThat(client.status().path("state").asText()).isEqualTo("CONNECTING");
    }
}
