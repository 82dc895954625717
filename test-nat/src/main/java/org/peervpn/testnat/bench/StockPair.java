package org.peervpn.testnat.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.peervpn.testnat.Lab;
import org.peervpn.testnat.Peervpn;
import org.peervpn.testnat.WireGuardGo;

/** wireguard-go on both hosts. */
final class StockPair extends Pair {
    private static final String INTERFACE = "wg0";
    private static final String LEFT = "10.9.0.1";
    private static final String RIGHT = "10.9.0.2";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final String program;
    private final List<WireGuardGo> nodes = new ArrayList<>();

    StockPair(Lab lab, String pair, String name, String program) {
        super(lab, pair, name);
        this.program = program;
    }

    @Override
    void start() {
        WireGuardGo left = WireGuardGo.start(left(), program, INTERFACE, Peervpn.PORT);
        nodes.add(left);
        WireGuardGo right = WireGuardGo.start(right(), program, INTERFACE, Peervpn.PORT);
        nodes.add(right);
        left.addAddress(LEFT + "/24");
        right.addAddress(RIGHT + "/24");
        right.addPeer(left.publicKey(), "", LEFT + "/32");
        left.addPeer(right.publicKey(), right().ipv4() + ":" + Peervpn.PORT, RIGHT + "/32");
        left.awaitHandshake(PATIENCE);
    }

    @Override
    void stop() {
        nodes.forEach(WireGuardGo::stop);
        nodes.clear();
    }

    @Override
    String address() {
        return RIGHT;
    }

    @Override
    List<Long> nodes() {
        return nodes.stream().map(WireGuardGo::pid).toList();
    }

    @Override
    CrowdNode startForCrowd(List<String> publicKeys) {
        WireGuardGo node = WireGuardGo.start(right(), program, INTERFACE, Peervpn.PORT);
        nodes.add(node);
        node.addAddress("10.10.255.254/16");
        StringBuilder peers = new StringBuilder();
        List<String> clients = new ArrayList<>();
        for (String key : publicKeys) {
            String address = "10.10.%d.%d".formatted(clients.size() / 250, 1 + clients.size() % 250);
            clients.add(address);
            peers.append("[Peer]\nPublicKey = %s\nAllowedIPs = %s/32\n".formatted(key, address));
        }
        node.configure(peers.toString());
        return new CrowdNode(node.publicKey(), INTERFACE, node.pid(), "10.10.255.254", clients);
    }
}
