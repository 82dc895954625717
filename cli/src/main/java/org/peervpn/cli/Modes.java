package org.peervpn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.peervpn.node.ConnectLine;
import org.peervpn.node.NodeConfig;
import org.peervpn.node.NodeInfo;
import org.peervpn.node.OverlayAddresses;
import org.peervpn.node.Remembered;
import org.peervpn.node.diagnostics.Finding;
import org.peervpn.node.invitation.Invitation;
import org.peervpn.node.runtime.ControlClient;
import org.peervpn.node.runtime.Diagnostics;
import org.peervpn.node.runtime.Home;
import org.peervpn.node.runtime.InfoProbe;
import org.peervpn.node.runtime.Node;
import org.peervpn.node.runtime.NodeException;
import org.peervpn.node.runtime.PeersFile;
import org.peervpn.node.runtime.Privileges;
import org.peervpn.tunnel.NoisePrivateKey;
import org.peervpn.tunnel.NoisePublicKey;

/** Does what the mode on the command line says. */
final class Modes {
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
        } else if (options.mode.nattest) {
            return new NatTestMode(options, console, err).run();
        } else if (options.mode.status) {
            return status();
        } else if (options.mode.add != null) {
            return add(options.mode.add);
        } else if (options.mode.remove != null) {
            return change("remove", Map.of("peer", options.mode.remove), "Removed ");
        } else if (options.mode.admit != null) {
            return change("admit", Map.of("peer", options.mode.admit), "Admitted ");
        } else if (options.mode.check != null) {
            return check(options.mode.check);
        } else if (options.mode.export != null) {
            return export(Exported.checkedName(options.mode.export, "--export"));
        } else if (options.mode.invite != null) {
            return invite(options.mode.invite);
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
        NodeInfo info = ownInfo(home());
        if (console.isJson()) {
            console.result(Json.MAPPER.valueToTree(info));
        } else {
            InfoText.lines(info).forEach(console::line);
        }
        if (options.qr) {
            String code = info.code();
            if (code == null) {
                throw new NodeException("there is no code to show: others could not reach this node");
            }
            showCode(code);
        }
        return Main.DONE;
    }

    /** In upper case, in which a QR code packs it best. */
    private void showCode(String code) {
        show(code.toUpperCase(Locale.ROOT));
    }

    private void show(String text) {
        console.picture(QrText.lines(text, Terminal.hasColours()));
    }

    /** Of the running node, or of the one that could run here. */
    private NodeInfo ownInfo(Home home) throws NodeException {
        Optional<JsonNode> running = new ControlClient(home).call("info", Map.of());
        if (running.isPresent()) {
            return Json.MAPPER.convertValue(running.get(), NodeInfo.class);
        }
        NoisePrivateKey key = home.privateKey(new SecureRandom());
        NodeConfig config = NodeConfigs.forInfo(options, key, versionText());
        return InfoProbe.probe(config, options.portOrDefault(), options.port == null);
    }

    private int check(Invitation code) throws NodeException {
        code.checkTime(Instant.now());
        NodeInfo info = ownInfo(home());
        code.checkReader(NoisePublicKey.parse(info.publicKey()));
        MeetingText meeting = new MeetingText(info, code);
        if (console.isJson()) {
            console.result(meeting.json());
        } else {
            meeting.checkLines().forEach(console::line);
        }
        return Main.DONE;
    }

    private int add(ConnectLine line) throws NodeException {
        JsonNode answer = callNode("add", Map.of("line", line.toString()));
        Invitation code = line.invitation();
        if (console.isJson()) {
            console.result(answer);
            return Main.DONE;
        }
        console.line("Calling " + answer.path("peer").asText() + ".");
        if (code != null) {
            NodeInfo info = Json.MAPPER.convertValue(callNode("info", Map.of()), NodeInfo.class);
            new MeetingText(info, code).introductionLines().forEach(console::line);
        }
        return Main.DONE;
    }

    /** The private key is nowhere but in what is printed. */
    private int export(String name) throws NodeException {
        Home home = home();
        ControlClient control = new ControlClient(home);
        NodeInfo info = ownInfo(home);
        Optional<JsonNode> status = control.call("status", Map.of());
        NoisePrivateKey key = NoisePrivateKey.generate(new SecureRandom());
        Exported exported = Exported.of(name, key, info, options.overlay, isExit(status));
        if (status.isPresent()) {
            control.call("admit", Map.of("peer", key.publicKey().toString()));
        } else {
            PeersFile.admit(home, key.publicKey(), name);
            Main.complain(err, "no node runs here yet; the file sends internet traffic to it, so start it with --exit");
        }
        if (console.isJson()) {
            console.result(exported.json());
        } else {
            exported.lines().forEach(console::line);
        }
        if (options.qr) {
            show(exported.text());
        }
        return Main.DONE;
    }

    /** The secret in the code is nowhere but in what is printed, and in the home. */
    private int invite(String name) throws NodeException {
        String checked = name.isEmpty() ? "" : Exported.checkedName(name, "--invite");
        JsonNode answer = callNode("invite", Map.of("name", checked));
        if (console.isJson()) {
            console.result(answer);
        } else {
            InvitedText.lines(answer).forEach(console::line);
        }
        if (options.qr) {
            showCode(answer.path("code").asText());
        }
        return Main.DONE;
    }

    /** One that does not run yet is taken for one. */
    private static boolean isExit(Optional<JsonNode> status) {
        return status.isEmpty() || !status.get().path("exit").path("offering").isEmpty();
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
            console.result(Json.MAPPER.valueToTree(Map.of("checks", findings)));
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
        Imported imported = options.imported;
        NoisePrivateKey inFile = imported == null ? null : imported.privateKey();
        NoisePrivateKey key = inFile != null ? inFile : home.privateKey(new SecureRandom());
        if (imported != null) {
            imported.notices(OverlayAddresses.of(key.publicKey(), options.overlay), options.overlay)
                    .forEach(notice -> Main.complain(err, "--import: " + notice));
        }
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
                options.monitorNat,
                !options.noTunOffload,
                !options.noUdpOffload,
                options.workersOrDefault());
    }
}
