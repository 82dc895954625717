package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.testnat.BadInputIT.FAILED;
import static org.peervpn.testnat.BadInputIT.assertRefused;
import static org.peervpn.testnat.BadInputIT.call;
import static org.peervpn.testnat.BadInputIT.callAsNobody;
import static org.peervpn.testnat.BadInputIT.command;
import static org.peervpn.testnat.BadInputIT.home;
import static org.peervpn.testnat.BadInputIT.json;
import static org.peervpn.testnat.BadInputIT.names;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A running node, asked and told things by its command line. */
@ExtendWith(LabExtension.class)
class CommandLineIT {
    private static final String KEY = "QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH0=";
    private static final String PEER_ID = "139118-205156-230232";
    private static final String LINE = KEY + "@" + Lab.STUN_ADDRESS + ":9";
    private static final int NOBODY = 65_534;

    @Test
    void withoutANodeThereIsNobodyToTalkTo(Lab lab) {
        Host host = host(lab);

        for (String mode : new String[] {"--status", "--add=" + LINE, "--remove=" + KEY, "--down"}) {
            assertRefused(call(host, mode), FAILED, "no node is running in " + home(host));
        }
        Peervpn node = Peervpn.on(host);
        node.startReady("--exit");
        node.end("KILL");
        assertRefused(call(host, "--status"), FAILED, "no node is running in " + home(host));
        call(host, "--repair").orThrow();
    }

    @Test
    void infoIsTheSameWithAndWithoutANode(Lab lab) throws IOException {
        Coturn.start(lab);
        Host host = host(lab);
        Peervpn node = Peervpn.on(host);
        JsonNode before = node.info();
        assertThat(names(before))
                .containsExactly(
                        "peerId",
                        "publicKey",
                        "name",
                        "addresses",
                        "port",
                        "localEndpoints",
                        "publicEndpoint",
                        "confirmed",
                        "connect",
                        "code",
                        "version");
        assertThat(before.path("publicEndpoint").asText()).isEqualTo(host.ipv4() + ":51820");
        assertThat(before.path("confirmed").asBoolean()).isTrue();
        assertThat(before.path("connect").asText())
                .isEqualTo(before.path("publicKey").asText() + "@" + host.ipv4() + ":51820");

        node.startReady("--exit");

        ObjectNode during = (ObjectNode) json(call(host, "--info", "--json"));
        assertThat(during.path("code").asText()).startsWith("peervpn1");
        during.set("code", before.path("code")); // it tells when it was made, and whom its node admits
        assertThat(during).isEqualTo(before);
        assertThat(call(host, "--info").orThrow().output())
                .contains("Connect with:    peervpn --connect="
                        + before.path("connect").asText() + "\n");
        assertThat(node.node().output())
                .contains(
                        "Connect with:    peervpn --connect="
                                + before.path("connect").asText(),
                        "Ready.");
    }

    @Test
    void infoShowsThePortOfTheRunningNode(Lab lab) throws IOException {
        Host host = host(lab);
        Peervpn.on(host).startReady("--exit", "--port=4444", "--endpoint=vpn.example.org:99");

        JsonNode info = json(call(host, "--info", "--json"));

        assertThat(info.path("port").asInt()).isEqualTo(4444);
        assertThat(info.path("publicEndpoint").asText()).isEqualTo("vpn.example.org:99");
        assertThat(info.path("confirmed").asBoolean()).isTrue();
    }

    @Test
    void statusHasTheFieldsThatScriptsRelyOn(Lab lab) {
        Host host = host(lab);
        Peervpn node = Peervpn.on(host);
        node.startReady("--exit", "--allow=" + KEY);

        JsonNode status = node.status();

        assertThat(names(status))
                .containsExactly(
                        "state",
                        "peerId",
                        "publicKey",
                        "interface",
                        "addresses",
                        "port",
                        "publicEndpoint",
                        "nat",
                        "portMapping",
                        "exit",
                        "openInvitations",
                        "peers",
                        "drops");
        assertThat(status.path("state").asText()).isEqualTo("CONNECTED");
        assertThat(status.path("interface").asText()).isEqualTo("peervpn0");
        assertThat(status.path("publicEndpoint").isNull()).isTrue();
        assertThat(names(status.path("exit"))).containsExactly("offering", "using");
        JsonNode peer = status.path("peers").path(0);
        assertThat(names(peer))
                .containsExactly(
                        "peerId",
                        "publicKey",
                        "name",
                        "addresses",
                        "admitted",
                        "invitedAs",
                        "state",
                        "path",
                        "lastHandshakeSeconds",
                        "rxBytes",
                        "txBytes",
                        "rxPackets",
                        "txPackets");
        assertThat(peer.path("peerId").asText()).isEqualTo(PEER_ID);
        assertThat(peer.path("addresses")).as("what a stock client has to use").hasSize(2);
        assertThat(names(peer.path("path")))
                .containsExactly("type", "endpoint", "via", "rttMillis", "since", "why", "events");
        assertThat(peer.path("path").path("type").asText()).isEqualTo("NONE");
        assertThat(call(host, "--status").orThrow().output())
                .contains("State:           CONNECTED\n")
                .contains("Peer " + PEER_ID + "  CONNECTING\n");
    }

    @Test
    void peersComeAndGo(Lab lab) throws IOException {
        Host host = host(lab);
        Peervpn node = Peervpn.on(host);
        node.startReady("--listen");

        assertThat(call(host, "--add=" + LINE).orThrow().output()).isEqualTo("Calling " + PEER_ID + ".\n");
        assertThat(node.peer(KEY).path("admitted").asBoolean()).isTrue();
        assertThat(json(call(host, "--remove=" + PEER_ID, "--json"))
                        .path("peer")
                        .asText())
                .isEqualTo(PEER_ID);
        assertThat(node.peer(KEY).isMissingNode()).isTrue();
        assertThat(json(call(host, "--add=" + LINE, "--json")).path("peer").asText())
                .isEqualTo(PEER_ID);
        assertThat(call(host, "--remove=" + KEY).orThrow().output()).isEqualTo("Removed " + PEER_ID + ".\n");

        assertRefused(call(host, "--remove=" + KEY), FAILED, "");
        assertRefused(call(host, "--remove=nobody"), FAILED, "nobody");
        assertRefused(call(host, "--remove="), FAILED, "");
        assertRefused(call(host, "--remove=" + "x".repeat(20_000)), FAILED, "");
        assertRefused(call(host, "--add=" + node.publicKey() + "@1.2.3.4:5"), FAILED, "this node's own public key");
        assertThat(node.status().path("peers")).isEmpty();
    }

    @Test
    void downEndsTheNodeAndPutsTheMachineBack(Lab lab) throws IOException {
        Host host = host(lab);
        MachineState before = host.state();
        Peervpn node = Peervpn.on(host);
        for (String options : new String[] {"--down", "--down --json"}) {
            node.startReady("--exit");

            CommandResult down = call(host, options.split(" ", -1));

            assertThat(down.orThrow().errors()).isEmpty();
            assertThat(host.state().differencesFrom(before))
                    .as("already when --down returns")
                    .isEmpty();
            assertThat(node.awaitExit()).isZero();
            assertThat(node.node().errors()).isEmpty();
            assertRefused(call(host, "--status"), FAILED, "no node is running");
        }
    }

    @Test
    void nextNodeMayStartAsSoonAsDownHasReturned(Lab lab) {
        Host host = host(lab);
        Peervpn node = Peervpn.on(host);
        node.startReady("--exit");
        for (int i = 0; i < 3; i++) {
            call(host, "--down").orThrow();
            node.startReady("--exit");
            call(host, "--status").orThrow();
        }
    }

    @Test
    void otherUsersMayNotTalkToTheNode(Lab lab) throws IOException {
        Host host = host(lab);
        Peervpn.on(host).startReady("--exit");
        Files.setPosixFilePermissions(home(host), PosixFilePermissions.fromString("rwxr-xr-x"));

        for (String mode : new String[] {"--status", "--add=" + LINE, "--remove=" + KEY, "--down", "--info"}) {
            assertRefused(callAsNobody(host, mode), FAILED, "may not talk to the running node");
        }
        Files.setPosixFilePermissions(home(host), PosixFilePermissions.fromString("rwx------"));
        assertRefused(callAsNobody(host, "--status"), FAILED, "may not talk to the running node");
        call(host, "--status").orThrow();
    }

    @Test
    void ownerOfTheHomeMayTalkToTheNodeThatSudoStarted(Lab lab) throws IOException {
        Host host = host(lab);
        Files.createDirectory(home(host));
        Files.setAttribute(home(host), "unix:uid", NOBODY);
        String[] node =
                command(List.of("env", "SUDO_UID=" + NOBODY, "SUDO_GID=" + NOBODY, "SUDO_USER=nobody"), host, "--exit");
        RunningProcess running = host.start(node);
        running.awaitLine("^Ready\\.$", Duration.ofSeconds(60));

        for (Path path : new Path[] {home(host), home(host).resolve("private.key")}) {
            assertThat(Files.getAttribute(path, "unix:uid")).as(path.toString()).isEqualTo(NOBODY);
        }
        assertThat(json(callAsNobody(host, "--status", "--json")).path("state").asText())
                .isEqualTo("CONNECTED");
        callAsNobody(host, "--down").orThrow();
        assertThat(running.awaitExit(Duration.ofSeconds(20))).isZero();
    }

    @Test
    void stoppedNodeIsNotWaitedForForEver(Lab lab) {
        Host host = host(lab);
        Peervpn node = Peervpn.on(host);
        node.startReady("--exit");
        node.node().signal("STOP");

        assertRefused(call(host, "--status"), FAILED, "has not answered");

        node.node().signal("CONT");
        call(host, "--status").orThrow();
    }

    @Test
    void nodeTellsScriptsOneObjectForEachEvent(Lab lab) throws IOException {
        Host host = host(lab);
        Peervpn node = Peervpn.on(host);
        node.start("--exit", "--json");
        node.node().awaitLine("\"Ready\"", Duration.ofSeconds(60));
        assertThat(node.end("TERM")).isZero();

        CommandResult unreachable = call(host, "--connect=" + LINE, "--timeout=16", "--json");

        assertRefused(unreachable, BadInputIT.UNREACHABLE, "no peer could be reached");
        List<String> lines = new ArrayList<>(node.node().output());
        unreachable.output().lines().forEach(lines::add);
        List<String> events = new ArrayList<>();
        for (String line : lines) {
            events.add(new ObjectMapper().readTree(line).path("event").asText());
        }
        assertThat(events).contains("Ready", "StillTrying", "Unreachable").doesNotContain("");
    }

    /** What Java 21 and later say if a signal comes before they have loaded the first class of the program. */
    private static final Predicate<String> OF_JAVA_ITSELF =
            Pattern.compile("Runtime\\.exit\\(\\d+\\) logging failed: .*").asMatchPredicate();

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void signalAtAnyMomentOfTheStartLeavesTheMachineAsItWas(String signal, Lab lab) throws InterruptedException {
        Host host = host(lab);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> !host.output("ip", "-6", "address", "show").contains("tentative"));
        MachineState before = host.state();
        Peervpn node = Peervpn.on(host);
        for (int millis = 200; millis < 3000; millis += 250) {
            node.start("--exit");
            Thread.sleep(millis); // the moment is what is tried
            int exitCode = node.end(signal);

            assertThat(host.state().differencesFrom(before)).as(millis + " ms").isEmpty();
            assertThat(node.node().errors())
                    .as(millis + " ms")
                    .filteredOn(line -> !OF_JAVA_ITSELF.test(line))
                    .isEmpty();
            if (node.node().output().contains("Ready.")) {
                assertThat(exitCode).as(millis + " ms").isZero();
            }
        }
    }

    private static Host host(Lab lab) {
        return lab.add(SitePlan.of("host", NatType.PUBLIC)).host();
    }
}
