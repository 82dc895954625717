package org.peervpn.testnat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Shows the program at work in a laboratory: an exit and a client, each behind a NAT, with their real output, and what a
 * web server sees of the client before, while and after it is connected. Ends with 1 and a clear line at the first thing
 * that is not so.
 */
public final class Demo {
    private static final Duration MEASURED = Duration.ofSeconds(3);

    private final Screen screen = new Screen();
    private final Lab lab;

    private Demo(Lab lab) {
        this.lab = lab;
    }

    public static void main(String[] arguments) {
        AtomicBoolean ending = new AtomicBoolean();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ending.set(true), "end of the demo"));
        int exitCode = run(ending);
        // Interrupted, the JVM is ending already, and waits for the laboratory to be removed.
        if (!ending.get()) {
            System.exit(exitCode);
        }
    }

    private static int run(AtomicBoolean ending) {
        try (Lab lab = Lab.create()) {
            new Demo(lab).play();
            return 0;
        } catch (LabException | DemoFailure e) {
            if (!ending.get()) {
                System.err.println("\nThe demo failed: " + e.getMessage());
            }
            return 1;
        }
    }

    private void play() {
        long start = System.nanoTime();
        Scenery scenery = build();
        Peervpn exit = scenery.exit();
        Peervpn client = scenery.client();
        String exitAddress = scenery.exitSite().publicAddress();
        String clientAddress = scenery.clientSite().publicAddress();

        screen.heading("Before: the laptop's traffic leaves at home");
        expect("a web server sees the laptop as", clientAddress, scenery.seenByWebOverIpv4(client.host()));
        MachineState before = client.host().state();

        screen.heading("On the exit: peervpn --exit");
        exit.listener(screen.speaker("exit", 0));
        exit.startReady("--exit");

        screen.heading("On the laptop: peervpn --connect=" + exit.line());
        client.listener(screen.speaker("laptop", 1));
        client.startReady("--connect=" + exit.line());

        screen.heading("Now: the laptop's traffic leaves by the exit");
        expect("the web server sees the laptop as", exitAddress, scenery.seenByWebOverIpv4(client.host()));
        expect("and over IPv6 as", scenery.seenByWebOverIpv6(exit.host()), scenery.seenByWebOverIpv6(client.host()));
        showPath(exit, client);
        showPing(client.host(), scenery.web().ipv4());
        showThroughput(client.host(), scenery.web());

        screen.heading("On the laptop: peervpn --down");
        client.call("--down").orThrow();
        expect("the web server sees the laptop as", clientAddress, scenery.seenByWebOverIpv4(client.host()));
        List<String> differences = client.host().state().differencesFrom(before);
        check("routes, rules, firewall and kernel settings are as they were", differences.isEmpty(), differences);

        screen.heading("On the exit: Ctrl-C");
        check("the exit ends with 0", exit.end("INT") == 0, exit.node());
        screen.line("");
        screen.line("All of it was so, in %d s."
                .formatted(Duration.ofNanos(System.nanoTime() - start).toSeconds()));
    }

    private Scenery build() {
        screen.heading("A small internet in network namespaces of this machine");
        Scenery scenery = Scenery.build(
                lab,
                SitePlan.of("exit", NatType.FULL_CONE).with(SiteFeature.IPV6),
                SitePlan.of("laptop", NatType.PORT_RESTRICTED).with(SiteFeature.IPV6));
        String laptop = "  laptop ── NAT (port restricted, %s) ──"
                .formatted(scenery.clientSite().publicAddress());
        String exit = "  exit   ── NAT (full cone, %s) ──"
                .formatted(scenery.exitSite().publicAddress());
        int width = Math.max(laptop.length(), exit.length());
        screen.line(laptop + "─".repeat(width - laptop.length()) + "┐");
        screen.line(" ".repeat(width)
                + "├── internet: web server %s, STUN %s and %s"
                        .formatted(scenery.web().ipv4(), Lab.STUN_ADDRESS, Lab.OTHER_STUN_ADDRESS));
        screen.line(exit + "─".repeat(width - exit.length()) + "┘");
        return scenery;
    }

    private void showPath(Peervpn exit, Peervpn client) {
        JsonNode path = client.peer(exit.publicKey()).path("path");
        check(
                "the path is direct, to %s (%s)"
                        .formatted(
                                path.path("endpoint").asText(), path.path("why").asText()),
                path.path("type").asText().equals("DIRECT"),
                path);
    }

    private void showPing(Host client, String address) {
        CommandResult ping = client.exec("ping", "-n", "-q", "-c", "5", "-i", "0.2", address);
        String times = ping.output().lines().reduce("", (first, last) -> last);
        check("ping through the tunnel: " + times, ping.succeeded(), ping);
    }

    private void showThroughput(Host client, Host web) {
        double rate = Iperf.gigabitsPerSecond(client, web, web.ipv4(), MEASURED);
        check(
                "throughput through the tunnel: %s Gbit/s".formatted(String.format(Locale.ROOT, "%.2f", rate)),
                rate > 0,
                rate);
    }

    private void expect(String what, String expected, String found) {
        check(what + " " + found, found.equals(expected), "expected " + expected);
    }

    private void check(String claim, boolean holds, Object reason) {
        screen.check(claim, holds);
        if (!holds) {
            throw new DemoFailure(claim + "\n" + reason);
        }
    }

    private static final class DemoFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        DemoFailure(String message) {
            super(message);
        }
    }
}
