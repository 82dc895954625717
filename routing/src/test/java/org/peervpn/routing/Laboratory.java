package org.peervpn.routing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A node and the internet, each a network namespace, and between them an uplink {@code eth0}.
 *
 * <pre>
 * node: eth0 192.168.7.2/24, 2001:db8:7::2/64 --- internet: out0 .1 and ::1; lo 198.51.100.1, 2001:db8:99::1
 * </pre>
 */
final class Laboratory implements AutoCloseable {

    static final String TUN = "peervpn0";
    static final String SERVER = "198.51.100.1";
    static final String SERVER_IPV6 = "2001:db8:99::1";

    private static final AtomicInteger COUNT = new AtomicInteger();

    final String node = "rt-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet() + "n";
    final String internet = node + "i";
    final Path directory;
    private final List<String> namespaces = new ArrayList<>();
    private final List<Process> children = new ArrayList<>();

    Laboratory() throws IOException {
        directory = Files.createTempDirectory("peervpn-routing");
        for (String namespace : List.of(node, internet)) {
            run("ip", "netns", "add", namespace);
            namespaces.add(namespace);
        }
        inNode("ip link set lo up");
        // Before any interface comes: IPv6 addresses shall not wait for duplicates.
        inNode("sysctl -qw net.ipv6.conf.default.accept_dad=0");
        inInternet("sysctl -qw net.ipv6.conf.default.accept_dad=0");
        inInternet("ip link set lo up");
        run("ip", "-n", node, "link", "add", "eth0", "type", "veth", "peer", "name", "out0", "netns", internet);
        inInternet("ip link set out0 up");
        inInternet("ip address add 192.168.7.1/24 dev out0");
        inInternet("ip address add 2001:db8:7::1/64 dev out0 nodad");
        inInternet("ip address add " + SERVER + "/32 dev lo");
        inInternet("ip address add " + SERVER_IPV6 + "/128 dev lo");
        inNode("ip link set eth0 up");
        inNode("ip address add 192.168.7.2/24 dev eth0");
        inNode("ip address add 2001:db8:7::2/64 dev eth0 nodad");
        inNode("ip route add default via 192.168.7.1");
        inNode("ip -6 route add default via 2001:db8:7::1");
    }

    /** The interface that the node opens. */
    void addTun() throws IOException {
        inNode("ip tuntap add mode tun name " + TUN);
        inNode("ip link set " + TUN + " up");
    }

    void removeTun() throws IOException {
        inNode("ip link del " + TUN);
    }

    /** A neighbour of the node behind an Ethernet link that takes the place of the tunnel: two peers in one namespace. */
    String addPeer() throws IOException {
        String peer = addNamespace("p");
        run("ip", "-n", node, "link", "add", TUN, "type", "veth", "peer", "name", "p0", "netns", peer);
        for (String command : List.of(
                "link set p0 up",
                "address add 100.64.0.2/32 dev p0",
                "address add fd70:6565:7276::2/128 dev p0 nodad",
                "route add 100.64.0.1/32 dev p0",
                "route add default via 100.64.0.1",
                "-6 route add fd70:6565:7276::1/128 dev p0",
                "-6 route add default via fd70:6565:7276::1")) {
            run(words("ip -n " + peer + " " + command));
        }
        inNode("ip link set " + TUN + " up");
        return peer;
    }

    String addNamespace(String suffix) throws IOException {
        String name = node + suffix;
        run("ip", "netns", "add", name);
        run("ip", "-n", name, "link", "set", "lo", "up");
        namespaces.add(name);
        return name;
    }

    boolean can(String command) throws IOException {
        return succeeds(words(command));
    }

    String inNode(String command) throws IOException {
        return run(words("ip netns exec " + node + " " + command));
    }

    String inInternet(String command) throws IOException {
        return run(words("ip netns exec " + internet + " " + command));
    }

    boolean nodeCan(String command) throws IOException {
        return succeeds(words("ip netns exec " + node + " " + command));
    }

    boolean internetCan(String command) throws IOException {
        return succeeds(words("ip netns exec " + internet + " " + command));
    }

    /** All that has to be as before in the end. */
    String state() throws IOException {
        return String.join(
                        "\n",
                        inNode("ip rule"),
                        inNode("ip -6 rule"),
                        inNode("ip route show table all"),
                        inNode("ip -6 route show table all"),
                        inNode("nft list ruleset"),
                        inNode("ip -o address"),
                        inNode("sysctl -a --ignore")
                                .lines()
                                .filter(line -> line.startsWith("net.ipv4.") || line.startsWith("net.ipv6."))
                                .sorted()
                                .collect(Collectors.joining("\n")))
                .replaceAll("\\b\\d+sec\\b", "some time");
    }

    /** A router in a process of its own, {@code more} as {@link RouterMain} says. */
    Child router(String... more) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of(TUN, "/root", directory.resolve("state").toString()));
        arguments.addAll(List.of(more));
        return java(node, RouterMain.class, arguments);
    }

    Child java(String namespace, Class<?> main, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(words("ip netns exec " + namespace));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(arguments);
        return start(command);
    }

    Child start(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        children.add(process);
        return new Child(process, new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8)));
    }

    record Child(Process process, BufferedReader lines) {
        /** Its next line; "null" when it has ended. */
        String hear() throws IOException {
            return String.valueOf(lines.readLine());
        }

        String ask(String line) throws IOException {
            process.getOutputStream().write((line + "\n").getBytes(UTF_8));
            process.getOutputStream().flush();
            return hear();
        }

        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }
    }

    static String run(String... command) throws IOException {
        return run(List.of(command));
    }

    private static String run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(exitCode(process)).as("%s: %s", command, output).isZero();
        return output;
    }

    private static boolean succeeds(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return exitCode(process) == 0;
    }

    static List<String> words(String command) {
        return List.of(command.split(" ", -1));
    }

    private static int exitCode(Process process) {
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws IOException {
        children.forEach(Process::destroyForcibly);
        for (String namespace : namespaces) {
            run("ip", "netns", "del", namespace);
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
