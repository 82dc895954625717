package org.peervpn.testnat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Debian's dnsmasq, as a name server or as a sender of router advertisements. */
public final class Dnsmasq {
    private static final Duration START = Duration.ofSeconds(10);

    private Dnsmasq() {}

    /** Answers for these names, and nothing else, on port 53 of one address. */
    public static RunningProcess serveNames(Host host, String address, Map<String, String> addressOfName) {
        List<String> options = new ArrayList<>(List.of(
                "--no-resolv", "--no-hosts", "--log-queries", "--bind-interfaces", "--listen-address=" + address));
        addressOfName.forEach((name, value) -> options.add("--host-record=" + name + "," + value));
        RunningProcess dnsmasq = start(host, options);
        dnsmasq.awaitLine("started, version", START);
        return dnsmasq;
    }

    /** Advertises the /64 prefix and itself as default router. */
    static void advertise(Host router, String interfaceName, String prefix) {
        start(
                        router,
                        List.of(
                                "--port=0",
                                "--interface=" + interfaceName,
                                "--enable-ra",
                                "--dhcp-range=" + prefix + ",ra-only"))
                .awaitLine("router advertisement on", START);
    }

    private static RunningProcess start(Host host, List<String> options) {
        Path pid = host.directory().resolve("dnsmasq.pid");
        List<String> command = new ArrayList<>(List.of(
                "dnsmasq",
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--user=root",
                "--log-facility=-",
                "--pid-file=" + pid));
        command.addAll(options);
        return host.start(command.toArray(String[]::new));
    }
}
