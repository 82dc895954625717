package org.peervpn.testnat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A laboratory: one switch is the internet, sites are plugged into it, and real programs run on their hosts. It lives in
 * network namespaces that it makes and removes itself; the real machine's network is never touched. Removed on
 * {@link #close()}, at the end of the JVM, or, if that was killed, when the next laboratory is made.
 */
public final class Lab implements AutoCloseable {
    /** The first three numbers of the internet's IPv4 addresses. Not a documentation prefix: routers refuse those. */
    static final String NET = "11.22.33";

    public static final String STUN_ADDRESS = NET + ".1";
    public static final String OTHER_STUN_ADDRESS = NET + ".2";
    public static final String THIRD_STUN_ADDRESS = NET + ".3";
    public static final String FOURTH_STUN_ADDRESS = NET + ".4";
    public static final String STUN_ADDRESS_V6 = "2001:db8::1";
    static final String OTHER_STUN_ADDRESS_V6 = "2001:db8::2";

    /** The first two numbers of the addresses of pairs. */
    private static final String PAIR_NET = "11.44.";

    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(20);

    private final LabTraces traces;
    private final Host inet;
    private final List<RunningProcess> processes = new ArrayList<>();
    private final Thread shutdownHook = new Thread(this::remove, "laboratory shutdown");
    private final AtomicBoolean removed = new AtomicBoolean();
    private int sites;
    private int pairs;

    private Lab() {
        LabTraces.removeStale();
        traces = LabTraces.claim();
        Runtime.getRuntime().addShutdownHook(shutdownHook);
        inet = addRouter("inet");
        addBridge(inet, "br0");
        inet.ip(
                "address add " + STUN_ADDRESS + "/24 dev br0",
                "address add " + OTHER_STUN_ADDRESS + "/24 dev br0",
                "address add " + THIRD_STUN_ADDRESS + "/24 dev br0",
                "address add " + FOURTH_STUN_ADDRESS + "/24 dev br0",
                "address add " + STUN_ADDRESS_V6 + "/64 dev br0 nodad",
                "address add " + OTHER_STUN_ADDRESS_V6 + "/64 dev br0 nodad");
    }

    /** An internet without sites. */
    public static Lab create() {
        requireRoot();
        return new Lab();
    }

    /** Fails with one clear line where the laboratory cannot be built. */
    public static void requireRoot() {
        try {
            if (!Objects.equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"), 0)) {
                throw new LabException("the laboratory makes network namespaces and needs root: run it with sudo");
            }
        } catch (IOException e) {
            throw new LabException("cannot tell who runs this", e);
        }
    }

    public Site add(SitePlan plan) {
        sites++;
        return new SiteBuilder(this, sites, plan).build();
    }

    /** Two hosts with a cable of their own, away from the internet; each is the other's gateway. */
    public List<Host> addPair(String name) {
        pairs++;
        Host left = addHost(name + ".l");
        Host right = addHost(name + ".r");
        wire(left, "eth0", right, "eth0");
        left.ipv4(PAIR_NET + pairs + ".1");
        right.ipv4(PAIR_NET + pairs + ".2");
        for (Host host : List.of(left, right)) {
            Host other = host == left ? right : left;
            host.ip("address add " + host.ipv4() + "/24 dev eth0", "route add default via " + other.ipv4());
        }
        return List.of(left, right);
    }

    /** The internet itself, where both STUN addresses are. */
    public Host inet() {
        return inet;
    }

    /** What every program started so far has printed, to explain a failure. */
    public synchronized String report() {
        return processes.stream().map(RunningProcess::toString).collect(Collectors.joining("\n"));
    }

    @Override
    public void close() {
        remove();
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException e) {
            // The JVM is ending already, and the hook finds nothing left to do.
        }
    }

    LabTraces traces() {
        return traces;
    }

    Host addHost(String name) {
        return new Host(this, name);
    }

    Host addRouter(String name) {
        Host router = new Host(this, name);
        router.sysctl("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        return router;
    }

    void addBridge(Host router, String name) {
        router.ip("link add " + name + " type bridge", "link set " + name + " up");
        // A bridge that runs the IP hooks turns a hairpin datagram into a frame that no bridge sends back to its port.
        // Where the kernel lacks these settings, its bridges do not run them.
        for (String hooks : List.of("iptables", "ip6tables")) {
            router.runInNamespace("", List.of("sysctl", "-qw", "net.bridge.bridge-nf-call-" + hooks + "=0"));
        }
    }

    /** A cable between two interfaces that it makes. */
    void wire(Host one, String interfaceOfOne, Host other, String interfaceOfOther) {
        one.ip("link add name " + interfaceOfOne + " type veth peer name " + interfaceOfOther + " netns "
                + other.namespace());
        one.ip("link set " + interfaceOfOne + " up");
        other.ip("link set " + interfaceOfOther + " up");
    }

    /** A cable to the internet's switch. */
    void plug(Host host, String interfaceName, String port) {
        wire(host, interfaceName, inet, "p-" + port);
        inet.ip("link set p-" + port + " master br0");
    }

    synchronized RunningProcess remember(RunningProcess process) {
        processes.add(process);
        return process;
    }

    static void command(String... command) {
        RunningProcess.run(String.join(" ", command), List.of(command), "", COMMAND_TIMEOUT)
                .orThrow();
    }

    /** Asks until the answer is not null. */
    static <T> T await(String what, Duration timeout, Callable<@Nullable T> question) {
        return Objects.requireNonNull(Awaitility.await(what)
                .pollInterval(Duration.ofMillis(50))
                .atMost(timeout)
                .until(question, Objects::nonNull));
    }

    private void remove() {
        if (removed.getAndSet(true)) {
            return;
        }
        List<RunningProcess> running;
        synchronized (this) {
            running = List.copyOf(processes);
        }
        running.forEach(RunningProcess::askToStop);
        running.forEach(RunningProcess::stop);
        traces.remove();
    }
}
