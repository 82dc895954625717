package org.peervpn.testnat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A long run beside wireguard-go, which is the client of an exit of ours and the exit of a client of ours, with preshared
 * keys and under steady load, and whose clients roam: {@code Soak [MINUTES [MEGABITS]]}. Prints a table at the end, or
 * when it is interrupted; ends with 0 if all was as it should be.
 */
public final class Soak {
    private static final int MINUTES = 30;
    private static final int MEGABITS = 100;
    private static final int LOOK_SECONDS = 2;
    private static final int ASK_SECONDS = 14;
    private static final int MOVE_SECONDS = 180;
    private static final int MIN_MOVE_SECONDS = 45;
    private static final SitePlan EXIT = SitePlan.of("exit", NatType.PUBLIC).with(SiteFeature.IPV6);

    private final List<SoakLink> links = new ArrayList<>();
    private final long seconds;
    private final long startNanos;
    private boolean reported;
    private boolean passed;

    private Soak(Lab lab, int minutes, int megabits) throws IOException {
        seconds = TimeUnit.MINUTES.toSeconds(minutes);
        // Through a NAT that filters by address nobody is heard from a new one.
        Scenery scenery =
                Scenery.build(lab, EXIT, SitePlan.of("stock", NatType.FULL_CONE).with(SiteFeature.IPV6));
        links.add(stockClient(scenery, megabits));
        Host exit = lab.add(SitePlan.of("stockex", NatType.PUBLIC)).host();
        Host client = lab.add(SitePlan.of("client", NatType.FULL_CONE)).host();
        links.add(stockExit(exit, Peervpn.on(client), scenery.web(), megabits));
        startNanos = System.nanoTime();
    }

    public static void main(String[] arguments) throws IOException {
        int minutes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : MINUTES;
        int megabits = arguments.length > 1 ? Integer.parseInt(arguments[1]) : MEGABITS;
        boolean passed = false;
        try (Lab lab = Lab.create()) {
            Soak soak = new Soak(lab, minutes, megabits);
            // Everything runs in one group of processes, so an interrupt ends nodes and loads, too.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> soak.report("Interrupted."), "report"));
            passed = soak.runAndReport();
        } catch (LabException e) {
            System.err.println("soak: " + e.getMessage());
        }
        System.exit(passed ? 0 : 1);
    }

    private boolean runAndReport() {
        try {
            run();
            return report("Done.");
        } catch (LabException e) {
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1)); // then it is told if that was an interrupt
            report("Ended early: " + e.getMessage());
            return false;
        }
    }

    private static SoakLink stockClient(Scenery scenery, int megabits) throws IOException {
        Host client = scenery.clientSite().host();
        WireGuardGo stock = WireGuardGo.start(client, StockClient.INTERFACE, Peervpn.PORT);
        String key = stock.newPresharedKey();
        scenery.exit().startReady("--exit", pskFile(scenery.exit().host(), stock.publicKey(), key));
        StockClient.connect(scenery.exit(), stock, client, scenery.web(), key);
        return new SoakLink("stock client, our exit", scenery.exit(), stock, client, scenery.web(), 5201, megabits);
    }

    private static SoakLink stockExit(Host host, Peervpn client, Host web, int megabits) throws IOException {
        String key = host.output("wg", "genpsk");
        StockExit stock = StockExit.start(host, client, key);
        String publicKey = stock.wireGuard().publicKey();
        client.startReady(
                Stream.concat(Stream.of(stock.connectOptions()), Stream.of(pskFile(client.host(), publicKey, key)))
                        .toArray(String[]::new));
        return new SoakLink("our client, stock exit", client, stock.wireGuard(), client.host(), web, 5202, megabits);
    }

    private static String pskFile(Host host, String peer, String key) throws IOException {
        Path file = host.directory().resolve("psk");
        Files.write(file, (peer + " " + key + "\n").getBytes(US_ASCII));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return "--psk-file=" + file;
    }

    private void run() {
        long moveSeconds = Math.max(MIN_MOVE_SECONDS, Math.min(MOVE_SECONDS, seconds / 4));
        int moves = 0;
        System.out.println("Running for " + seconds / 60 + " minutes; a client moves every " + moveSeconds + " s.");
        for (long now = elapsed(); now < seconds; now = elapsed()) {
            links.forEach(SoakLink::look);
            if (now % ASK_SECONDS < LOOK_SECONDS) {
                links.forEach(link -> link.ask(elapsed()));
            }
            if (now / moveSeconds > moves) {
                links.get(moves++ % links.size()).roam();
            }
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(LOOK_SECONDS));
        }
        links.forEach(link -> link.ask(elapsed()));
    }

    private long elapsed() {
        return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos);
    }

    /** Once; tells whether all was as it should be. */
    private synchronized boolean report(String how) {
        if (!reported) {
            reported = true;
            Duration lasted = Duration.ofNanos(System.nanoTime() - startNanos);
            List<SoakResult> results =
                    links.stream().map(link -> link.result(lasted)).toList();
            passed = results.stream().allMatch(result -> result.faults().isEmpty());
            System.out.println(how);
            System.out.println(SoakResult.heading());
            results.forEach(result -> System.out.println(result.line()));
            System.out.println(passed ? "PASS" : "FAIL");
        }
        return passed;
    }
}
