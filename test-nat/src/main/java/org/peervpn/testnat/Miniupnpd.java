package org.peervpn.testnat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Debian's miniupnpd, in its nftables variant, on the router of a site: opens ports by PCP, NAT-PMP and UPnP-IGD. */
public final class Miniupnpd {
    private static final Duration START = Duration.ofSeconds(10);

    /** Before and after the laboratory's own chains. */
    private static final String TABLE = """
            table inet miniupnpd
            delete table inet miniupnpd
            table inet miniupnpd {
              chain forward { type filter hook forward priority -1; policy accept; jump miniupnpd; }
              chain prerouting { type nat hook prerouting priority -110; jump prerouting_miniupnpd; }
              chain postrouting { type nat hook postrouting priority 90; jump postrouting_miniupnpd; }
              chain miniupnpd { }
              chain prerouting_miniupnpd { }
              chain postrouting_miniupnpd { }
            }
            """;

    /** The version of PCP is the first byte after the header of UDP. */
    private static final String NO_PCP = """
            table inet no_pcp {
              chain input { type filter hook input priority -10; policy accept;
                udp dport 5351 @th,64,8 2 drop
              }
            }
            """;

    private final Host router;
    private final String configuration;
    private RunningProcess process;

    private Miniupnpd(Host router, String configuration) {
        this.router = router;
        this.configuration = configuration;
        this.process = run();
    }

    /** All three protocols. */
    public static Miniupnpd start(Site site) {
        return new Miniupnpd(site.router(), configuration(true, true, ""));
    }

    /** NAT-PMP alone. */
    public static Miniupnpd startNatPmp(Site site) {
        site.router().nft(NO_PCP);
        return new Miniupnpd(site.router(), configuration(true, false, ""));
    }

    /** UPnP alone. */
    public static Miniupnpd startUpnp(Site site) {
        return new Miniupnpd(site.router(), configuration(false, true, ""));
    }

    /** All three; it believes that this is its address on the internet. */
    public static Miniupnpd startBelieving(Site site, String address) {
        return new Miniupnpd(site.router(), configuration(true, true, "ext_ip=" + address + "\n"));
    }

    /** Waits until it has run for so long. */
    public void awaitAge(Duration age) {
        Lab.await("miniupnpd on " + router + " has run for " + age, age.plus(START), () -> {
            String seconds = router.output("ps", "-o", "etimes=", "-p", Long.toString(process.pid()));
            return Long.parseLong(seconds.strip()) >= age.toSeconds() ? seconds : null;
        });
    }

    /** It ends, and begins anew without any mapping. */
    public void reboot() {
        process.stop();
        process = run();
    }

    /** Whether datagrams from outside to this port are passed on. */
    public boolean maps(int port) {
        return mappings().contains("dport " + port + " ");
    }

    /** Whether datagrams from outside to any port are passed on. */
    public boolean mapsAny() {
        return mappings().contains("dport ");
    }

    private String mappings() {
        return router.output("nft", "list", "chain", "inet", "miniupnpd", "prerouting_miniupnpd");
    }

    private static String configuration(boolean natPmp, boolean upnp, String more) {
        return """
                ext_ifname=wan
                listening_ip=lan
                port=5000
                enable_natpmp=%s
                enable_upnp=%s
                ipv6_disable=yes
                secure_mode=yes
                system_uptime=no
                min_lifetime=10
                max_lifetime=86400
                upnp_table_name=miniupnpd
                upnp_nat_table_name=miniupnpd
                uuid=8d1a9d6e-0000-4000-8000-000000000001
                %sallow 1024-65535 0.0.0.0/0 1024-65535
                deny 0-65535 0.0.0.0/0 0-65535
                """.formatted(natPmp ? "yes" : "no", upnp ? "yes" : "no", more);
    }

    private RunningProcess run() {
        Path file = router.directory().resolve("miniupnpd.conf");
        try {
            Files.writeString(file, configuration);
        } catch (IOException e) {
            throw new LabException("cannot write " + file, e);
        }
        router.nft(TABLE);
        RunningProcess started = router.start(
                "miniupnpd",
                "-d",
                "-f",
                file.toString(),
                "-P",
                router.directory().resolve("miniupnpd.pid").toString());
        String ports = configuration.contains("enable_natpmp=yes") ? ":5351" : ":1900";
        Lab.await(
                "miniupnpd on " + router,
                START,
                () -> router.output("ss", "-lun").contains(ports) ? ports : null);
        return started;
    }
}
