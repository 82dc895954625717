package org.peervpn.testnat;

import java.util.stream.Collectors;

/** wireguard-go as exit of a client of ours, set up as its users do it. */
record StockExit(WireGuardGo wireGuard, Host host) {
    private static final String INTERFACE = "wg0";

    /** Knows the client, whose preshared key may be empty. */
    static StockExit start(Host host, Peervpn client, String presharedKey) {
        WireGuardGo wireGuard = WireGuardGo.start(host, INTERFACE, Peervpn.PORT);
        host.sysctl("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        host.nft("""
                table inet exit {
                  chain postrouting { type nat hook postrouting priority 100;
                    iifname %s oifname eth0 masquerade
                  }
                }
                """.formatted(INTERFACE));
        String allowed = client.addresses().stream().map(StockClient::prefix).collect(Collectors.joining(", "));
        wireGuard.addPeer(client.publicKey(), "", allowed, presharedKey);
        // A stock interface has a route for what it sends into the tunnel; wg-quick would add it.
        client.addresses().forEach(address -> host.ip("route add " + address + " dev " + INTERFACE));
        return new StockExit(wireGuard, host);
    }

    /** What makes a client of ours use it. */
    String[] connectOptions() {
        String key = wireGuard.publicKey();
        return new String[] {"--connect=" + key + "@" + host.ipv4() + ":" + Peervpn.PORT, "--exit-via=" + key};
    }
}
