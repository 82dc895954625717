package org.peervpn.testnat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@code --monitor-nat} beside a running node. */
@ExtendWith(LabExtension.class)
class MonitorNatIT {
    /** A look is due every 10 s. */
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @Test
    void aNatThatChangesItsPortIsNoticed(Lab lab) {
        Coturn.start(lab);
        Site site = lab.add(SitePlan.of("exit", NatType.PORT_RESTRICTED));
        Peervpn exit = Peervpn.on(site.host());
        String before = site.publicAddress() + ":" + Peervpn.PORT;
        String after = site.publicAddress() + ":41000";

        exit.start("--exit", "--monitor-nat");
        exit.node().awaitLine("^NAT: discovered " + before + "$", PATIENCE);
        exit.node().awaitLine("^NAT: persistent " + before + " \\(unchanged\\)$", PATIENCE);
        site.router().nft("""
                table ip changed {
                  chain postrouting {
                    type nat hook postrouting priority 50;
                    oifname wan meta l4proto udp snat to %s:41000
                  }
                }
                """.formatted(site.publicAddress()));
        site.router().output("conntrack", "-F");

        exit.node().awaitLine("^NAT: changed: " + before + " -> " + after + "$", PATIENCE);
        exit.node().awaitLine("^NAT: persistent " + after + " \\(unchanged\\)$", PATIENCE);
    }
}
