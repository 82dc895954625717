package org.peervpn.testnat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A wireguard-go, Debian's if nothing else is said, on one host: the stock peer, set up with the tools that its users have. */
public final class WireGuardGo {
    private static final Duration START = Duration.ofSeconds(10);

    private final Host host;
    private final String interfaceName;
    private final RunningProcess process;
    private final String privateKey;

    private WireGuardGo(Host host, String interfaceName, RunningProcess process, String privateKey) {
        this.host = host;
        this.interfaceName = interfaceName;
        this.process = process;
        this.privateKey = privateKey;
    }

    /** An interface with a fresh key that listens on the port; it has no address and no peer yet. */
    public static WireGuardGo start(Host host, String interfaceName, int port) {
        return start(host, "wireguard-go", interfaceName, port);
    }

    /** With a wireguard-go other than Debian's. */
    public static WireGuardGo start(Host host, String program, String interfaceName, int port) {
        RunningProcess process = host.start(program, "--foreground", interfaceName);
        WireGuardGo wireGuard = new WireGuardGo(host, interfaceName, process, host.output("wg", "genkey"));
        Lab.await(
                "the interface " + interfaceName,
                START,
                () -> host.exec("wg", "show", interfaceName).succeeded() ? interfaceName : null);
        wireGuard.configure("[Interface]\nPrivateKey = %s\nListenPort = %d\n".formatted(wireGuard.privateKey, port));
        host.ip("link set " + interfaceName + " mtu 1420 up");
        return wireGuard;
    }

    /** Takes key, peers and addresses from a file of wg-quick, as that would. */
    public void take(String file) {
        StringBuilder forWg = new StringBuilder();
        file.lines().forEach(line -> {
            if (line.startsWith("Address = ")) {
                for (String address : line.substring("Address = ".length()).split(", ", -1)) {
                    addAddress(address);
                }
            } else if (!line.startsWith("DNS = ")) {
                forWg.append(line).append('\n');
            }
        });
        configure(forWg.toString());
    }

    public String publicKey() {
        return host.output("wg", "show", interfaceName, "public-key");
    }

    public void addAddress(String prefix) {
        host.ip("address add " + prefix + " dev " + interfaceName);
    }

    /** The endpoint may be empty: it is learnt from the peer's first datagram. */
    public void addPeer(String publicKey, String endpoint, String allowedIps) {
        addPeer(publicKey, endpoint, allowedIps, "");
    }

    /** The preshared key may be empty, too. */
    public void addPeer(String publicKey, String endpoint, String allowedIps, String presharedKey) {
        String optional = (endpoint.isEmpty() ? "" : "Endpoint = " + endpoint + "\n")
                + (presharedKey.isEmpty() ? "" : "PresharedKey = " + presharedKey + "\n");
        configure("[Peer]\nPublicKey = %s\nAllowedIPs = %s\nPersistentKeepalive = 25\n%s"
                .formatted(publicKey, allowedIps, optional));
    }

    /** Makes a preshared key. */
    public String newPresharedKey() {
        return host.output("wg", "genpsk");
    }

    public void awaitHandshake(Duration timeout) {
        Lab.await("a handshake of " + host, timeout, () -> lastHandshakeSeconds() > 0 ? interfaceName : null);
    }

    /** When the last handshake was, in seconds of the wall clock; 0 for never. It has one peer. */
    public long lastHandshakeSeconds() {
        return Long.parseLong(
                host.output("wg", "show", interfaceName, "latest-handshakes").replaceFirst("(?s).*\\t", ""));
    }

    /** Takes any part of a file of wg, such as many peers at once. */
    public void configure(String part) {
        Path file = host.directory().resolve(interfaceName + ".conf");
        try {
            Files.writeString(file, part);
        } catch (IOException e) {
            throw new LabException("cannot write " + file, e);
        }
        host.output("wg", "addconf", interfaceName, file.toString());
    }

    TunnelQueues queues() {
        return Proc.queues(pid(), interfaceName);
    }

    public long pid() {
        return process.pid();
    }

    public void stop() {
        process.stop();
    }
}
