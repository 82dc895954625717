package org.peervpn.tunnel.tun;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In a network namespace of its own: a child JVM runs {@link TunProbe} there. Needs root and iproute2. */
class LinuxTunIT {
    private final String namespace =
            "peervpn-it-" + UUID.randomUUID().toString().substring(0, 8);

    @BeforeEach
    void makeNamespace() throws Exception {
        assertThat(run("ip", "netns", "add", namespace)).isEmpty();
    }

    @AfterEach
    void removeNamespace() throws Exception {
        run("ip", "netns", "delete", namespace);
    }

    @Test
    void packetsPassInBothDirections() throws Exception {
        assertThat(probe("echo")).contains("answered 300 of 300", "dropped 0");
    }

    @Test
    void interfaceHasItsNameAndMtuAndIsUp() throws Exception {
        assertThat(probe("show")).containsPattern("ptun0: <[A-Z_,]*UP[A-Z_,]*> mtu 1380");
    }

    @Test
    void closedDeviceIsGoneAndItsThreadHasEnded() throws Exception {
        assertThat(probe("close")).contains("interface exists: false", "threads: 0", "late packets dropped: 1");
    }

    @Test
    void takenNameIsReported() throws Exception {
        assertThat(probe("taken")).contains("NAME_TAKEN the interface name ptun0 is already in use");
        assertThat(probe("taken-by-other")).contains("NAME_TAKEN the interface name lo is already in use");
    }

    @Test
    void templateIsFilledInByTheKernel() throws Exception {
        assertThat(probe("template")).contains("name ptun1");
    }

    @Test
    void removedDeviceIsReportedAsLost() throws Exception {
        assertThat(probe("lost")).contains("lost", "write dropped: true");
    }

    @Test
    void childProcessDoesNotKeepTheDevice() throws Exception {
        assertThat(probe("child")).contains("interface exists: false");
    }

    @Test
    void badPacketsAreDroppedAndCounted() throws Exception {
        assertThat(probe("bad")).contains("dropped 3");
    }

    @Test
    void unprivilegedUserIsTold() throws Exception {
        assertThat(run(inNamespace(jvm("unprivileged", "setpriv", "--bounding-set=-net_admin", "--inh-caps=-all"))))
                .contains("NOT_PERMITTED");
    }

    private String probe(String what) throws Exception {
        return run(inNamespace(jvm(what)));
    }

    private String[] inNamespace(String... command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        all.addAll(List.of(command));
        return all.toArray(String[]::new);
    }

    private static String[] jvm(String what, String... prefix) {
        List<String> command = new ArrayList<>(List.of(prefix));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), TunProbe.class.getName(), what));
        return command.toArray(String[]::new);
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(output).isTrue();
        return output;
    }
}
