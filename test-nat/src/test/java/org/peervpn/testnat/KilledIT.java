package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Whole nodes that are killed (SIGKILL) between two operations of {@code ip}, of every kind, in set-up and tear-down. The
 * routers alone are killed at every single operation elsewhere. All of them here too with {@code -Dpeervpn.kills=all}.
 */
@ExtendWith(LabExtension.class)
class KilledIT {
    private static final SitePlan EXIT = SitePlan.of("exit", NatType.PUBLIC).with(SiteFeature.IPV6);
    private static final SitePlan CLIENT =
            SitePlan.of("client", NatType.PORT_RESTRICTED).with(SiteFeature.ROUTER_ADVERTISEMENTS);
    private static final boolean ALL = "all".equals(System.getProperty("peervpn.kills"));

    /** Stands in the place of ip: kills its parent before the operation whose turn it is, and does those before. */
    private static final String FATAL_IP = """
            #!/bin/sh
            case "$*" in
              *-batch*) ;;
              *) exec DIR/ip.real "$@" ;;
            esac
            left=$(cat DIR/left)
            cat > DIR/batch
            lines=$(wc -l < DIR/batch)
            echo $((left - lines)) > DIR/left
            if [ "$left" -ge 0 ] && [ "$left" -lt "$lines" ]; then
              head -n "$left" DIR/batch | DIR/ip.real "$@"
              kill -KILL $PPID
              exit 1
            fi
            exec DIR/ip.real "$@" < DIR/batch
            """;

    @Test
    void machineOfAKilledExitIsRepaired(Lab lab) throws IOException {
        Coturn.start(lab);
        Peervpn exit = Peervpn.on(lab.add(EXIT).host());

        killAt(exit, List.of("--exit"), 1, 5, 8);
    }

    @Test
    void machineOfAKilledClientIsRepaired(Lab lab) throws IOException {
        Scenery scenery = Scenery.build(lab, EXIT, CLIENT);
        scenery.exit().startReady("--exit");

        killAt(scenery.client(), List.of("--connect=" + scenery.exit().line()), 4, 13, 22, 28);
    }

    private static void killAt(Peervpn node, List<String> options, int... moments) throws IOException {
        Host host = node.host();
        node.publicKey();
        Path directory = host.directory();
        Files.copy(Path.of("/usr/bin/ip"), directory.resolve("ip.real"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.writeString(directory.resolve("ip"), FATAL_IP.replace("DIR", directory.toString()));
        Files.setPosixFilePermissions(directory.resolve("ip"), PosixFilePermissions.fromString("rwxr-xr-x"));
        MachineState before = host.state();
        int[] all = ALL ? IntStream.range(0, 60).toArray() : moments;
        boolean nextStart = false;
        for (int moment : all) {
            Files.writeString(directory.resolve("left"), moment + "\n");
            node.beforeStart("mount --bind " + directory.resolve("ip") + " /usr/bin/ip");
            RunningProcess running = node.start(options.toArray(String[]::new));
            awaitReadyOrDead(running);
            if (running.isAlive()) {
                running.signal("TERM");
            }
            int exitCode = node.awaitExit();
            if (exitCode == 0) {
                assertThat(ALL)
                        .as("%d: there are not so many operations: %s", moment, Arrays.toString(all))
                        .isTrue();
                return;
            }
            Fault fault = new Fault("SIGKILL of the node before operation " + moment + " of ip, of " + host);
            assertThat(exitCode).isEqualTo(137);
            if (nextStart) {
                node.beforeStart("true");
                node.startReady(options.toArray(String[]::new));
                assertThat(node.end("TERM")).isZero();
            } else {
                node.call("--repair").orThrow();
            }
            assertThat(host.state().differencesFrom(before))
                    .as("killed before operation %d", moment)
                    .isEmpty();
            assertThat(FaultsIT.journals(host)).isEmpty();
            fault.hasCome(
                    (nextStart ? "the next start and its end leave" : "--repair leaves") + " the machine as before");
            nextStart = !nextStart;
        }
    }

    /** A node that is neither shows its threads, among what it prints. */
    private static void awaitReadyOrDead(RunningProcess node) {
        try {
            Lab.await(
                    "ready or dead",
                    Duration.ofSeconds(60),
                    () -> !node.isAlive() || node.output().contains("Ready.") ? node : null);
        } catch (ConditionTimeoutException e) {
            node.signal("QUIT");
            node.awaitLine("Full thread dump", Duration.ofSeconds(20));
            node.awaitLine("^JNI global ref|^Heap", Duration.ofSeconds(20));
            throw e;
        }
    }
}
