package org.peervpn.testnat;

import java.time.Duration;
import java.util.Locale;

/** Measures one TCP connection from a client to its exit through the program and through Debian's wireguard-go. */
public final class Throughput {
    private static final Duration MEASURED = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private Throughput() {}

    public static void main(String[] arguments) {
        try (Lab lab = Lab.create()) {
            Scenery scenery = Scenery.build(
                    lab, SitePlan.of("exit", NatType.PUBLIC), SitePlan.of("client", NatType.PORT_RESTRICTED));
            print("wireguard-go", throughWireGuardGo(scenery));
            print("peervpn", throughPeervpn(scenery));
        }
    }

    private static double throughPeervpn(Scenery scenery) {
        scenery.connect();
        String exit = scenery.exit().addresses().stream()
                .filter(address -> !address.contains(":"))
                .findFirst()
                .orElseThrow();
        return Iperf.gigabitsPerSecond(scenery.client().host(), scenery.exit().host(), exit, MEASURED);
    }

    private static double throughWireGuardGo(Scenery scenery) {
        Host exitHost = scenery.exitSite().host();
        WireGuardGo exit = WireGuardGo.start(exitHost, "wg0", Peervpn.PORT);
        WireGuardGo client = WireGuardGo.start(scenery.clientSite().host(), "wg0", Peervpn.PORT);
        exit.addAddress("10.9.0.1/24");
        client.addAddress("10.9.0.2/24");
        exit.addPeer(client.publicKey(), "", "10.9.0.2/32");
        client.addPeer(exit.publicKey(), exitHost.ipv4() + ":" + Peervpn.PORT, "10.9.0.1/32");
        client.awaitHandshake(PATIENCE);
        double rate = Iperf.gigabitsPerSecond(scenery.clientSite().host(), exitHost, "10.9.0.1", MEASURED);
        exit.stop();
        client.stop();
        return rate;
    }

    private static void print(String program, double gigabitsPerSecond) {
        System.out.printf(Locale.ROOT, "%-12s %6.2f Gbit/s%n", program, gigabitsPerSecond);
    }
}
