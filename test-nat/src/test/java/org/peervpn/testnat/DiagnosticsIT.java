package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.testnat.BadInputIT.call;
import static org.peervpn.testnat.BadInputIT.callAsNobody;
import static org.peervpn.testnat.BadInputIT.command;
import static org.peervpn.testnat.BadInputIT.home;
import static org.peervpn.testnat.BadInputIT.json;
import static org.peervpn.testnat.BadInputIT.names;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What {@code --diagnostics} says of real machines. */
@ExtendWith(LabExtension.class)
class DiagnosticsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String STUN = "--stun=" + Lab.STUN_ADDRESS + ":" + Coturn.PORT;

    @Test
    void healthyMachineWithAndWithoutANode(Lab lab) throws IOException {
        Coturn.start(lab);
        Host host = lab.add(SitePlan.of("host", NatType.PUBLIC)).host();
        MachineState before = host.state();

        JsonNode alone = json(call(host, "--diagnostics", "--json", STUN));
        assertThat(names(alone)).containsExactly("checks");
        assertThat(names(alone.path("checks").path(0))).containsExactly("name", "status", "detail", "advice");
        assertThat(alone.path("checks"))
                .extracting(check -> check.path("name").asText())
                .containsExactly(
                        "versions",
                        "privileges",
                        "tun",
                        "routes",
                        "firewall",
                        "addresses",
                        "dns",
                        "stun",
                        "portmapping",
                        "loopback",
                        "clock",
                        "leftovers",
                        "node");
        assertThat(alone.path("checks"))
                .allSatisfy(check -> assertThat(check.path("status").asText())
                        .as(check.toString())
                        .isEqualTo("ok"));
        assertThat(detail(alone, "stun")).contains("public endpoint: " + host.ipv4() + ":51820", " ms");
        assertThat(detail(alone, "routes")).startsWith("IPv4: eth0 by ").contains("rp_filter ");
        assertThat(home(host)).as("asking creates nothing").doesNotExist();
        assertThat(host.state().differencesFrom(before)).isEmpty();

        Peervpn node = Peervpn.on(host);
        node.startReady("--exit");
        JsonNode beside = json(call(host, "--diagnostics", "--json", STUN));
        assertThat(detail(beside, "node")).startsWith("CONNECTED; 0 of 0 peers connected");
        assertThat(detail(beside, "firewall")).contains("ours is set");
        assertThat(detail(beside, "stun")).contains(host.ipv4() + ":51820");
        String key = Files.readString(home(host).resolve("private.key")).strip();
        assertThat(call(host, "--diagnostics", STUN).orThrow().output())
                .startsWith("ok       versions    peervpn ")
                .doesNotContain(key);

        node.end("KILL");
        JsonNode after = json(call(host, "--diagnostics", "--json"));
        assertThat(status(after, "leftovers")).isEqualTo("warning");
        assertThat(after.toString()).contains("--repair");
        call(host, "--repair").orThrow();
    }

    @Test
    void whatStandsInTheWayOfAnExitIsNamed(Lab lab) throws IOException {
        Host host = lab.add(SitePlan.of("host", NatType.PUBLIC)).host();
        host.exec(
                        "nft",
                        "add table ip filter; add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; }")
                .orThrow();
        host.exec("ip", "tuntap", "add", "tailscale0", "mode", "tun").orThrow();
        host.exec("ip", "link", "set", "tailscale0", "up").orThrow();
        host.exec("ip", "address", "add", "100.101.102.103/32", "dev", "tailscale0")
                .orThrow();

        JsonNode found = json(call(host, "--diagnostics", "--json"));

        assertThat(status(found, "firewall")).isEqualTo("warning");
        assertThat(detail(found, "firewall")).contains("ip filter FORWARD");
        assertThat(status(found, "addresses")).isEqualTo("warning");
        assertThat(detail(found, "addresses")).contains("tailscale0 has 100.101.102.103");
    }

    @Test
    void withoutRootItSaysWhatItCouldNotSee(Lab lab) throws IOException {
        Host host = lab.add(SitePlan.of("host", NatType.PUBLIC)).host();

        JsonNode found = json(callAsNobody(host, "--diagnostics", "--json"));

        for (String name : List.of("privileges", "tun", "firewall")) {
            assertThat(status(found, name)).as(name).isEqualTo("warning");
        }
        assertThat(detail(found, "tun")).startsWith("not checked: ");
        assertThat(status(found, "loopback")).isEqualTo("ok");
    }

    @Test
    void whatKeepsANodeFromRunningIsAFailure(Lab lab) throws IOException {
        Host host = lab.add(SitePlan.of("host", NatType.PUBLIC)).host();
        List<String> withoutTun =
                List.of("unshare", "--mount", "sh", "-c", "mount --bind /dev/null /dev/net/tun && exec \"$@\"", "sh");

        CommandResult result = host.exec(PATIENCE, command(withoutTun, host, "--diagnostics", "--json"));

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(status(new ObjectMapper().readTree(result.output()), "tun")).isEqualTo("problem");
        List<String> errors = new ArrayList<>(result.errors().lines().toList());
        assertThat(errors).last().asString().startsWith("peervpn: tun: ").contains("modprobe tun");
    }

    private static String detail(JsonNode found, String name) {
        return check(found, name).path("detail").asText();
    }

    private static String status(JsonNode found, String name) {
        return check(found, name).path("status").asText();
    }

    private static JsonNode check(JsonNode found, String name) {
        for (JsonNode check : found.path("checks")) {
            if (check.path("name").asText().equals(name)) {
                return check;
            }
        }
        throw new AssertionError("no check " + name + " in " + found);
    }
}
