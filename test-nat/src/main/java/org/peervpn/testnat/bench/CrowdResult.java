package org.peervpn.testnat.bench;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.peervpn.testnat.Host;
import org.peervpn.testnat.LabException;
import org.peervpn.testnat.Peervpn;
import org.peervpn.testnat.Proc;
import org.peervpn.testnat.RunningProcess;

/**
 * What a node showed with 1,000 clients, beside what it showed with one.
 *
 * @param gigabitsPerSecond of packets that came out of the tunnel
 * @param firstHandshakesPerSecond of a node that was just started
 * @param handshakesPerSecond of one that has shaken hands with all of them before
 * @param kibPerPeer what the node had in memory more than with a quarter of them, for each client more
 */
record CrowdResult(
        double gigabitsPerSecond,
        double shareOfOne,
        double firstHandshakesPerSecond,
        double handshakesPerSecond,
        double kibPerPeer) {
    private static final int PEERS = 1000;
    /** With so many, Java has compiled what it needs for handshakes, too, and the rest of what is in memory is the same. */
    private static final int FEWER = 250;

    private static final Duration SETTLING = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Of a run. */
    private record Run(
            double gigabitsPerSecond,
            double firstHandshakesPerSecond,
            double handshakesPerSecond,
            double residentMib) {}

    /** The contender is stopped before and afterwards. */
    static CrowdResult measure(Pair contender, Duration duration) {
        prepare(contender);
        Run one = run(contender, 1, duration);
        Run fewer = run(contender, FEWER, duration);
        Run all = run(contender, PEERS, duration);
        return new CrowdResult(
                all.gigabitsPerSecond(),
                all.gigabitsPerSecond() / one.gigabitsPerSecond(),
                all.firstHandshakesPerSecond(),
                all.handshakesPerSecond(),
                (all.residentMib() - fewer.residentMib()) * 1024 / (PEERS - FEWER));
    }

    /** The clients' addresses are the left host's, and nobody answers what comes out of the tunnel. */
    private static void prepare(Pair contender) {
        contender.left().ip("route replace local 11.99.0.0/16 dev lo");
        contender.right().nft("""
                table ip crowd
                delete table ip crowd
                table ip crowd {
                  chain drops { type filter hook prerouting priority raw
                    udp dport 9 drop
                  }
                }
                """);
    }

    private static Run run(Pair contender, int peers, Duration duration) {
        RunningProcess crowd = contender
                .left()
                .start(
                        System.getProperty("java.home") + "/bin/java",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Crowd.class.getName(),
                        Integer.toString(peers),
                        Long.toString(duration.toSeconds()));
        try {
            return run(contender, crowd, peers, duration);
        } finally {
            crowd.stop();
            contender.stop();
        }
    }

    private static Run run(Pair contender, RunningProcess crowd, int peers, Duration duration) {
        crowd.awaitLine("^keys$", PATIENCE);
        CrowdNode node = contender.startForCrowd(crowd.output().stream()
                .filter(line -> line.startsWith("key "))
                .map(line -> line.substring("key ".length()))
                .toList());
        introduce(node, contender.right(), crowd);
        crowd.awaitLine("^loaded$", PATIENCE);
        crowd.sendLine("");
        String[] handshakes = crowd.awaitLine("^handshakes ", PATIENCE).split(" ", -1);
        if (Integer.parseInt(handshakes[1]) < peers) {
            throw new LabException("only " + handshakes[1] + " of " + peers + " clients have a keypair, "
                    + handshakes[2] + " were answered a second");
        }
        crowd.sendLine("");
        crowd.awaitLine("^warm$", PATIENCE);
        long before = bytesOut(contender.right(), node);
        crowd.sendLine("");
        crowd.awaitLine("^sent$", PATIENCE);
        double gigabits = (bytesOut(contender.right(), node) - before) * Byte.SIZE / 1e9;
        LockSupport.parkNanos(SETTLING.toNanos());
        return new Run(
                gigabits / duration.toSeconds(),
                Double.parseDouble(handshakes[2]),
                Double.parseDouble(handshakes[3]),
                Proc.residentMib(node.pid()).orElseThrow());
    }

    private static void introduce(CrowdNode node, Host host, RunningProcess crowd) {
        crowd.sendLine(node.publicKey());
        crowd.sendLine(host.ipv4());
        crowd.sendLine(Integer.toString(Peervpn.PORT));
        crowd.sendLine(node.address());
        node.clients().forEach(crowd::sendLine);
    }

    /** That came out of the tunnel: what the kernel has received from it. */
    private static long bytesOut(Host host, CrowdNode node) {
        return Long.parseLong(host.output("cat", "/sys/class/net/" + node.interfaceName() + "/statistics/rx_bytes"));
    }
}
