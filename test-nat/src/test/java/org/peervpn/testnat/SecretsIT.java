package org.peervpn.testnat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.testnat.BadInputIT.PATIENCE;
import static org.peervpn.testnat.BadInputIT.command;
import static org.peervpn.testnat.BadInputIT.home;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.peervpn.node.invitation.Invitation;

/** Whatever a session prints and shows of itself, at the most talkative log level, no secret is in it. */
@ExtendWith(LabExtension.class)
class SecretsIT {
    private static final String PASSCODE = "correct horse battery staple 7141";
    private static final List<String> STUN = List.of("--stun=" + Lab.STUN_ADDRESS, "--stun=" + Lab.OTHER_STUN_ADDRESS);

    private final List<String> seen = new ArrayList<>();

    @Test
    void wholeSessionShowsNoSecret(Lab lab) throws IOException {
        Scenery scenery = Scenery.build(
                lab,
                SitePlan.of("exit", NatType.PUBLIC).with(SiteFeature.IPV6),
                SitePlan.of("client", NatType.PORT_RESTRICTED).with(SiteFeature.IPV6));
        Host exit = scenery.exit().host();
        Host client = scenery.client().host();
        String exitLine = scenery.exit().line();

        String psk = client.output("wg", "genpsk");
        String pskOfExit = pskFile(exit, scenery.client().publicKey(), psk);
        String pskOfClient = pskFile(client, scenery.exit().publicKey(), psk);

        RunningProcess exitNode = start(exit, "--exit", "--log-level=trace", pskOfExit);
        RunningProcess clientNode =
                start(client, "--connect=" + exitLine, "--log-level=trace", "--log-format=json", pskOfClient);
        assertThat(scenery.seenByWebOverIpv4(client))
                .isEqualTo(scenery.exitSite().publicAddress());
        for (Host host : new Host[] {exit, client}) {
            for (String mode : new String[] {
                "--status",
                "--info",
                "--status --json",
                "--info --json",
                "--add=x@y:1",
                "--diagnostics",
                "--diagnostics --json"
            }) {
                CommandResult result = BadInputIT.call(host, mode.split(" ", -1));
                seen.add(result.output() + result.errors());
            }
        }
        Invitation invited = lookAtANewcomer(lab, exit);
        lookAtBadPskFiles(lab, psk);
        lookAtProcesses(exitNode);
        lookAtProcesses(clientNode);
        BadInputIT.call(client, "--down", "--debug").orThrow();
        exitNode.signal("TERM");
        assertThat(clientNode.awaitExit(PATIENCE)).isZero();
        assertThat(exitNode.awaitExit(PATIENCE)).isZero();
        seen.addAll(exitNode.lines());
        seen.addAll(clientNode.lines());

        String all = String.join("\n", seen).toLowerCase(Locale.ROOT);
        assertThat(all)
                .as("what was looked at")
                .contains(scenery.exit().publicKey().toLowerCase(Locale.ROOT), "trace");
        List<String> secrets = new ArrayList<>(shapes(PASSCODE.getBytes(UTF_8)));
        secrets.add(PASSCODE);
        secrets.addAll(shapes(Base64.getDecoder().decode(psk)));
        secrets.add(invited.code());
        secrets.addAll(shapes(
                HexFormat.of().parseHex(Objects.requireNonNull(invited.secret()).text())));
        for (Host host : new Host[] {exit, client}) {
            secrets.addAll(shapes(Base64.getDecoder()
                    .decode(Files.readString(home(host).resolve("private.key")).strip())));
        }
        for (String secret : secrets) {
            // Not by AssertJ's contains, whose message would show all of it.
            assertThat(all.indexOf(secret.toLowerCase(Locale.ROOT)))
                    .as("where a secret of " + secret.length() + " characters is")
                    .isNegative();
        }
    }

    /** It has its code from a file, as arguments can be read by all. */
    private Invitation lookAtANewcomer(Lab lab, Host exit) throws IOException {
        String answer = BadInputIT.call(exit, "--invite", "--json").orThrow().output();
        String code = new ObjectMapper().readTree(answer).path("code").asText();
        Host newcomer = lab.add(SitePlan.of("newcomer", NatType.PUBLIC)).host();
        Path file = Files.writeString(newcomer.directory().resolve("invited.yaml"), "connect: " + code + "\n");
        RunningProcess node =
                newcomer.start(command(List.of(), newcomer, "--config=" + file, "--no-exit", "--log-level=trace"));
        node.awaitLine("^Ready\\.$", PATIENCE);
        lookAtProcesses(node);
        BadInputIT.call(newcomer, "--down").orThrow();
        assertThat(node.awaitExit(PATIENCE)).isZero();
        seen.addAll(node.lines());
        CommandResult again = BadInputIT.call(exit, "--status", "--json");
        seen.add(again.output() + again.errors());
        return Invitation.parse(code);
    }

    private static RunningProcess start(Host host, String... options) {
        List<String> all = new ArrayList<>(
                STUN.stream().map(server -> server + ":" + Coturn.PORT).toList());
        all.addAll(List.of(options));
        RunningProcess node =
                host.start(command(List.of("env", "PEERVPN_PASSCODE=" + PASSCODE), host, all.toArray(String[]::new)));
        node.awaitLine("^Ready\\.$", PATIENCE);
        return node;
    }

    private static String pskFile(Host host, String first, String second) throws IOException {
        return "--psk-file=" + StockPskIT.write(host, "psk", first + " " + second + "\n");
    }

    /** What is wrong with them is told without them. */
    private void lookAtBadPskFiles(Lab lab, String psk) throws IOException {
        Host other = lab.add(SitePlan.of("other", NatType.PUBLIC)).host();
        String key = "QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH0=";
        for (String[] words : new String[][] {{psk, ""}, {psk + psk, key}, {key, psk + "x"}, {key, psk + " " + psk}}) {
            String option = pskFile(other, words[0], words[1]);
            CommandResult result = BadInputIT.call(other, "--exit", "--log-level=trace", option);
            BadInputIT.assertRefused(result, BadInputIT.WRONG_USAGE, option.replace("=", ": ") + ": line 1: ");
            seen.add(result.output() + result.errors());
        }
    }

    /** The node's environment is what it was given; its arguments and all that it starts must not have the passcode. */
    private void lookAtProcesses(RunningProcess node) throws IOException {
        seen.add(Files.readString(Path.of("/proc/" + node.pid() + "/cmdline"), ISO_8859_1));
        List<ProcessHandle> children =
                ProcessHandle.of(node.pid()).orElseThrow().descendants().toList();
        int lookedAt = 0;
        for (ProcessHandle child : children) {
            try {
                seen.add(Files.readString(Path.of("/proc/" + child.pid() + "/cmdline"), ISO_8859_1));
                seen.add(Files.readString(Path.of("/proc/" + child.pid() + "/environ"), ISO_8859_1));
                lookedAt++;
            } catch (IOException e) {
                // Most live for a moment only; those that stay are looked at.
                assertThat(child.isAlive()).isFalse();
            }
        }
        assertThat(lookedAt).isPositive();
    }

    /** As it would be written: base64 (also without its padding, or for URLs) and hexadecimal. */
    private static List<String> shapes(byte[] secret) {
        return List.of(
                Base64.getEncoder().withoutPadding().encodeToString(secret),
                Base64.getUrlEncoder().withoutPadding().encodeToString(secret),
                HexFormat.of().formatHex(secret),
                HexFormat.ofDelimiter(" ").formatHex(secret),
                HexFormat.ofDelimiter(":").formatHex(secret));
    }
}
