package org.peervpn.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.peervpn.node.Admission;
import org.peervpn.node.ConnectLine;
import org.peervpn.node.Endpoint;
import org.peervpn.node.NodeConfig;
import org.peervpn.node.PeerId;
import org.peervpn.node.Remembered;
import org.peervpn.node.invitation.Invitation;
import org.peervpn.tunnel.NoisePrivateKey;
import org.peervpn.tunnel.NoisePublicKey;

/** From the command line to the configuration of a node. */
final class NodeConfigs {
    /** Of different operators; any two that agree confirm an endpoint. */
    static final List<Endpoint> STUN_SERVERS = List.of(
            Endpoint.parse("stun.l.google.com:19302"),
            Endpoint.parse("stun.cloudflare.com:3478"),
            Endpoint.parse("stun.nextcloud.com:3478"),
            Endpoint.parse("stun.voipgate.com:3478"));

    /** Beside those: they say that they have a second address, by which the filtering can be seen (RFC 5780). */
    private static final List<Endpoint> MORE_FOR_NAT_TEST = List.of(
            Endpoint.parse("stun.siptrunk.com:3478"),
            Endpoint.parse("stun.m-online.net:3478"),
            Endpoint.parse("stun.dus.net:3478"));

    private static final String BASE64_KEY = "[A-Za-z0-9+/]{43}=";
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    private NodeConfigs() {}

    static NodeConfig forInfo(Options options, NoisePrivateKey key, String version) {
        return config(options, key, Secrets.NONE, Remembered.NOTHING, version);
    }

    static NodeConfig forNode(
            Options options, NoisePrivateKey key, Secrets secrets, Remembered remembered, String version) {
        NoisePublicKey own = key.publicKey();
        options.mode.connect.forEach(line -> refuseOwn(own, line.publicKey(), "--connect"));
        Set<NoisePublicKey> known =
                remembered.peers().stream().map(Remembered.RememberedPeer::key).collect(Collectors.toSet());
        options.mode.connect.forEach(line -> checkCode(line, own, known));
        options.allow.forEach(allowed -> refuseOwn(own, allowed, "--allow"));
        options.exitVia.forEach(peer -> refuseUnknownExit(peer, options, remembered));
        if (secrets.presharedKeys().has(own)) {
            throw new IllegalArgumentException(
                    "--psk-file: a line begins with this node's own public key; its peer's belongs there");
        }
        if (options.admission == Admission.PASSCODE && secrets.passcode() == null) {
            throw new IllegalArgumentException(
                    "--admission: passcode needs one: --passcode-file=FILE or " + Passcodes.VARIABLE);
        }
        return config(options, key, secrets, remembered, version);
    }

    /** A name becomes known only when the peer tells it; a key or Peer ID that is no peer's is a slip. */
    private static void refuseUnknownExit(String peer, Options options, Remembered remembered) {
        Stream<NoisePublicKey> named =
                Stream.concat(options.mode.connect.stream().map(ConnectLine::publicKey), options.allow.stream());
        Stream<NoisePublicKey> peers =
                Stream.concat(named, remembered.peers().stream().map(Remembered.RememberedPeer::key));
        boolean isName = !peer.isBlank() && !PeerId.hasForm(peer) && !peer.matches(BASE64_KEY);
        boolean isPeer = peers.anyMatch(
                key -> key.toString().equals(peer) || PeerId.of(key).text().equals(peer));
        if (!isName && !isPeer) {
            throw new IllegalArgumentException(
                    "--exit-via: \"" + peer + "\" is not a peer named by --connect or --allow");
        }
    }

    /** A peer that was connected before is still known by a code that is too old to find a new one. */
    private static void checkCode(ConnectLine line, NoisePublicKey own, Set<NoisePublicKey> known) {
        Invitation code = line.invitation();
        if (code == null) {
            return;
        }
        try {
            code.checkReader(own);
            if (!known.contains(line.publicKey())) {
                code.checkTime(Instant.now());
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--connect: " + e.getMessage(), e);
        }
    }

    private static void refuseOwn(NoisePublicKey own, NoisePublicKey named, String option) {
        if (own.equals(named)) {
            throw new IllegalArgumentException(option + ": that is this node's own public key");
        }
    }

    private static NodeConfig config(
            Options options, NoisePrivateKey key, Secrets secrets, Remembered remembered, String version) {
        boolean serves = options.mode.exit || options.mode.listen;
        Admission withoutPasscode = serves ? Admission.LINE : Admission.KNOWN;
        Admission byDefault = secrets.passcode() != null ? Admission.PASSCODE : withoutPasscode;
        return new NodeConfig(
                key,
                options.name != null ? options.name : hostName(),
                version,
                options.mode.exit,
                serves,
                List.copyOf(options.mode.connect),
                List.copyOf(options.allow),
                options.admission != null ? options.admission : byDefault,
                secrets.passcode(),
                secrets.presharedKeys(),
                remembered,
                !options.noExit,
                List.copyOf(options.exitVia),
                List.copyOf(options.route),
                List.copyOf(options.exclude),
                options.overlay,
                options.mtu,
                stunServers(options),
                options.endpoint,
                Duration.ofSeconds(options.timeout),
                !options.noSpray,
                !options.noLanBeacon);
    }

    static List<Endpoint> natTestServers(Options options) {
        Stream<Endpoint> more = options.stun.isEmpty() ? MORE_FOR_NAT_TEST.stream() : Stream.empty();
        return Stream.concat(stunServers(options).stream(), more).toList();
    }

    private static List<Endpoint> stunServers(Options options) {
        if (options.stun.isEmpty()) {
            return STUN_SERVERS;
        }
        return options.stun.contains("none")
                ? List.of()
                : options.stun.stream().map(Options::stunServer).toList();
    }

    private static String hostName() {
        try {
            return Files.readString(HOST_NAME, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return localHostName();
        }
    }

    private static String localHostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unnamed";
        }
    }
}
