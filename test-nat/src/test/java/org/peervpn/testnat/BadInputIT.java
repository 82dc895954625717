package org.peervpn.testnat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peervpn.testnat.tool.HostileSender;
import org.peervpn.testnat.tool.Repeater;

/** Whatever is wrong: one clear line, the right exit code, no stack trace, and the machine as it was. */
@ExtendWith(LabExtension.class)
class BadInputIT {
    static final int FAILED = 1;
    static final int WRONG_USAGE = 2;
    static final int NEEDS_ROOT = 3;
    static final int UNREACHABLE = 4;

    private static final String KEY = "QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH0=";
    private static final String DISCARD = KEY + "@" + Lab.STUN_ADDRESS + ":9";
    private static final int NOBODY = 65_534;
    static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void malformedArguments(Lab lab) {
        Host host = host(lab);
        MachineState before = host.state();

        assertRefused(call(host, "--connect=" + KEY.substring(1) + "@1.2.3.4:5"), WRONG_USAGE, "public key");
        assertRefused(call(host, "--connect=" + KEY + "@1.2.3.4"), WRONG_USAGE, "no port in endpoint");
        assertRefused(call(host, "--exit", "--port=70000"), WRONG_USAGE, "--port");
        assertRefused(call(host, "--exit", "--overlay=100.64.0.1/10"), WRONG_USAGE, "100.64.0.0/10");
        assertRefused(call(host, "--connect=" + DISCARD, "--route=10.0.0.0/40"), WRONG_USAGE, "--route");
        assertThat(home(host)).as("nothing was begun").doesNotExist();
        assertThat(host.state().differencesFrom(before)).isEmpty();
    }

    @Test
    void ownKeyAsPeer(Lab lab) throws IOException {
        Host host = host(lab);
        MachineState before = host.state();
        String own = info(host).path("publicKey").asText();

        assertRefused(call(host, "--connect=" + own + "@1.2.3.4:5"), WRONG_USAGE, "this node's own public key");
        assertRefused(call(host, "--exit", "--allow=" + own), WRONG_USAGE, "this node's own public key");
        assertThat(host.state().differencesFrom(before)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "is damaged: ",
                "is damaged: not a key\n",
                "is damaged: QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH0=QGCu\n",
                "chmod 600: QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH0=\n"
            })
    void badKeyFileIsNeverReplaced(String reasonAndContent, Lab lab) throws IOException {
        String[] parts = reasonAndContent.split(": ", 2);
        Host host = host(lab);
        MachineState before = host.state();
        Path key = writeKey(host, parts[1], parts[0].startsWith("chmod") ? "rw-r--r--" : "rw-------");

        for (String mode : new String[] {"--exit", "--listen", "--info", "--connect=" + DISCARD}) {
            assertRefused(call(host, mode), FAILED, parts[0]);
        }

        assertThat(key).hasContent(parts[1]);
        assertThat(host.state().differencesFrom(before)).isEmpty();
    }

    @Test
    void unreadableKeyFileIsNeverReplaced(Lab lab) throws IOException {
        Host host = host(lab);
        Path key = writeKey(host, KEY, "---------");
        for (Path path : new Path[] {key, home(host)}) {
            Files.setAttribute(path, "unix:uid", NOBODY);
        }

        assertRefused(callAsNobody(host, "--info"), FAILED, "private.key cannot be read: permission denied");

        assertThat(key).hasContent(KEY);
    }

    @Test
    void keyThatIsNoFile(Lab lab) throws IOException {
        Host host = host(lab);
        Files.createDirectories(home(host).resolve("private.key"));

        assertRefused(call(host, "--exit"), FAILED, "not a regular file");
        assertThat(home(host).resolve("private.key")).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage\n", "{}\n", "\0\0\0\n", "{\"version\":99}\nrm -rf /\n"})
    void corruptJournalIsNeitherObeyedNorDeleted(String content, Lab lab) throws IOException {
        Host host = host(lab);
        MachineState before = host.state();
        Peervpn node = Peervpn.on(host);
        node.startReady("--exit");
        node.end("KILL");
        MachineState left = host.state();
        Path journal = onlyJournal(Path.of(host.directory() + "/var/lib/peervpn"));
        String saved = Files.readString(journal);
        Files.writeString(journal, content);

        assertRefused(call(host, "--exit"), FAILED, "journal");
        assertRefused(call(host, "--connect=" + DISCARD, "--timeout=3"), FAILED, "journal");
        assertRefused(call(host, "--repair"), FAILED, "journal");

        assertThat(journal).hasContent(content);
        assertThat(host.state().differencesFrom(left)).isEmpty();
        Files.writeString(journal, saved);
        call(host, "--repair").orThrow();
        assertThat(host.state().differencesFrom(before)).isEmpty();
    }

    @Test
    void portTaken(Lab lab) {
        Host host = host(lab);
        WireGuardGo other = WireGuardGo.start(host, "wg0", Peervpn.PORT);
        MachineState before = host.state();

        assertRefused(call(host, "--exit", "--port=" + Peervpn.PORT), FAILED, Integer.toString(Peervpn.PORT));
        assertRefused(
                call(host, "--connect=" + DISCARD, "--timeout=3", "--port=" + Peervpn.PORT),
                FAILED,
                Integer.toString(Peervpn.PORT));
        assertThat(host.state().differencesFrom(before)).isEmpty();

        Peervpn node = Peervpn.on(host);
        node.startReady("--exit");
        assertThat(node.node().errors()).containsExactly("peervpn: port 51820 is taken; using 51821");
        assertThat(node.status().path("port").asInt()).isEqualTo(51_821);
        assertThat(node.end("TERM")).isZero();
        assertThat(host.state().differencesFrom(before)).isEmpty();
        other.stop();
    }

    @Test
    void interfaceTaken(Lab lab) {
        Host host = host(lab);
        host.ip("link add peervpn0 type bridge", "link set peervpn0 up", "address add 192.0.2.1/24 dev peervpn0");
        MachineState before = host.state();

        for (String mode : new String[] {"--exit", "--listen", "--connect=" + DISCARD}) {
            assertRefused(call(host, mode), FAILED, "the interface peervpn0 exists already");
        }

        assertThat(host.state().differencesFrom(before)).isEmpty();
    }

    @Test
    void interfaceTakenByATunThatIsDown(Lab lab) {
        Host host = host(lab);
        host.output("ip", "tuntap", "add", "dev", "peervpn0", "mode", "tun");
        MachineState before = host.state();

        assertRefused(call(host, "--exit"), FAILED, "peervpn0");

        assertThat(host.state().differencesFrom(before)).isEmpty();
    }

    @Test
    void noRoot(Lab lab) throws IOException {
        Host host = host(lab);
        MachineState before = host.state();

        for (String mode : new String[] {"--exit", "--listen", "--connect=" + DISCARD, "--repair"}) {
            assertRefused(callAsNobody(host, mode), NEEDS_ROOT, "needs root or CAP_NET_ADMIN");
        }

        assertThat(home(host)).doesNotExist();
        assertThat(host.state().differencesFrom(before)).isEmpty();
    }

    @Test
    void noTunDevice(Lab lab) {
        Host host = host(lab);
        MachineState before = host.state();

        for (String mode : new String[] {"--exit", "--listen", "--connect=" + DISCARD}) {
            assertRefused(
                    callAfterMount("mount -t tmpfs none /dev/net", host, mode),
                    FAILED,
                    "there is no /dev/net/tun; load it with: modprobe tun");
        }

        assertThat(host.state().differencesFrom(before)).isEmpty();
    }

    @Test
    void somethingElseInThePlaceOfTheTunDevice(Lab lab) {
        Host host = host(lab);
        MachineState before = host.state();

        assertRefused(
                callAfterMount("mount --bind /dev/null /dev/net/tun", host, "--exit"),
                FAILED,
                "/dev/net/tun is no TUN device");

        assertThat(host.state().differencesFrom(before)).isEmpty();
    }

    @Test
    void noFirewallProgram(Lab lab) {
        Host host = host(lab);
        MachineState before = host.state();

        assertRefused(callAfterMount("mount --bind /bin/false $(command -v nft)", host, "--exit"), FAILED, "nft");

        assertThat(host.state().differencesFrom(before)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"stun.example.org:3478", Lab.STUN_ADDRESS + ":3478", "[2001:db8::1]:3478", "none"})
    void noNetwork(String stun, Lab lab) throws IOException {
        Host lonely = lab.addHost("lonely");
        MachineState before = lonely.state();

        JsonNode info = json(call(lonely, "--info", "--json", "--stun=" + stun));
        assertThat(info.path("publicEndpoint").isNull()).isTrue();
        assertThat(info.path("connect").isNull()).isTrue();
        assertThat(info.path("confirmed").asBoolean()).isFalse();
        assertThat(info.path("localEndpoints")).isEmpty();
        assertThat(call(lonely, "--info", "--stun=" + stun).orThrow().output())
                .contains("Local endpoints: none: no network\nPublic endpoint: unknown\n");
        assertRefused(
                call(lonely, "--connect=" + DISCARD, "--timeout=3", "--stun=" + stun),
                UNREACHABLE,
                "no peer could be reached in 3 s");
        assertThat(lonely.state().differencesFrom(before)).isEmpty();
    }

    @Test
    void stunUnanswered(Lab lab) throws IOException {
        Host host = host(lab);
        String[] servers = {
            "--stun=" + Lab.STUN_ADDRESS + ":3478", "--stun=11.22.33.222:3478", "--stun=nowhere.invalid:3478"
        };

        long began = System.nanoTime();
        JsonNode info = json(call(host, servers[0], servers[1], servers[2], "--info", "--json"));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
        assertThat(info.path("publicEndpoint").isNull()).isTrue();
        assertThat(info.path("confirmed").asBoolean()).isFalse();

        Peervpn node = Peervpn.on(host);
        node.startReady("--exit");
        assertThat(node.node().output()).contains("Public endpoint: unknown");
        assertThat(node.node().errors()).isEmpty();
        assertThat(node.status().path("publicEndpoint").isNull()).isTrue();
    }

    @Test
    void secondNodeInTheSameHome(Lab lab) {
        Host host = host(lab);
        Peervpn first = Peervpn.on(host);
        first.startReady("--exit");
        MachineState running = host.state();

        for (String mode : new String[] {"--exit", "--listen", "--connect=" + DISCARD, "--repair"}) {
            assertRefused(
                    call(host, mode, "--interface=other0"),
                    FAILED,
                    "a node is already running in " + home(host) + " (process "
                            + first.node().pid() + ")");
        }

        assertThat(host.state().differencesFrom(running)).isEmpty();
        assertThat(first.status().path("state").asText()).isEqualTo("CONNECTED");
        assertThat(first.end("TERM")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {Lab.STUN_ADDRESS + ":9", "11.22.33.222:51820", "nowhere.invalid:51820"})
    void peerThatNeverAnswers(String endpoint, Lab lab) {
        Host host = host(lab);
        MachineState before = host.state();

        assertRefused(
                call(host, "--connect=" + KEY + "@" + endpoint, "--timeout=3"),
                UNREACHABLE,
                "no peer could be reached in 3 s");

        assertThat(host.state().differencesFrom(before)).isEmpty();
    }

    @Test
    void silenceOfAllPeersIsExplainedAfterFifteenSeconds(Lab lab) {
        Host host = host(lab);

        CommandResult result = call(host, "--connect=" + DISCARD, "--timeout=17");

        assertRefused(result, UNREACHABLE, "no peer could be reached in 17 s");
        assertThat(result.output())
                .contains("No peer has answered for 15 s. Still trying; likely reasons:\n  - ")
                .contains("behind a NAT or firewall");
    }

    @Test
    void hostileDatagramsAreCountedAndNothingElse(Lab lab) {
        Scenery scenery = publicScenery(lab);
        Host attacker = lab.add(SitePlan.of("attacker", NatType.PUBLIC)).host();
        Peervpn exit = scenery.exit();
        exit.startReady("--exit");
        List<String> output = exit.node().lines();

        for (String seed : new String[] {"1", "2", "3"}) {
            RunningProcess sender =
                    attacker.startJava(HostileSender.class, exit.host().ipv4(), Integer.toString(Peervpn.PORT), seed);
            assertThat(sender.awaitExit(PATIENCE)).as(sender.toString()).isZero();
        }

        Awaitility.await()
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(names(exit.status().path("drops")))
                        .contains("kernel", "unknown_type", "bad_mac1", "unknown_receiver", "stun"));
        assertThat(exit.node().lines()).as("what the exit prints").isEqualTo(output);
        assertThat(exit.status().path("peers")).isEmpty();
        scenery.client().startReady("--connect=" + exit.line());
        assertThat(scenery.seenByWebOverIpv4(scenery.client().host()))
                .isEqualTo(scenery.exitSite().publicAddress());
    }

    @Test
    void replaysAreCountedAndDropped(Lab lab) {
        Scenery scenery = publicScenery(lab);
        Host attacker = lab.add(SitePlan.of("attacker", NatType.PUBLIC)).host();
        Peervpn exit = scenery.exit();
        Host client = scenery.client().host();
        exit.startReady("--exit");
        attacker.startJava(Repeater.class, "4000", exit.host().ipv4(), Integer.toString(Peervpn.PORT), "3")
                .awaitLine("listening", PATIENCE);

        scenery.client().startReady("--connect=" + exit.publicKey() + "@" + attacker.ipv4() + ":4000");
        String replies = client.output(
                "ping", "-n", "-c", "5", "-i", "0.2", scenery.web().ipv4());

        assertThat(replies).contains("5 received").doesNotContain("DUP!");
        JsonNode drops = exit.status().path("drops");
        // Once connected, the two find the direct path, and the attacker is no longer between them.
        assertThat(drops.path("replayed").asLong()).as(drops.toString()).isGreaterThanOrEqualTo(2);
        assertThat(drops.path("replayed_handshake").asLong())
                .as(drops.toString())
                .isPositive();
        assertThat(exit.node().errors()).isEmpty();
    }

    private static Scenery publicScenery(Lab lab) {
        return Scenery.build(lab, SitePlan.of("exit", NatType.PUBLIC), SitePlan.of("client", NatType.PUBLIC));
    }

    private static Host host(Lab lab) {
        return lab.add(SitePlan.of("host", NatType.PUBLIC)).host();
    }

    /** The program on the host, without STUN unless the options say otherwise. */
    static CommandResult call(Host host, String... options) {
        return host.exec(PATIENCE, command(List.of(), host, options));
    }

    static CommandResult callAsNobody(Host host, String... options) {
        List<String> nobody = List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--");
        return host.exec(PATIENCE, command(nobody, host, options));
    }

    /** With something of the machine hidden, for this program only. */
    private static CommandResult callAfterMount(String mount, Host host, String... options) {
        List<String> mounted = List.of("unshare", "--mount", "sh", "-c", mount + " && exec \"$@\"", "sh");
        return host.exec(PATIENCE, command(mounted, host, options));
    }

    static String[] command(List<String> wrapper, Host host, String... options) {
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(List.of(launcher(), "--home=" + home(host)));
        if (Stream.of(options).noneMatch(option -> option.startsWith("--stun"))) {
            command.add("--stun=none");
        }
        command.addAll(List.of(options));
        return command.toArray(String[]::new);
    }

    static Path home(Host host) {
        return host.directory().resolve("home");
    }

    static void assertRefused(CommandResult result, int exitCode, String reason) {
        assertThat(result.exitCode()).as(result.toString()).isEqualTo(exitCode);
        assertThat(result.errors())
                .as(result.toString())
                .startsWith("peervpn: ")
                .contains(reason)
                .doesNotContain("Exception")
                .hasLineCount(1);
    }

    static JsonNode json(CommandResult result) throws IOException {
        return new ObjectMapper().readTree(result.orThrow().output());
    }

    static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static JsonNode info(Host host) throws IOException {
        return json(call(host, "--info", "--json"));
    }

    private static Path writeKey(Host host, String text, String mode) throws IOException {
        Files.createDirectories(home(host));
        Path key = home(host).resolve("private.key");
        Files.write(key, text.getBytes(UTF_8));
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(mode));
        return key;
    }

    private static Path onlyJournal(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> all =
                    files.filter(file -> file.toString().endsWith(".journal")).toList();
            assertThat(all).hasSize(1);
            return all.get(0);
        }
    }

    /** As {@link Peervpn} finds it. */
    private static String launcher() {
        String given = System.getProperty("peervpn.launcher");
        if (given != null) {
            return given;
        }
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isExecutable(directory.resolve("scripts/peervpn"))) {
            Path parent = directory.getParent();
            if (parent == null) {
                throw new LabException("no scripts/peervpn here or above");
            }
            directory = parent;
        }
        return directory.resolve("scripts/peervpn").toString();
    }
}
