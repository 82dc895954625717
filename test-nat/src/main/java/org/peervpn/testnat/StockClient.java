package org.peervpn.testnat;

import java.time.Duration;
import java.util.List;

/** wireguard-go as client of an exit of ours, set up with nothing but the exit's line and what its status tells. */
record StockClient(WireGuardGo wireGuard, List<String> addresses) {
    static final String INTERFACE = "wg0";

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Its traffic to the web server goes through the exit, which has never heard of it before. */
    static StockClient connect(Peervpn exit, Host host, Host web) {
        return connect(exit, WireGuardGo.start(host, INTERFACE, Peervpn.PORT), host, web, "");
    }

    /** With a preshared key, which may be empty. */
    static StockClient connect(Peervpn exit, WireGuardGo wireGuard, Host host, Host web, String presharedKey) {
        String[] line = exit.line().split("@", 2);
        wireGuard.addPeer(line[0], line[1], "0.0.0.0/0, ::/0", presharedKey);
        wireGuard.awaitHandshake(PATIENCE);
        List<String> addresses = Peervpn.texts(exit.peer(wireGuard.publicKey()).path("addresses"));
        addresses.forEach(address -> wireGuard.addAddress(prefix(address)));
        host.ip("route add " + web.ipv4() + " dev " + INTERFACE, "route add " + web.ipv6() + " dev " + INTERFACE);
        return new StockClient(wireGuard, addresses);
    }

    static String prefix(String address) {
        return address.contains("/") ? address : address + (address.contains(":") ? "/128" : "/32");
    }
}
