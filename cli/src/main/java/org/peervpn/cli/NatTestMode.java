package org.peervpn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.peervpn.nat.behavior.Stage;
import org.peervpn.node.Endpoint;
import org.peervpn.node.NodeConfig;
import org.peervpn.node.nattest.NatReport;
import org.peervpn.node.nattest.NatTestProgress;
import org.peervpn.node.nattest.NatTestRequest;
import org.peervpn.node.runtime.ControlClient;
import org.peervpn.node.runtime.Home;
import org.peervpn.node.runtime.NatProbe;
import org.peervpn.node.runtime.NodeException;
import org.peervpn.tunnel.NoisePrivateKey;

/** {@code --nattest}: by the node that runs in the home, or else by a port of its own. */
final class NatTestMode implements NatTestProgress {
    private static final long BUDGET_MILLIS = 7_000;
    private static final long LEAST_BUDGET_MILLIS = 5_000;
    private static final int STANDARD_ERROR = 2;
    private static final int BAR_WIDTH = 40;
    private static final int LIFETIME_SECONDS = 183;

    private final Options options;
    private final Console console;
    private final PrintStream err;
    private volatile boolean barDrawn;

    NatTestMode(Options options, Console console, PrintStream err) {
        this.options = options;
        this.console = console;
        this.err = err;
    }

    /** Returns the exit code. */
    int run() throws NodeException {
        List<Endpoint> servers = NodeConfigs.natTestServers(options);
        NatReport report = report(servers);
        if (barDrawn) {
            err.println();
        }
        if (console.isJson()) {
            console.result(Json.MAPPER.valueToTree(report));
        } else {
            NatText.lines(report).forEach(console::line);
        }
        return Main.DONE;
    }

    private NatReport report(List<Endpoint> servers) throws NodeException {
        progress("Testing with " + servers.size() + (servers.size() == 1 ? " server" : " servers")
                + ", for at most 8 s" + (options.lifetime ? "; then the lifetime, for up to three minutes" : "")
                + " ...");
        NatTestRequest request = new NatTestRequest(servers, budgetMillis(), options.lifetime);
        Optional<JsonNode> running =
                new ControlClient(Home.find(options.homeDirectory())).call("nattest", arguments(request));
        if (running.isPresent()) {
            return Json.MAPPER.convertValue(running.get(), NatReport.class);
        }
        // Of an identity of its own: it needs none, and shall not make one.
        NoisePrivateKey key = NoisePrivateKey.generate(new SecureRandom());
        NodeConfig config = NodeConfigs.forInfo(options, key, Modes.versionText());
        return NatProbe.probe(config, request, options.portOrDefault(), options.port == null, this::tellPort, this);
    }

    /** What is left of the time that the whole call may take: a slow machine has used some already. */
    private static long budgetMillis() {
        long spent = ProcessHandle.current()
                .info()
                .startInstant()
                .map(start -> Duration.between(start, Instant.now()).toMillis())
                .orElse(0L);
        return Math.max(LEAST_BUDGET_MILLIS, BUDGET_MILLIS - Math.max(0, spent));
    }

    private static Map<String, String> arguments(NatTestRequest request) {
        String names = request.servers().stream().map(Endpoint::toString).collect(Collectors.joining(","));
        return Map.of(
                "servers", names,
                "budgetMillis", String.valueOf(request.budgetMillis()),
                "lifetime", String.valueOf(request.lifetime()));
    }

    private void tellPort(int port) {
        if (port != options.portOrDefault()) {
            Main.complain(err, "port " + options.portOrDefault() + " is taken; tested with " + port);
        }
    }

    @Override
    public void finished(Stage stage) {
        progress("  known: "
                + switch (stage) {
                    case MAPPING -> "mapping";
                    case PORTS -> "ports";
                    case FILTERING -> "filtering";
                    case HAIRPINNING -> "hairpinning";
                });
    }

    /** A bar that grows in its line, for who sits at a terminal. */
    @Override
    public void lifetime(int percent) {
        if (!console.isJson() && GuestPrompt.isTerminal(STANDARD_ERROR)) {
            barDrawn = true;
            int full = percent * BAR_WIDTH / 100;
            err.print("\r  lifetime [" + "#".repeat(full) + ".".repeat(BAR_WIDTH - full) + "] at most "
                    + (100 - percent) * LIFETIME_SECONDS / 100 + " s more ");
            err.flush();
        }
    }

    private void progress(String text) {
        if (!console.isJson()) {
            console.line(text);
        }
    }
}
