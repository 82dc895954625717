package org.peervpn.testnat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The program under test on one host, with a home of its own, used as people use it: by its command line. */
public final class Peervpn {
    public static final int PORT = 51820;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final List<String> STUN = Stream.of(Lab.STUN_ADDRESS, Lab.OTHER_STUN_ADDRESS)
            .map(address -> "--stun=" + address + ":" + Coturn.PORT)
            .toList();

    private final Host host;
    private final List<String> launcher;
    private final List<String> stun;
    private Consumer<String> listener = line -> {};
    private List<String> starter = List.of();
    private @Nullable JsonNode identity; // until it was first asked for
    private @Nullable RunningProcess node; // null until it was first started

    private Peervpn(Host host, List<String> launcher, List<String> stun) {
        this.host = host;
        this.launcher = launcher;
        this.stun = stun;
    }

    public static Peervpn on(Host host) {
        return new Peervpn(host, List.of(launcher()), STUN);
    }

    /** Runs in this JDK, whose tools may ask it things, and asks no STUN servers. */
    public static Peervpn withoutStun(Host host, Path javaHome) {
        List<String> launcher = List.of(
                "env", "PEERVPN_JAVA_HOME=" + javaHome, "_JAVA_OPTIONS=-XX:-DisableAttachMechanism", launcher());
        return new Peervpn(host, launcher, List.of("--stun=none"));
    }

    public Host host() {
        return host;
    }

    /** Hears every line that nodes print which are started from now on. */
    public void listener(Consumer<String> wanted) {
        listener = wanted;
    }

    /** A script for {@code sh} that runs before nodes which are started from now on, in their own mount namespace. */
    public void beforeStart(String script) {
        starter = List.of("sh", "-c", script + " && exec \"$@\"", "sh");
    }

    /** Runs one of the modes that end by themselves. */
    public CommandResult call(String... options) {
        return host.exec(PATIENCE, command(List.of(options)));
    }

    /** Starts a node that uses the laboratory's STUN servers, if any. */
    public RunningProcess start(String... options) {
        node = host.start(listener, commandLine(options).toArray(String[]::new));
        return node;
    }

    /** What starts a node that uses the laboratory's STUN servers, if any. */
    public List<String> commandLine(String... options) {
        List<String> all = new ArrayList<>(stun);
        all.addAll(List.of(options));
        List<String> whole = new ArrayList<>(starter);
        whole.addAll(List.of(command(all)));
        return whole;
    }

    /** What calls a mode, with these options only. */
    public List<String> modeCommand(String... options) {
        return List.of(command(List.of(options)));
    }

    /** Starts a node and waits until it forwards packets. */
    public RunningProcess startReady(String... options) {
        RunningProcess started = start(options);
        awaitReady();
        return started;
    }

    public void awaitReady() {
        node().awaitLine("^Ready\\.$", PATIENCE);
    }

    /** The node that was started last. */
    public RunningProcess node() {
        if (node == null) {
            throw new IllegalStateException("no node was started on " + host);
        }
        return node;
    }

    /** Ends the node by a signal, and returns its exit code. */
    public int end(String signal) {
        node().signal(signal);
        return awaitExit();
    }

    /** Waits until the node has ended, and returns its exit code. */
    public int awaitExit() {
        return node().awaitExit(PATIENCE);
    }

    public JsonNode info() {
        List<String> options = new ArrayList<>(stun);
        options.addAll(List.of("--info", "--json"));
        return json(call(options.toArray(String[]::new)));
    }

    /** What {@code --nattest} finds out by the laboratory's STUN servers. */
    public JsonNode natTest() {
        List<String> options = new ArrayList<>(stun);
        options.addAll(List.of("--nattest", "--json"));
        return json(call(options.toArray(String[]::new)));
    }

    /** What the running node answers on its control socket, without a program between. */
    public JsonNode ask(String call, Map<String, String> arguments) {
        ObjectNode question = new ObjectMapper().createObjectNode().put("call", call);
        arguments.forEach(question::put);
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
            channel.write(ByteBuffer.wrap((question + "\n").getBytes(StandardCharsets.UTF_8)));
            JsonNode answer = new ObjectMapper()
                    .readTree(new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8)).readLine());
            if (answer.has("error")) {
                throw new LabException(host + ": " + answer.path("error").asText());
            }
            return answer.path("result");
        } catch (IOException e) {
            throw new LabException("the node on " + host + " cannot be asked", e);
        }
    }

    /** Root's nodes have it in a directory of the machine, of which each host has its own. */
    private Path socket() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(host.directory() + "/run/peervpn"))) {
            return files.filter(file -> file.toString().endsWith(".sock"))
                    .findFirst()
                    .orElseThrow(() -> new LabException("no node runs on " + host));
        }
    }

    public JsonNode status() {
        return json(call("--status", "--json"));
    }

    public String publicKey() {
        return identity().path("publicKey").asText();
    }

    /** The overlay addresses of this host. */
    public List<String> addresses() {
        return texts(identity().path("addresses"));
    }

    /** What others give as {@code --connect} and {@code --add}. */
    public String line() {
        JsonNode info = info();
        return info.path("publicKey").asText() + "@"
                + info.path("publicEndpoint").asText();
    }

    /** What the node knows of a peer; a {@code MissingNode} where it knows nothing. */
    public JsonNode peer(String publicKey) {
        return StreamSupport.stream(status().path("peers").spliterator(), false)
                .filter(peer -> peer.path("publicKey").asText().equals(publicKey))
                .findFirst()
                .orElse(MissingNode.getInstance());
    }

    public static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    /** What never changes in a home. */
    private JsonNode identity() {
        if (identity == null) {
            identity = info();
        }
        return identity;
    }

    private String[] command(List<String> options) {
        List<String> command = new ArrayList<>(launcher);
        command.add("--home=" + host.directory().resolve("home"));
        command.addAll(options);
        return command.toArray(String[]::new);
    }

    private static JsonNode json(CommandResult result) {
        try {
            return new ObjectMapper().readTree(result.orThrow().output());
        } catch (JsonProcessingException e) {
            throw new LabException("not JSON: " + result, e);
        }
    }

    /** The system property {@code peervpn.launcher}, or the launcher of the checkout that we were started in. */
    private static String launcher() {
        String given = System.getProperty("peervpn.launcher");
        if (given != null) {
            return given;
        }
        Path here = Path.of("").toAbsolutePath();
        for (Path directory = here; directory != null; directory = directory.getParent()) {
            Path candidate = directory.resolve("scripts/peervpn");
            if (Files.isExecutable(candidate)) {
                return candidate.toString();
            }
        }
        throw new LabException("no scripts/peervpn at or above " + here + "; name one by -Dpeervpn.launcher=FILE");
    }
}
