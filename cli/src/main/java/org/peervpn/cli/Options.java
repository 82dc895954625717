package org.peervpn.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.Admission;
import org.peervpn.node.ConnectLine;
import org.peervpn.node.Endpoint;
import org.peervpn.node.OverlayAddresses;
import org.peervpn.node.invitation.Invitation;
import org.peervpn.node.runtime.Home;
import org.peervpn.routing.Cidr;
import org.peervpn.tunnel.NoisePublicKey;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What can be said on the command line. Read by picocli. */
@Command(
        name = "peervpn",
        sortOptions = false,
        usageHelpAutoWidth = true,
        customSynopsis = "peervpn MODE [OPTIONS]",
        header = "A private network between people who trust each other, without a server.%n",
        optionListHeading = "%nOptions:%n",
        footer = {
            "",
            "ENDPOINT is 1.2.3.4:51820, [2001:db8::1]:51820 or name:51820; PUBKEY is WireGuard's base64;",
            "CODE is an invitation, peervpn1...; PEER is a public key, a Peer ID or a name.",
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 needs root, 4 peer not reached in time."
        })
final class Options {
    static final int DEFAULT_PORT = 51820;
    static final int DEFAULT_MTU = 1420;
    static final int MIN_MTU = 1280;
    static final int MAX_MTU = 9000;
    private static final int MAX_WORKERS = 16;
    private static final int MAX_DEFAULT_WORKERS = 8;

    /** Exactly one of these, but for --connect and --import, which may stand beside --exit, --listen and each other. */
    static final class Mode {
        @Option(
                names = "--info",
                description = "Show the Peer ID, the public key and the line that others connect with.")
        boolean info;

        @Option(
                names = "--nattest",
                description = "Find out what the NAT does, what it means, and what to do about it.")
        boolean nattest;

        @Option(names = "--exit", description = "Forward peers' traffic to the internet until stopped. Needs root.")
        boolean exit;

        @Option(
                names = "--connect",
                paramLabel = "PUBKEY@ENDPOINT|CODE",
                description = "Connect, and send internet traffic through that peer if it offers an exit. Repeatable,"
                        + " and allowed with --exit and --listen. Needs root.")
        List<ConnectLine> connect = new ArrayList<>();

        @Option(names = "--listen", description = "Wait for peers without offering an exit. Needs root.")
        boolean listen;

        @Option(names = "--status", description = "Show the running node: peers, paths, traffic, exit.")
        boolean status;

        @Option(
                names = "--add",
                paramLabel = "PUBKEY@ENDPOINT|CODE",
                description = "Make the running node know and call a peer; a reply code goes here.")
        @Nullable
        ConnectLine add;

        @Option(
                names = "--remove",
                paramLabel = "PEER|NAME|CODE",
                description =
                        "Make the running node forget a peer, and keep it out until it is named anew; or withdraw the"
                                + " invitation for this name or of this code.")
        @Nullable
        String remove;

        @Option(
                names = "--admit",
                paramLabel = "PEER",
                description = "Make the running node let in a guest, or whoever has this public key.")
        @Nullable
        String admit;

        @Option(
                names = "--check",
                paramLabel = "CODE",
                description = "Say, without connecting, how and whether a connection by this code will work.")
        @Nullable
        Invitation check;

        @Option(
                names = "--export",
                paramLabel = "NAME",
                description = "Admit a new key, and print the configuration with it for a stock WireGuard.")
        @Nullable
        String export;

        @Option(
                names = "--invite",
                arity = "0..1",
                fallbackValue = "",
                paramLabel = "NAME",
                description = "Make the running node print a code that lets in whoever uses it first, once.")
        @Nullable
        String invite;

        @Option(
                names = "--import",
                paramLabel = "FILE",
                description =
                        "Connect to the peers of a wg-quick configuration, as the node that it is for. Needs root.")
        @Nullable
        Path importFile;

        @Option(names = "--down", description = "Stop the running node and wait until the machine is restored.")
        boolean down;

        @Option(names = "--repair", description = "Undo what a killed node left behind. Needs root.")
        boolean repair;

        @Option(
                names = "--diagnostics",
                description = "Check what a node needs, for you and for who helps you; no secrets.")
        boolean diagnostics;

        @Option(names = "--version", description = "Show the version.")
        boolean version;
    }

    @ArgGroup(exclusive = false, heading = "Modes, exactly one:%n", order = 1)
    Mode mode = new Mode();

    @Option(
            names = {"-h", "--help"},
            description = "Show this help.")
    boolean help;

    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "Identity and configuration; ~/.peervpn of the invoking user, also under sudo.")
    @Nullable
    Path home;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Settings by the names of these options; DIR/config.yaml if there. Options win over the file.")
    @Nullable
    Path config;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "The one UDP port; by default 51820, or the next free one.")
    @Nullable
    Integer port;

    @Option(names = "--interface", paramLabel = "NAME", description = "The TUN device; peervpn0 by default.")
    String interfaceName = "peervpn0";

    @Option(names = "--mtu", paramLabel = "N", description = "The MTU inside the tunnel; 1420 by default.")
    int mtu = DEFAULT_MTU;

    @Option(
            names = "--overlay",
            paramLabel = "CIDR",
            description = "Where IPv4 overlay addresses come from, the same on all nodes; 100.64.0.0/10 by default.")
    Cidr overlay = OverlayAddresses.DEFAULT_IPV4_PREFIX;

    @Option(names = "--name", paramLabel = "TEXT", description = "The name shown to peers; the host name by default.")
    @Nullable
    String name;

    @Option(
            names = "--stun",
            paramLabel = "HOST:PORT",
            description = "A STUN server instead of the default ones. Repeatable. --stun=none asks none.")
    List<String> stun = new ArrayList<>();

    @Option(
            names = "--endpoint",
            paramLabel = "HOST:PORT",
            description = "Announce this public endpoint instead of the one that STUN finds.")
    @Nullable
    Endpoint endpoint;

    @Option(
            names = "--no-port-mapping",
            description = "Do not ask the router to open the port (by PCP, NAT-PMP or UPnP).")
    boolean noPortMapping;

    @Option(
            names = "--monitor-nat",
            description = "While the node runs, tell every 10 s of the public endpoint that STUN servers see.")
    boolean monitorNat;

    @Option(names = "--allow", paramLabel = "PUBKEY", description = "Admit this key. Repeatable.")
    List<NoisePublicKey> allow = new ArrayList<>();

    @Option(
            names = "--admission",
            paramLabel = "line|passcode|ask|known",
            description = "Who may come in: whoever holds the connect line (default with --exit and --listen); whoever"
                    + " knows the passcode, too; whom you let in when it asks; or only keys named by --allow,"
                    + " --connect, --add, --admit (else).")
    @Nullable
    Admission admission;

    @Option(
            names = "--passcode-file",
            paramLabel = "FILE",
            description = "The passcode: asked of others (implies --admission=passcode), and told to peers of --connect"
                    + " that ask for one. Or set PEERVPN_PASSCODE.")
    @Nullable
    Path passcodeFile;

    @Option(
            names = "--psk-file",
            paramLabel = "FILE",
            description = "Preshared keys: a line PUBKEY PSK for each peer with which one has been agreed.")
    @Nullable
    Path pskFile;

    @Option(
            names = "--no-spray",
            description = "Never try many ports to get through a NAT that gives each connection another one.")
    boolean noSpray;

    @Option(
            names = "--no-lan-beacon",
            description = "Neither look for peers in the local network by multicast, nor be found so.")
    boolean noLanBeacon;

    @Option(
            names = "--no-tun-offload",
            description = "Take packets from the machine one by one; for kernels and drivers that do it wrong.")
    boolean noTunOffload;

    @Option(
            names = "--no-udp-offload",
            description = "Send and receive datagrams one by one; for kernels and drivers that do it wrong.")
    boolean noUdpOffload;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description =
                    "How many threads share the packets in each direction, 0 to 16; by default half of the processors,"
                            + " at most 8, or 0 where there are fewer than 4.")
    @Nullable
    Integer workers;

    @Option(names = "--no-exit", description = "Connect, but keep internet traffic local.")
    boolean noExit;

    @Option(
            names = "--exit-via",
            paramLabel = "PEER",
            description =
                    "Which peer is the exit, by public key or Peer ID; repeatable, in order of preference. A stock"
                            + " WireGuard has to be named here.")
    List<String> exitVia = new ArrayList<>();

    @Option(
            names = "--route",
            paramLabel = "CIDR",
            description = "Send only this through the exit. Repeatable; by default all.")
    List<Cidr> route = new ArrayList<>();

    @Option(names = "--exclude", paramLabel = "CIDR", description = "Keep this off the exit. Repeatable.")
    List<Cidr> exclude = new ArrayList<>();

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "How long --connect tries for the first handshake; 120 by default, 0 for ever.")
    int timeout = 120;

    @Option(
            names = "--qr",
            description = "With --info, --invite and --export: show the code or file as a QR code, too.")
    boolean qr;

    @Option(
            names = "--lifetime",
            description = "With --nattest: measure for how long an idle mapping lives, too; up to three minutes.")
    boolean lifetime;

    @Option(names = "--json", description = "Machine-readable result on standard output.")
    boolean json;

    @Option(names = "--log-level", paramLabel = "LEVEL", description = "error, warn, info (default), debug or trace.")
    String logLevel = "info";

    @Option(names = "--log-format", paramLabel = "text|json", description = "The format of the log; text by default.")
    String logFormat = "text";

    @Option(names = "--debug", description = "Log level debug: one line for each handshake, path and routing decision.")
    boolean debug;

    /** What {@link Mode#importFile} says; null if it was not given. */
    @Nullable
    Imported imported;

    /** True if a node is to run. */
    boolean runsNode() {
        return mode.exit || mode.listen || !mode.connect.isEmpty() || mode.importFile != null;
    }

    /** False if a broken configuration file must not be in the way, for nothing in it matters. */
    boolean readsConfiguration() {
        boolean changesPeers = mode.add != null || mode.remove != null || mode.admit != null || mode.invite != null;
        return config != null || !(help || mode.version || mode.status || mode.down || changesPeers);
    }

    Path homeDirectory() {
        return home != null ? home : Home.defaultDirectory();
    }

    int portOrDefault() {
        return port == null ? DEFAULT_PORT : port;
    }

    /** Throws if the options do not fit together. */
    void check() {
        List<String> given = modes();
        if (given.isEmpty()) {
            throw new UsageException("say what to do: one of the modes below");
        }
        if (given.size() > 1) {
            throw new UsageException(String.join(" and ", given) + " cannot be combined");
        }
        Conversions.checkInterface(interfaceName);
        if (qr && (json || !(mode.info || mode.export != null || mode.invite != null))) {
            throw new UsageException("--qr is for --info, --invite and --export, without --json");
        }
        range("--port", portOrDefault(), 1, 65_535);
        range("--mtu", mtu, MIN_MTU, MAX_MTU);
        range("--timeout", timeout, 0, Integer.MAX_VALUE);
        range("--workers", workersOrDefault(), 0, MAX_WORKERS);
        if (!overlay.isIpv4() || overlay.prefixLength() < 8 || overlay.prefixLength() > 28) {
            throw new IllegalArgumentException("--overlay: not an IPv4 prefix of length 8 to 28: " + overlay);
        }
        if (lifetime && !mode.nattest) {
            throw new IllegalArgumentException("--lifetime: goes with --nattest only");
        }
        if (mode.nattest && stun.contains("none")) {
            throw new IllegalArgumentException("--stun: none leaves --nattest nobody to ask");
        }
        if (stun.contains("none") && stun.size() > 1) {
            throw new IllegalArgumentException("--stun: none cannot be combined with servers");
        }
        if (!stun.contains("none")) {
            stun.forEach(Options::stunServer);
        }
    }

    static Endpoint stunServer(String text) {
        try {
            return Endpoint.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--stun: " + e.getMessage(), e);
        }
    }

    int workersOrDefault() {
        return workers != null ? workers : defaultWorkers(Runtime.getRuntime().availableProcessors());
    }

    /** Each is a thread to send and one to receive; on a small machine the packets are soonest handled where they are. */
    static int defaultWorkers(int processors) {
        return processors < 4 ? 0 : Math.min(MAX_DEFAULT_WORKERS, processors / 2);
    }

    private List<String> modes() {
        List<String> given = new ArrayList<>();
        add(given, mode.info, "--info");
        add(given, mode.nattest, "--nattest");
        add(given, mode.status, "--status");
        add(given, mode.add != null, "--add");
        add(given, mode.remove != null, "--remove");
        add(given, mode.admit != null, "--admit");
        add(given, mode.check != null, "--check");
        add(given, mode.export != null, "--export");
        add(given, mode.invite != null, "--invite");
        add(given, mode.down, "--down");
        add(given, mode.repair, "--repair");
        add(given, mode.diagnostics, "--diagnostics");
        add(given, mode.version, "--version");
        add(given, mode.exit, "--exit");
        add(given, mode.listen, "--listen");
        // Beside --exit or --listen, --connect and --import are no modes of their own.
        boolean serves = mode.exit || mode.listen;
        add(given, !mode.connect.isEmpty() && !serves && mode.importFile == null, "--connect");
        add(given, mode.importFile != null && !serves, "--import");
        return given;
    }

    private static void add(List<String> given, boolean is, String name) {
        if (is) {
            given.add(name);
        }
    }

    private static void range(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(option + ": " + value + " is not between " + least + " and " + most);
        }
    }
}
