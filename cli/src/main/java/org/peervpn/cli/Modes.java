package org.peervpn.cli;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.peervpn.node.NodeConfig;
import org.peervpn.node.NodeInfo;
import org.peervpn.node.Remembered;
import org.peervpn.node.diagnostics.Finding;
import org.peervpn.node.runtime.ControlClient;
import org.peervpn.node.runtime.Diagnostics;
import org.peervpn.node.runtime.Home;
import org.peervpn.node.runtime.InfoProbe;
import org.peervpn.node.runtime.Node;
import org.peervpn.node.runtime.NodeException;
import org.peervpn.node.runtime.PeersFile;
import org.peervpn.node.runtime.Privileges;
import org.peervpn.tunnel.NoisePrivateKey;

/** Does what the mode on the command line says. */
final class Modes {
    // A running node of a later version may tell more.
    private static final ObjectMapper JSON =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private final Settings settings;
    private final Options options;
    private final Console console;
    private final PrintStream err;

    Modes(Settings settings, Options options, PrintStream out, PrintStream err) {
        this.settings = settings;
        this.options = options;
        this.console = new Console(out, options.json);
        this.err = err;
    }

    /** Returns the exit code. */
    int run() throws NodeException {
        if (options.mode.version) {
            return version();
        } else if (options.mode.info) {
            return info();
        } else if (options.mode.status) {
            return status();
        } else if (options.mode.add != null) {
            return change("add", Map.of("line", options.mode.add.toString()), "Calling ");
        } else if (options.mode.remove != null) {
            return change("remove", Map.of("peer", options.mode.remove), "Removed ");
        } else if (options.mode.admit != null) {
            return change("admit", Map.of("peer", options.mode.admit), "Admitted ");
        } else if (options.mode.down) {
            return down();
        } else if (options.mode.repair) {
            return repair();
        } else if (options.mode.diagnostics) {
            return diagnostics();
        } else {
            return node();
        }
    }

    private int version() {
        if (console.isJson()) {
            console.result(JsonNodeFactory.instance.objectNode().put("version", versionText()));
        } else {
            console.line("peervpn " + versionText());
        }
        return Main.DONE;
    }

    static String versionText() {
        Properties properties = new Properties();
        try (InputStream file = Modes.class.getResourceAsStream("/peervpn.properties")) {
            properties.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }

    private int info() throws NodeException {
        Home home = home();
        Optional<JsonNode> running = new ControlClient(home).call("info", Map.of());
        NodeInfo info;
        if (running.isPresent()) {
            info = JSON.convertValue(running.get(), NodeInfo.class);
        } else {
            NoisePrivateKey key = home.privateKey(new SecureRandom());
            NodeConfig config = NodeConfigs.forInfo(options, key, versionText());
            info = InfoProbe.probe(config, options.portOrDefault(), options.port == null);
        }
        if (console.isJson()) {
            console.result(JSON.valueToTree(info));
        } else {
            InfoText.lines(info).forEach(console::line);
        }
        return Main.DONE;
    }

    private int status() throws NodeException {
        JsonNode status = callNode("status", Map.of());
        if (console.isJson()) {
            console.result(status);
        } else {
            StatusText.lines(status).forEach(console::line);
        }
        return Main.DONE;
    }

    private int change(String call, Map<String, String> arguments, String done) throws NodeException {
        JsonNode answer = callNode(call, arguments);
        if (console.isJson()) {
            console.result(answer);
        } else {
            console.line(done + answer.path("peer").asText() + ".");
        }
        return Main.DONE;
    }

    private int down() throws NodeException {
        JsonNode answer = callNode("down", Map.of());
        if (console.isJson()) {
            console.result(answer);
        } else {
            console.line("The node has ended and the machine is restored.");
        }
        return Main.DONE;
    }

    private JsonNode callNode(String call, Map<String, String> arguments) throws NodeException {
        Home home = Home.find(options.homeDirectory());
        return new ControlClient(home)
                .call(call, arguments)
                .orElseThrow(() -> new NodeException("no node is running in " + home.directory()
                        + "; start one with --exit, --connect or --listen"));
    }

    private int repair() throws NodeException {
        Optional<String> lack = Privileges.current().lackForNetwork();
        if (lack.isPresent()) {
            return needsRoot(lack.get());
        }
        int undone = Node.repair(nodeOptions(home()));
        if (console.isJson()) {
            console.result(JsonNodeFactory.instance.objectNode().put("undone", undone));
        } else {
            console.line(undone == 0 ? "Nothing to repair." : "Repaired: " + undone + " changes undone.");
        }
        return Main.DONE;
    }

    private int diagnostics() throws NodeException {
        Home home = Home.find(options.homeDirectory());
        // Of an identity of its own: it must not make one, and need not be able to read the one that there is.
        NoisePrivateKey key = NoisePrivateKey.generate(new SecureRandom());
        NodeConfig config = NodeConfigs.forInfo(options, key, versionText());
        List<Finding> findings = Diagnostics.run(config, nodeOptions(home));
        if (console.isJson()) {
            console.result(JSON.valueToTree(Map.of("checks", findings)));
        } else {
            DiagnosticsText.lines(findings).forEach(console::line);
        }
        return DiagnosticsText.firstProblem(findings)
                .map(problem -> {
                    Main.complain(err, problem);
                    return Main.FAILED;
                })
                .orElse(Main.DONE);
    }

    private int node() throws NodeException {
        Optional<String> lack = Privileges.current().lackForNetwork();
        if (lack.isPresent()) {
            return needsRoot(lack.get());
        }
        Home home = home();
        NoisePrivateKey key = home.privateKey(new SecureRandom());
        Secrets secrets = Secrets.read(options, System.getenv(Passcodes.VARIABLE));
        Remembered remembered = PeersFile.read(home);
        NodeConfig config = NodeConfigs.forNode(options, key, secrets, remembered, versionText());
        return new RunningNode(config, nodeOptions(home), console, err, new Reload(settings, config)).run();
    }

    private int needsRoot(String lack) {
        Main.complain(err, lack);
        return Main.NEEDS_ROOT;
    }

    private Home home() throws NodeException {
        return Home.open(options.homeDirectory());
    }

    private Node.Options nodeOptions(Home home) {
        return new Node.Options(
                home,
                options.interfaceName,
                options.portOrDefault(),
                options.port == null,
                !options.noPortMapping,
                options.monitorNat);
    }
}
