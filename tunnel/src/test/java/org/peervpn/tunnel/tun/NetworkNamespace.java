package org.peervpn.tunnel.tun;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** A network namespace for one test, in which commands and child JVMs run. Needs root and iproute2. */
public final class NetworkNamespace {
    private final String name = "peervpn-it-" + UUID.randomUUID().toString().substring(0, 8);

    public NetworkNamespace() throws Exception {
        assertThat(execute(List.of("ip", "netns", "add", name))).isEmpty();
    }

    /** Runs the main method of a class of the tests; returns what it wrote. */
    public String java(Class<?> main, String... arguments) throws Exception {
        return run(javaCommand(main, arguments));
    }

    /** The same without the right to administer the network. */
    public String javaUnprivileged(Class<?> main, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("setpriv", "--bounding-set=-net_admin,-net_raw", "--inh-caps=-all"));
        command.addAll(javaCommand(main, arguments));
        return run(command);
    }

    public String run(String... command) throws Exception {
        return run(List.of(command));
    }

    public void delete() throws Exception {
        assertThat(execute(List.of("ip", "netns", "delete", name))).isEmpty();
    }

    private String run(List<String> command) throws Exception {
        List<String> inside = new ArrayList<>(List.of("ip", "netns", "exec", name));
        inside.addAll(command);
        return execute(inside);
    }

    private static List<String> javaCommand(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static String execute(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(output).isTrue();
        return output;
    }
}
