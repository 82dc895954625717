package org.peervpn.testnat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A machine of the laboratory: a network namespace with a host name and files of its own in /etc, and state
 * directories of its own for the programs under test. Everything run on it sees the rest of the real machine's files.
 */
public final class Host {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** Where programs keep state that belongs to one machine; their sockets would meet otherwise. */
    private static final List<String> PRIVATE_DIRECTORIES =
            List.of("/run/peervpn", "/run/wireguard", "/var/lib/peervpn");

    private final Lab lab;
    private final String name;
    private final String namespace;
    private @Nullable String ipv4; // until the site has been wired; a router keeps none
    private @Nullable String ipv6; // null where the site has no IPv6

    Host(Lab lab, String name) {
        this.lab = lab;
        this.name = name;
        this.namespace = lab.traces().namespace(name);
        try {
            Files.createDirectories(etc());
            Files.writeString(etc("resolv.conf"), "nameserver 127.0.0.53\n");
            Files.writeString(etc("hosts"), "127.0.0.1 localhost\n127.0.1.1 " + name + "\n::1 localhost\n");
            for (String path : PRIVATE_DIRECTORIES) {
                // The mount point has to be there on the real machine too; it stays empty.
                Files.createDirectories(Path.of(path));
                Files.createDirectories(Path.of(directory() + path));
            }
        } catch (IOException e) {
            throw new LabException("cannot prepare " + name, e);
        }
        Lab.command("ip", "netns", "add", namespace);
        ip("link set lo up");
        sysctl(
                "net.ipv4.ip_forward=0",
                "net.ipv6.conf.all.forwarding=0",
                "net.ipv4.conf.all.rp_filter=0",
                "net.ipv4.conf.default.rp_filter=0",
                "net.ipv6.conf.default.accept_dad=0",
                "net.ipv6.conf.default.accept_ra=0");
    }

    public String name() {
        return name;
    }

    /** The address on its own network; behind a NAT not the one that the internet sees. */
    public String ipv4() {
        return required(ipv4, "IPv4");
    }

    public String ipv6() {
        return required(ipv6, "IPv6");
    }

    /** A directory on the real machine that goes with the laboratory. */
    public Path directory() {
        return lab.traces().directory().resolve(name);
    }

    /** A file that appears in /etc of this machine, such as resolv.conf; it has to be there when a program starts. */
    public Path etc(String file) {
        return etc().resolve(file);
    }

    /** Runs a program to its end. */
    public CommandResult exec(String... command) {
        return exec(TIMEOUT, command);
    }

    public CommandResult exec(Duration timeout, String... command) {
        return RunningProcess.run(shown(List.of(command)), machineCommand(List.of(command)), "", timeout);
    }

    /** Runs a program that has to succeed, and returns what it printed on standard output. */
    public String output(String... command) {
        return exec(command).orThrow().output().strip();
    }

    /** Starts a program that is ended with the laboratory at the latest. */
    public RunningProcess start(String... command) {
        return start(line -> {}, command);
    }

    public RunningProcess start(Consumer<String> listener, String... command) {
        return lab.remember(RunningProcess.start(shown(List.of(command)), machineCommand(List.of(command)), listener));
    }

    /** Starts a program of the package {@code tool}, which needs nothing but the JDK. */
    public RunningProcess startJava(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath(main),
                main.getName()));
        command.addAll(List.of(arguments));
        return start(command.toArray(String[]::new));
    }

    /** Runs the lines as arguments of {@code ip}, one after the other, up to the first that fails. */
    public void ip(String... lines) {
        String input = String.join("\n", lines) + "\n";
        RunningProcess.run(
                        shown(List.of("ip, with " + input)),
                        List.of("ip", "-netns", namespace, "-batch", "-"),
                        input,
                        TIMEOUT)
                .orThrow();
    }

    public void nft(String rules) {
        runInNamespace(rules, List.of("nft", "-f", "-")).orThrow();
    }

    /** Sets {@code name=value} pairs. */
    public void sysctl(String... assignments) {
        List<String> command = new ArrayList<>(List.of("sysctl", "-qw"));
        command.addAll(List.of(assignments));
        runInNamespace("", command).orThrow();
    }

    /** Has another address from now on. As DHCP does it: always with the interface, which a gateway alone lacks. */
    public void readdress(String from, String to, String gateway) {
        ip(
                "address delete " + from + "/24 dev eth0",
                "address add " + to + "/24 dev eth0",
                "route add default via " + gateway + " dev eth0");
    }

    /** Whether a ping is answered within two seconds. */
    public boolean pings(String address) {
        return exec("ping", "-n", "-c", "1", "-W", "2", address).succeeded();
    }

    public MachineState state() {
        return MachineState.of(this);
    }

    @Override
    public String toString() {
        return name;
    }

    String namespace() {
        return namespace;
    }

    void ipv4(String address) {
        ipv4 = address;
    }

    void ipv6(String address) {
        ipv6 = address;
    }

    /** As the laboratory itself does it: without the machine's own directories. */
    CommandResult runInNamespace(String input, List<String> command) {
        List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        whole.addAll(command);
        return RunningProcess.run(shown(command), whole, input, TIMEOUT);
    }

    /**
     * Every step replaces the one before it, so the process id is that of the program. Signals are set to their defaults
     * because a program started by a shell's background job would ignore SIGINT.
     */
    private List<String> machineCommand(List<String> command) {
        StringBuilder setUp = new StringBuilder("hostname " + name + " && ");
        for (String path : PRIVATE_DIRECTORIES) {
            setUp.append("mount --bind ")
                    .append(directory())
                    .append(path)
                    .append(' ')
                    .append(path)
                    .append(" && ");
        }
        List<String> whole = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        whole.addAll(List.of("env", "--default-signal=INT,QUIT,HUP"));
        whole.addAll(List.of("unshare", "--uts", "sh", "-c", setUp + "exec \"$@\"", "sh"));
        whole.addAll(command);
        return whole;
    }

    private String shown(List<String> command) {
        return name + ": " + String.join(" ", command);
    }

    private Path etc() {
        return lab.traces().etc(name);
    }

    private String required(@Nullable String address, String family) {
        if (address == null) {
            throw new IllegalStateException(name + " has no " + family + " address");
        }
        return address;
    }

    private static String classPath(Class<?> main) {
        try {
            return Path.of(main.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
