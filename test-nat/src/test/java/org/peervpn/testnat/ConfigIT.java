package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.testnat.BadInputIT.home;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A node that its configuration file runs, and that reads it again on SIGHUP. */
@ExtendWith(LabExtension.class)
class ConfigIT {
    private static final String KEY = "QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH0=";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void fileRunsTheNodeAndIsReadAgain(Lab lab) throws IOException {
        Host host = host(lab);
        MachineState before = host.state();
        write(host, "exit: true\nport: 4444\nlog-level: debug\n");
        Peervpn node = Peervpn.on(host);
        node.startReady();
        assertThat(node.status().path("port").asInt()).isEqualTo(4444);
        assertThat(node.status().path("exit").path("offering")).isNotEmpty();

        write(host, "exit: true\nport: 4444\nallow: [" + KEY + "]\nconnect: [" + KEY + "@11.22.33.1:9]\n");
        node.node().signal("HUP");
        awaitPeers(node, 1);

        write(host, "exit: true\nallow:\n  - nobody\n");
        node.node().signal("HUP");
        node.node().awaitLine("WARN .*not read again.*config\\.yaml:3: allow: not a WireGuard public key", PATIENCE);
        Files.delete(home(host).resolve("config.yaml"));
        node.node().signal("HUP");
        node.node().awaitLine("WARN .*not read again.*the configuration file is gone", PATIENCE);
        assertThat(node.status().path("peers")).as("all stays as it was").hasSize(1);

        write(host, "exit: true\nlog-level: debug\n");
        node.node().signal("HUP");
        awaitPeers(node, 0);
        assertThat(node.status().path("port").asInt())
                .as("only peers and the log level change")
                .isEqualTo(4444);

        assertThat(node.end("TERM")).isZero();
        assertThat(host.state().differencesFrom(before)).isEmpty();
    }

    @Test
    void withoutAFileSighupEndsTheNode(Lab lab) {
        Host host = host(lab);
        MachineState before = host.state();
        Peervpn node = Peervpn.on(host);
        node.startReady("--listen");

        assertThat(node.end("HUP")).isZero();
        assertThat(host.state().differencesFrom(before)).isEmpty();
    }

    private static void awaitPeers(Peervpn node, int count) {
        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(node.status().path("peers")).hasSize(count));
    }

    private static void write(Host host, String text) throws IOException {
        Path home = Files.createDirectories(home(host));
        Path file = Files.writeString(home.resolve("config.yaml"), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private static Host host(Lab lab) {
        return lab.add(SitePlan.of("host", NatType.PUBLIC)).host();
    }
}
