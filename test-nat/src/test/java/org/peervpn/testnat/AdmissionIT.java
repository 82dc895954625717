package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who comes in, and what those are told who do not. */
@ExtendWith(LabExtension.class)
class AdmissionIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static Scenery scenery(Lab lab) {
        return Scenery.build(lab, SitePlan.of("exit", NatType.PUBLIC), SitePlan.of("client", NatType.PORT_RESTRICTED));
    }

    private static Path passcode(Host host, String text) throws IOException {
        Path file = Files.createTempFile(
                host.directory(),
                "passcode",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, text + "\n");
    }

    @Test
    void thePasscodeOpensTheDoorAndAWrongOneDoesNot(Lab lab) throws IOException {
        Scenery scenery = scenery(lab);
        Peervpn exit = scenery.exit();
        Peervpn client = scenery.client();
        exit.startReady("--exit", "--passcode-file=" + passcode(exit.host(), "correct horse"));
        String connect = "--connect=" + exit.line();
        MachineState before = client.host().state();

        client.start(connect);
        assertThat(client.awaitExit()).isEqualTo(1);
        assertThat(client.node().errors())
                .last()
                .isEqualTo(
                        "peervpn: the peer asks for a passcode: give it by --passcode-file=FILE or PEERVPN_PASSCODE");
        client.start(connect, "--passcode-file=" + passcode(client.host(), "battery staple"));
        assertThat(client.awaitExit()).isEqualTo(1);
        assertThat(client.node().errors()).last().isEqualTo("peervpn: wrong passcode: the peer does not let us in");
        assertThat(client.node().output()).doesNotContain("Ready.");
        assertThat(client.host().state()).isEqualTo(before);
        assertThat(exit.peer(client.publicKey()).path("admitted").asBoolean()).isFalse();

        client.startReady(connect, "--passcode-file=" + passcode(client.host(), "correct horse"));
        assertThat(scenery.seenByWebOverIpv4(client.host()))
                .isEqualTo(scenery.exitSite().publicAddress());
    }

    @Test
    void whoWasLetInIsRememberedAndWhoWasRemovedToo(Lab lab) throws IOException {
        Scenery scenery = scenery(lab);
        Peervpn exit = scenery.exit();
        Peervpn client = scenery.client();
        exit.startReady("--exit", "--passcode-file=" + passcode(exit.host(), "correct horse"));
        client.startReady("--connect=" + exit.line(), "--passcode-file=" + passcode(client.host(), "correct horse"));
        exit.end("TERM");

        exit.startReady("--exit", "--passcode-file=" + passcode(exit.host(), "another passcode"));
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(scenery.seenByWebOverIpv4(client.host()))
                        .isEqualTo(scenery.exitSite().publicAddress()));

        exit.call("--remove=" + client.publicKey()).orThrow();
        exit.end("KILL");
        exit.startReady("--exit");
        client.end("TERM");
        client.start("--connect=" + exit.line(), "--timeout=5");
        assertThat(client.awaitExit()).isEqualTo(4);
        assertThat(exit.status().path("peers")).isEmpty();
    }

    @Test
    void theOperatorLetsInByCommand(Lab lab) {
        Scenery scenery = scenery(lab);
        Peervpn exit = scenery.exit();
        Peervpn client = scenery.client();
        exit.startReady("--exit", "--admission=ask");

        client.start("--connect=" + exit.line());
        exit.node()
                .awaitLine(
                        "asks to be let in, from .*, key " + client.publicKey().replace("+", "\\+"), PATIENCE);
        client.node()
                .awaitLine(
                        "asks its operator whether to let us in\\. There: peervpn --admit=\\d{6}-\\d{6}-\\d{6}",
                        PATIENCE);
        assertThat(client.status().path("state").asText()).isEqualTo("CONNECTING");
        String id = exit.peer(client.publicKey()).path("peerId").asText();
        exit.call("--admit=" + id).orThrow();

        client.awaitReady();
        assertThat(scenery.seenByWebOverIpv4(client.host()))
                .isEqualTo(scenery.exitSite().publicAddress());
    }

    /** The exit runs in a terminal of its own, into which the operator types. */
    @Test
    void theOperatorLetsInAtTheTerminal(Lab lab) {
        Scenery scenery = scenery(lab);
        Peervpn exit = scenery.exit();
        Peervpn client = scenery.client();
        String line = exit.line();
        String command = String.join(" ", exit.commandLine("--exit", "--admission=ask"));
        RunningProcess terminal = exit.host().start("script", "--quiet", "--return", "--command", command, "/dev/null");
        terminal.awaitLine("^Ready\\.\\s*$", PATIENCE);

        client.start("--connect=" + line);
        terminal.awaitLine("Let it in\\? Type yes or no, then Enter\\.", PATIENCE);
        terminal.sendLine("perhaps");
        terminal.sendLine("yes");

        client.awaitReady();
        terminal.awaitLine("It is let in, now and later\\.", PATIENCE);
        assertThat(scenery.seenByWebOverIpv4(client.host()))
                .isEqualTo(scenery.exitSite().publicAddress());
        exit.call("--down").orThrow();
        assertThat(terminal.awaitExit(PATIENCE)).isZero();
    }
}
