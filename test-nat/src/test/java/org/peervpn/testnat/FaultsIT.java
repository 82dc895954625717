package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What befalls a node on its own machine: signals at a bad moment, full disks, others who remove what it has set up. */
@ExtendWith(LabExtension.class)
class FaultsIT {
    private static final SitePlan EXIT = SitePlan.of("exit", NatType.PUBLIC).with(SiteFeature.IPV6);
    private static final SitePlan CLIENT =
            SitePlan.of("client", NatType.PORT_RESTRICTED).with(SiteFeature.IPV6);
    private static final String SMALL_DISK = "mount -t tmpfs -o size=64k,mode=700 tmpfs /var/lib/peervpn";

    /** The JVM ends with 143 by itself until our own hook is there. */
    @Test
    void terminatedAtAnyMomentOfItsStart(Lab lab) {
        Coturn.start(lab);
        Peervpn exit = Peervpn.on(lab.add(EXIT).host());
        Host host = exit.host();
        exit.publicKey(); // the key is there before the machine's state is taken
        MachineState before = host.state();
        Map<String, BooleanSupplier> moments = new LinkedHashMap<>();
        moments.put("at once", () -> true);
        moments.put("the node has its lock", () -> !files(host, "run/peervpn").isEmpty());
        moments.put("the interface is there", () -> host.state().toString().contains("peervpn0"));
        moments.put("the journal is there", () -> !journals(host).isEmpty());
        moments.put("the firewall is there", () -> tables(host).contains("peervpn"));

        moments.forEach((moment, hasCome) -> {
            files(host, "run/peervpn").forEach(FaultsIT::delete);
            exit.start("--exit");
            Lab.await(moment, Duration.ofSeconds(30), () -> hasCome.getAsBoolean() ? moment : null);
            Fault fault = new Fault("SIGTERM during set-up, when: " + moment);
            int exitCode = exit.end("TERM");

            assertThat(exitCode).as(moment).isIn(0, 143);
            assertThat(exitCode == 143 && !files(host, "run/peervpn").isEmpty())
                    .as("143 once the node has its lock")
                    .isFalse();
            assertThat(host.state().differencesFrom(before)).as(moment).isEmpty();
            assertThat(journals(host)).as(moment).isEmpty();
            fault.hasCome("exit code " + exitCode + ", the machine is as before");
        });
    }

    @Test
    void journalThatCannotBeWrittenStopsTheStart(Lab lab) {
        Coturn.start(lab);
        Peervpn exit = Peervpn.on(lab.add(EXIT).host());
        exit.publicKey();
        MachineState before = exit.host().state();
        Map<String, String> reasons = Map.of(
                SMALL_DISK + " && head -c 65536 /dev/zero > /var/lib/peervpn/fill",
                "No space left on device",
                "mount -t tmpfs -o ro,mode=700 tmpfs /var/lib/peervpn",
                "Read-only file system");

        reasons.forEach((mount, reason) -> {
            Fault fault = new Fault("/var/lib/peervpn at the start: " + reason);
            exit.beforeStart(mount);
            exit.start("--exit");

            assertThat(exit.awaitExit()).isEqualTo(1);
            assertThat(exit.node().errors()).last().asString().contains("cannot write the journal", reason);
            assertThat(exit.host().state().differencesFrom(before)).isEmpty();
            fault.hasCome("one line says so, exit code 1, the machine is untouched");
        });
    }

    @Test
    void journalThatCannotGrowStopsNothingThatWorks(Lab lab) {
        Scenery scenery = Scenery.build(lab, EXIT, CLIENT);
        Peervpn exit = scenery.exit();
        exit.publicKey();
        MachineState before = exit.host().state();
        exit.beforeStart(SMALL_DISK);
        exit.startReady("--exit");
        String inNode = "nsenter -m -t " + exit.node().pid() + " mount -o remount,";
        Fault fault = new Fault("the journal's disk becomes read-only under a running exit, then a client comes");
        exit.host().output("sh", "-c", inNode + "ro /var/lib/peervpn");

        scenery.client().start("--connect=" + scenery.exit().line());
        exit.node().awaitLine("Read-only file system; trying again", Duration.ofSeconds(60));
        exit.host().output("sh", "-c", inNode + "rw /var/lib/peervpn");

        fault.comesTo(
                "said; the client gets through once it can be written",
                () -> scenery.client().host().pings(scenery.web().ipv4()));
        assertThat(exit.end("TERM")).isZero();
        assertThat(exit.host().state().differencesFrom(before)).isEmpty();
    }

    @Test
    void whatOthersRemoveComesBackWithoutALeak(Lab lab) {
        Scenery scenery = Scenery.build(lab, EXIT, CLIENT);
        scenery.connect();
        Host client = scenery.client().host();
        Peervpn node = scenery.client();
        long owner = ProcessHandle.of(node.node().pid())
                .orElseThrow()
                .descendants()
                .filter(child -> child.info().command().orElse("").endsWith("nft"))
                .findFirst()
                .orElseThrow()
                .pid();
        MachineState whole = client.state();
        try (Sniffer leaks = leaks(scenery)) {
            RunningProcess traffic =
                    client.start("ping", "-n", "-i", "0.05", scenery.web().ipv4());
            RunningProcess traffic6 =
                    client.start("ping", "-n", "-i", "0.05", scenery.web().ipv6());

            undone(
                    client,
                    whole,
                    "the ip rules are removed",
                    "for f in -4 -6; do ip $f rule del priority 20942;" + " ip $f rule del priority 24942; done");
            undone(
                    client,
                    whole,
                    "the node's routing tables are flushed",
                    "for f in -4 -6; do"
                            + " ip $f route flush table 1885749806; ip $f route flush table 1885684270; done");
            undone(client, whole, "src_valid_mark is set back", "sysctl -qw net.ipv4.conf.all.src_valid_mark=0");
            Fault flushed = new Fault("nft flush ruleset, nft delete table");
            client.exec("nft", "flush", "ruleset");
            assertThat(client.exec("nft", "delete", "table", "inet", "peervpn_peervpn0")
                            .succeeded())
                    .isFalse();
            assertThat(tables(client)).contains("peervpn_peervpn0");
            flushed.hasCome("the kernel refuses: the table has an owner");

            traffic.stop();
            traffic6.stop();
            assertThat(leaks.packets()).isEmpty();
        }

        Fault killed = new Fault("the nft child that owns the table is killed");
        client.output("kill", "-KILL", String.valueOf(owner));
        killed.comesTo("the table is back", () -> tables(client).contains("peervpn_peervpn0"));
        try (Sniffer leaks = leaks(scenery)) {
            client.exec(
                    "ping",
                    "-n",
                    "-c",
                    "2",
                    "-W",
                    "1",
                    "-I",
                    "eth0",
                    scenery.web().ipv4());
            assertThat(leaks.packets()).isEmpty();
        }

        Fault forwarding = new Fault("somebody switches off the exit's ip_forward");
        scenery.exit().host().sysctl("net.ipv4.ip_forward=0");
        forwarding.comesTo("switched on again", () -> client.pings(scenery.web().ipv4()));

        Fault removed = new Fault("the TUN is removed");
        client.ip("link delete peervpn0");
        assertThat(node.awaitExit()).isEqualTo(1);
        assertThat(node.node().errors()).last().asString().contains("was removed by another program");
        assertThat(journals(client)).isEmpty();
        removed.hasCome("one line says so, exit code 1, the machine is as before");
        assertThat(scenery.exit().end("TERM")).isZero();
    }

    @Test
    void stoppedNodeGoesOnWhereItWas(Lab lab) {
        Scenery scenery = Scenery.build(lab, EXIT, CLIENT);
        scenery.connect();
        Host client = scenery.client().host();
        for (Peervpn sleeper : List.of(scenery.client(), scenery.exit())) {
            sleeper.node().signal("STOP");
            assertThat(client.exec(
                                    "ping",
                                    "-n",
                                    "-c",
                                    "6",
                                    "-W",
                                    "1",
                                    scenery.web().ipv4())
                            .succeeded())
                    .isFalse();
            sleeper.node().signal("CONT");
            new Fault("SIGSTOP of the " + sleeper.host() + " for 6 s, then SIGCONT")
                    .comesTo("traffic flows", () -> client.pings(scenery.web().ipv4()));
        }
    }

    private static void undone(Host host, MachineState whole, String what, String how) {
        Fault fault = new Fault(what);
        host.exec("sh", "-c", how).orThrow();
        fault.comesTo(
                "made again, no leak meanwhile",
                () -> host.state().differencesFrom(whole).isEmpty());
    }

    /** What leaves the client's uplink for the web server, or comes from it. */
    private static Sniffer leaks(Scenery scenery) {
        return Sniffer.start(
                scenery.client().host(),
                "eth0",
                "host " + scenery.web().ipv4() + " or host " + scenery.web().ipv6());
    }

    private static String tables(Host host) {
        return host.runInNamespace("", List.of("nft", "list", "tables")).output();
    }

    static List<Path> journals(Host host) {
        return files(host, "var/lib/peervpn").stream()
                .filter(file -> file.toString().endsWith(".journal"))
                .toList();
    }

    private static List<Path> files(Host host, String directory) {
        try (Stream<Path> files = Files.list(host.directory().resolve(directory))) {
            return files.toList();
        } catch (IOException e) {
            throw new LabException("cannot list " + directory, e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new LabException("cannot delete " + file, e);
        }
    }
}
