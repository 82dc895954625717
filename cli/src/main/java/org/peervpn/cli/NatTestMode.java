package org.peervpn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.peervpn.nat.behavior.Stage;
import org.peervpn.node.Endpoint;
import org.peervpn.node.NodeConfig;
import org.peervpn.node.nattest.NatReport;
import org.peervpn.node.runtime.ControlClient;
import org.peervpn.node.runtime.Home;
import org.peervpn.node.runtime.NatProbe;
import org.peervpn.node.runtime.NodeException;
import org.peervpn.tunnel.NoisePrivateKey;

/** {@code --nattest}: by the node that runs in the home, or else by a port of its own. */
final class NatTestMode {
    private final Options options;
    private final Console console;
    private final PrintStream err;

    NatTestMode(Options options, Console console, PrintStream err) {
        this.options = options;
        this.console = console;
        this.err = err;
    }

    /** Returns the exit code. */
    int run() throws NodeException {
        List<Endpoint> servers = NodeConfigs.natTestServers(options);
        NatReport report = report(servers);
        if (console.isJson()) {
            console.result(Modes.JSON.valueToTree(report));
        } else {
            NatText.lines(report).forEach(console::line);
        }
        return Main.DONE;
    }

    private NatReport report(List<Endpoint> servers) throws NodeException {
        String names = servers.stream().map(Endpoint::toString).collect(Collectors.joining(","));
        progress("Testing with " + servers.size() + (servers.size() == 1 ? " server" : " servers")
                + ", for at most 8 s ...");
        Optional<JsonNode> running =
                new ControlClient(Home.find(options.homeDirectory())).call("nattest", Map.of("servers", names));
        if (running.isPresent()) {
            return Modes.JSON.convertValue(running.get(), NatReport.class);
        }
        // Of an identity of its own: it needs none, and shall not make one.
        NoisePrivateKey key = NoisePrivateKey.generate(new SecureRandom());
        NodeConfig config = NodeConfigs.forInfo(options, key, Modes.versionText());
        return NatProbe.probe(
                config, servers, options.portOrDefault(), options.port == null, this::tellPort, this::tell);
    }

    private void tellPort(int port) {
        if (port != options.portOrDefault()) {
            Main.complain(err, "port " + options.portOrDefault() + " is taken; tested with " + port);
        }
    }

    private void tell(Stage stage) {
        progress("  known: "
                + switch (stage) {
                    case MAPPING -> "mapping";
                    case PORTS -> "ports";
                    case FILTERING -> "filtering";
                    case HAIRPINNING -> "hairpinning";
                });
    }

    private void progress(String text) {
        if (!console.isJson()) {
            console.line(text);
        }
    }
}
