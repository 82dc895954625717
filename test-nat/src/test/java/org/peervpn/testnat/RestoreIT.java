package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** However a node ends, its machine is as it was before: exit and client, with several kernel settings beforehand. */
@ExtendWith(LabExtension.class)
class RestoreIT {
    private static final SitePlan EXIT = SitePlan.of("exit", NatType.FULL_CONE).with(SiteFeature.ROUTER_ADVERTISEMENTS);
    private static final SitePlan CLIENT =
            SitePlan.of("client", NatType.PORT_RESTRICTED).with(SiteFeature.ROUTER_ADVERTISEMENTS);

    enum Ending {
        SIGINT {
            @Override
            void end(Peervpn node, String... options) {
                assertThat(node.end("INT")).isZero();
            }
        },
        SIGTERM {
            @Override
            void end(Peervpn node, String... options) {
                assertThat(node.end("TERM")).isZero();
            }
        },
        DOWN {
            @Override
            void end(Peervpn node, String... options) {
                node.call("--down").orThrow();
                assertThat(node.awaitExit()).isZero();
            }
        },
        KILL_AND_REPAIR {
            @Override
            void end(Peervpn node, String... options) {
                node.end("KILL");
                node.call("--repair").orThrow();
                node.call("--repair").orThrow(); // with nothing to do it succeeds too
            }
        },
        KILL_AND_NEXT_START {
            @Override
            void end(Peervpn node, String... options) {
                node.end("KILL");
                node.startReady(options);
                assertThat(node.end("TERM")).isZero();
            }
        };

        abstract void end(Peervpn node, String... options);
    }

    @ParameterizedTest
    @CsvSource({
        "SIGINT,              0, 0",
        "SIGTERM,             1, 0",
        "DOWN,                2, 0",
        "KILL_AND_REPAIR,     1, 0",
        "KILL_AND_NEXT_START, 2, 0",
        "SIGTERM,             0, 1"
    })
    void machinesAreAsBefore(Ending ending, int reversePathFilter, int forwarding, Lab lab) {
        Scenery scenery = Scenery.build(lab, EXIT, CLIENT);
        Host exit = scenery.exit().host();
        Host client = scenery.client().host();
        for (Host host : new Host[] {exit, client}) {
            host.sysctl(
                    "net.ipv4.ip_forward=" + forwarding,
                    "net.ipv4.conf.all.rp_filter=" + reversePathFilter,
                    "net.ipv4.conf.default.rp_filter=" + reversePathFilter,
                    "net.ipv4.conf.eth0.rp_filter=" + reversePathFilter);
        }
        MachineState exitBefore = exit.state();
        MachineState clientBefore = client.state();

        scenery.connect();
        String connect = "--connect=" + scenery.exit().line();
        assertThat(scenery.seenByWebOverIpv4(client))
                .isEqualTo(scenery.exitSite().publicAddress());
        assertThat(scenery.seenByWebOverIpv6(client)).isEqualTo(scenery.seenByWebOverIpv6(exit));
        assertThat(exit.output("ip", "-6", "route", "show", "default"))
                .as("an exit keeps the default route that its router advertises")
                .contains("proto ra");

        ending.end(scenery.client(), connect);
        ending.end(scenery.exit(), "--exit");

        assertThat(client.state().differencesFrom(clientBefore)).as("client").isEmpty();
        assertThat(exit.state().differencesFrom(exitBefore)).as("exit").isEmpty();
        assertThat(scenery.seenByWebOverIpv4(client))
                .isEqualTo(scenery.clientSite().publicAddress());
    }

    @ParameterizedTest
    @CsvSource({"SIGTERM", "KILL_AND_REPAIR"})
    void clientThatNeverReachedItsPeerHasChangedNothing(Ending ending, Lab lab) {
        Scenery scenery = Scenery.build(lab, EXIT, CLIENT);
        Host client = scenery.client().host();
        String connect =
                "--connect=" + scenery.exit().publicKey() + "@" + scenery.web().ipv4() + ":9";
        MachineState before = client.state();

        scenery.client().start(connect);
        Lab.await(
                "a node that tries",
                Duration.ofSeconds(20),
                () -> scenery.client().call("--status", "--json").succeeded() ? connect : null);
        assertThat(scenery.seenByWebOverIpv4(client))
                .isEqualTo(scenery.clientSite().publicAddress());
        ending.end(scenery.client(), connect);

        assertThat(client.state().differencesFrom(before)).isEmpty();
    }
}
