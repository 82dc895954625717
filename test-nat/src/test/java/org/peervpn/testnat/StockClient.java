package org.peervpn.testnat;

import java.time.Duration;
import java.util.List;

/** wireguard-go as client of an exit of ours, set up with nothing but the exit's line and what its status tells. */
record StockClient(WireGuardGo wireGuard, List<String> addresses) {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Its traffic to the web server goes through the exit, which has never heard of it before. */
    static StockClient connect(Peervpn exit, Host host, Host web) {
        WireGuardGo wireGuard = WireGuardGo.start(host, "wg0", Peervpn.PORT);
        String[] line = exit.line().split("@", 2);
        wireGuard.addPeer(line[0], line[1], "0.0.0.0/0, ::/0");
        wireGuard.awaitHandshake(PATIENCE);
        List<String> addresses = Peervpn.texts(exit.peer(wireGuard.publicKey()).path("addresses"));
        addresses.forEach(address -> wireGuard.addAddress(prefix(address)));
        host.ip("route add " + web.ipv4() + " dev wg0", "route add " + web.ipv6() + " dev wg0");
        return new StockClient(wireGuard, addresses);
    }

    static String prefix(String address) {
        return address.contains("/") ? address : address + (address.contains(":") ? "/128" : "/32");
    }
}
