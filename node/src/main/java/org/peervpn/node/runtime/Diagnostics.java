package org.peervpn.node.runtime;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.portmap.Gateway;
import org.peervpn.nat.portmap.MappingProtocol;
import org.peervpn.nat.portmap.PortMapping.Findings;
import org.peervpn.node.Endpoint;
import org.peervpn.node.NodeConfig;
import org.peervpn.node.NodeInfo;
import org.peervpn.node.diagnostics.Finding;
import org.peervpn.node.diagnostics.InternetChecks;
import org.peervpn.node.diagnostics.InternetChecks.StunAnswer;
import org.peervpn.node.diagnostics.MachineChecks;
import org.peervpn.node.diagnostics.MachineChecks.TunAttempt;
import org.peervpn.node.diagnostics.NetworkChecks;
import org.peervpn.routing.RouterException;
import org.peervpn.routing.Survey;
import org.peervpn.routing.Uplinks;
import org.peervpn.tunnel.crypto.AeadProvider;
import org.peervpn.tunnel.tun.LinuxTun;
import org.peervpn.tunnel.tun.TunException;

/**
 * Gathers what {@code --diagnostics} looks at, all of it at the same time, and lets the checks conclude. Changes nothing
 * but for a TUN device that lives for a moment.
 */
public final class Diagnostics {
    private static final long PATIENCE_MILLIS = 6_000;
    private static final int TRIAL_MTU = 1420;
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

    private static final long STUN_PATIENCE_MILLIS = 5_500;
    private static final ObjectMapper JSON =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private final NodeConfig config;
    private final Node.Options options;

    private final ExecutorService threads = Executors.newCachedThreadPool(Diagnostics::daemon);

    private Diagnostics(NodeConfig config, Node.Options options) {
        this.config = config;
        this.options = options;
    }

    /** All findings, in the order in which they are to be told. Takes at most {@link #PATIENCE_MILLIS} and a moment. */
    public static List<Finding> run(NodeConfig config, Node.Options options) {
        return new Diagnostics(config, options).run();
    }

    private List<Finding> run() {
        Optional<JsonNode> status = Optional.empty();
        Finding node;
        boolean nodeRuns;
        try {
            status = new ControlClient(options.home()).call("status", Map.of());
            nodeRuns = status.isPresent();
            node = node(status);
        } catch (NodeException e) {
            nodeRuns = true; // but it does not speak with us
            node = Finding.notSeen("node", String.valueOf(e.getMessage()), "ask as its owner, or with sudo");
        }
        JsonNode mapping = status.map(of -> of.path("portMapping")).orElse(MissingNode.getInstance());
        String opened = mapping.isObject()
                ? mapping.path("endpoint").asText() + " by "
                        + MappingProtocol.valueOf(mapping.path("protocol").asText())
                                .text()
                : null;
        return all(checks(node, nodeRuns, status.isPresent(), opened));
    }

    private Map<String, Callable<Finding>> checks(
            Finding node, boolean nodeRuns, boolean nodeAnswers, @Nullable String openedPort) {
        Map<String, Callable<Finding>> checks = new LinkedHashMap<>();
        checks.put("versions", this::software);
        checks.put("privileges", this::privileges);
        checks.put("tun", this::tun);
        checks.put("routes", this::routes);
        checks.put("firewall", () -> firewall(nodeRuns));
        checks.put("addresses", this::addresses);
        checks.put("dns", this::dns);
        checks.put("stun", () -> stun(nodeAnswers));
        checks.put("portmapping", () -> portMapping(openedPort));
        checks.put("loopback", () -> InternetChecks.loopback(LoopbackTrial.run()));
        checks.put("clock", () -> MachineChecks.clock(Instant.now().truncatedTo(ChronoUnit.SECONDS)));
        checks.put("leftovers", () -> leftovers(nodeRuns));
        checks.put("node", () -> node);
        return checks;
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "diagnostics");
        thread.setDaemon(true);
        return thread;
    }

    private List<Finding> all(Map<String, Callable<Finding>> checks) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        Map<String, Future<Finding>> running = new LinkedHashMap<>();
        checks.forEach((name, check) -> running.put(name, threads.submit(check)));
        List<Finding> findings = new ArrayList<>();
        running.forEach((name, result) -> findings.add(finding(name, result, end - System.nanoTime())));
        threads.shutdownNow();
        return findings;
    }

    private static Finding finding(String name, Future<Finding> result, long patienceNanos) {
        try {
            return result.get(Math.max(0, patienceNanos), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return Finding.notSeen(name, "it took too long", "try again; if it stays so, say so to who helps you");
        } catch (ExecutionException e) {
            return Finding.notSeen(name, String.valueOf(e.getCause()), "show this to who helps you");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Finding.notSeen(name, "interrupted", "try again");
        }
    }

    private Finding software() {
        return MachineChecks.software(new MachineChecks.Software(
                config.version(),
                System.getProperty("java.version"),
                System.getProperty("os.name") + " on " + System.getProperty("os.arch"),
                System.getProperty("os.version"),
                AeadProvider.chosen().name(),
                Epoll.isAvailable()));
    }

    private Finding privileges() throws NodeException {
        Privileges held = Privileges.current();
        return MachineChecks.privileges(
                held.userId(), held.effective(), held.lackForNetwork().orElse(null));
    }

    private Finding tun() {
        String name = "pvpntest" + ProcessHandle.current().pid() % 10_000;
        try {
            LinuxTun.open(name, TRIAL_MTU).close();
            return MachineChecks.tun(TunAttempt.MADE, "");
        } catch (TunException e) {
            TunAttempt attempt = switch (e.reason()) {
                case NO_DEVICE -> TunAttempt.NO_DEVICE;
                case NOT_PERMITTED -> TunAttempt.NOT_PERMITTED;
                case NAME_TAKEN, OTHER -> TunAttempt.FAILED;
            };
            return MachineChecks.tun(attempt, String.valueOf(e.getMessage()));
        }
    }

    private Finding routes() {
        Uplinks uplinks = Uplinks.read(options.interfaceName());
        String ipv4 = uplinks.defaultIpv4();
        return NetworkChecks.routes(
                ipv4, uplinks.defaultIpv6(), ipv4 == null ? null : Survey.reversePathFilter(device(ipv4)));
    }

    /** Of a default route as {@link Uplinks} tells it: behind the interface there may be the gateway. */
    private static String device(String defaultRoute) {
        int end = defaultRoute.indexOf(' ');
        return end < 0 ? defaultRoute : defaultRoute.substring(0, end);
    }

    private Finding firewall(boolean nodeRuns) throws NodeException {
        try {
            return NetworkChecks.firewall(Survey.nftChains(), nodeRuns);
        } catch (RouterException e) {
            return NetworkChecks.noFirewall(mayConfigure(), String.valueOf(e.getMessage()));
        }
    }

    private static boolean mayConfigure() throws NodeException {
        return Privileges.current().lackForNetwork().isEmpty();
    }

    private Finding addresses() throws IOException {
        List<NetworkChecks.Address> addresses = new ArrayList<>();
        for (NetworkInterface device : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            for (InetAddress address : Collections.list(device.getInetAddresses())) {
                addresses.add(new NetworkChecks.Address(device.getName(), address));
            }
        }
        return NetworkChecks.addresses(addresses, config.overlay(), options.interfaceName());
    }

    private Finding dns() throws IOException {
        List<String> servers = Files.readAllLines(RESOLV_CONF, StandardCharsets.ISO_8859_1).stream()
                .filter(line -> line.startsWith("nameserver"))
                .map(line -> line.substring("nameserver".length()).strip())
                .toList();
        String asked = config.stunServers().stream()
                .filter(server -> server.literal() == null)
                .map(Endpoint::host)
                .findFirst()
                .orElse(null);
        long begin = System.nanoTime();
        boolean resolved = asked != null && resolves(asked);
        return InternetChecks.dns(servers, asked, resolved, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
    }

    private static boolean resolves(String name) {
        try {
            return InetAddress.getAllByName(name).length > 0;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private Finding stun(boolean nodeAnswers) throws NodeException {
        List<Future<StunAnswer>> asked = new ArrayList<>();
        for (Endpoint server : config.stunServers()) {
            asked.add(threads.submit(() -> StunTrial.ask(server)));
        }
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STUN_PATIENCE_MILLIS);
        // A running node knows best, and holds the port.
        NodeInfo info = nodeAnswers ? infoOfNode() : InfoProbe.probe(config, options.port(), true);
        List<StunAnswer> answers = new ArrayList<>();
        for (int i = 0; i < asked.size(); i++) {
            StunAnswer silent = new StunAnswer(config.stunServers().get(i).toString(), null);
            answers.add(within(asked.get(i), end - System.nanoTime(), silent));
        }
        return InternetChecks.stun(answers, info.publicEndpoint(), info.confirmed());
    }

    private Finding portMapping(@Nullable String opened) {
        Gateway gateway = Gateways.of(Uplinks.read(options.interfaceName()));
        if (opened != null || gateway == null) {
            return InternetChecks.portMapping(opened, gateway != null, List.of(), false);
        }
        Findings findings = PortMappingTrial.run(gateway);
        if (findings == null) {
            return Finding.notSeen("portmapping", "no socket towards the router could be opened", "try again");
        }
        List<String> spoken =
                findings.present().stream().map(MappingProtocol::text).toList();
        return InternetChecks.portMapping(null, true, spoken, findings.behindAnotherNat());
    }

    private NodeInfo infoOfNode() throws NodeException {
        return new ControlClient(options.home())
                .call("info", Map.of())
                .map(info -> JSON.convertValue(info, NodeInfo.class))
                .orElseThrow(() -> new NodeException("the node has ended meanwhile"));
    }

    private static StunAnswer within(Future<StunAnswer> answer, long patienceNanos, StunAnswer silent) {
        try {
            return answer.get(Math.max(0, patienceNanos), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return silent;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return silent;
        }
    }

    private Finding leftovers(boolean nodeRuns) {
        if (!Files.exists(options.home().directory())) {
            return MachineChecks.leftovers(0, nodeRuns, ""); // nobody has run a node from here
        }
        try {
            return MachineChecks.leftovers(Survey.leftovers(Node.setup(options)), nodeRuns, "");
        } catch (RouterException | NodeException e) {
            return MachineChecks.leftovers(null, nodeRuns, String.valueOf(e.getMessage()));
        }
    }

    private static Finding node(Optional<JsonNode> status) {
        if (status.isEmpty()) {
            return InternetChecks.node(null, 0, 0, null);
        }
        int connected = 0;
        for (JsonNode peer : status.get().path("peers")) {
            connected += peer.path("state").asText().equals("CONNECTED") ? 1 : 0;
        }
        return InternetChecks.node(
                status.get().path("state").asText(),
                status.get().path("peers").size(),
                connected,
                status.get().path("exit").path("using").textValue());
    }
}
