package org.peervpn.testnat.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.peervpn.testnat.Iperf;
import org.peervpn.testnat.Proc;
import org.peervpn.testnat.RunningProcess;

/** What can be measured of a contender, in one round; most of it while that runs. */
final class Trial {
    /** IP packets of 1,400 bytes, which fit into every tunnel. */
    private static final String UDP_PAYLOAD = "1372";

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Contender contender;
    private final Pace pace;
    private @Nullable CrowdResult crowd; // until it was first asked for, and if it failed
    private boolean crowdWasTried;

    Trial(Contender contender, Pace pace) {
        this.contender = contender;
        this.pace = pace;
    }

    Contender contender() {
        return contender;
    }

    /** Lets programs compile what is hot, and windows grow. */
    void warmUp() {
        Iperf.report(contender.left(), contender.right(), contender.address(), pace.warmUp(), "--bidir");
    }

    /** What all TCP connections together carry, in Gbit/s. */
    OptionalDouble tcp(String... options) {
        JsonNode end = tcpReport(options).path("end");
        double bits = end.at("/sum_received/bits_per_second").asDouble()
                + end.at("/sum_received_bidir_reverse/bits_per_second").asDouble();
        return OptionalDouble.of(bits / 1e9);
    }

    /** In percent. */
    OptionalDouble udpLoss() {
        JsonNode sum = udpReport("1G", UDP_PAYLOAD);
        return OptionalDouble.of(
                100.0 * sum.path("lost_packets").asLong() / sum.path("packets").asLong());
    }

    /** Packets per second that arrive. */
    OptionalDouble smallPackets() {
        JsonNode sum = udpReport("0", "64");
        long arrived = sum.path("packets").asLong() - sum.path("lost_packets").asLong();
        return OptionalDouble.of(arrived / sum.path("seconds").asDouble());
    }

    OptionalDouble pingMedian() {
        return OptionalDouble.of(
                Pings.send(contender.left(), contender.address(), pace.pings()).quantile(0.5));
    }

    /** While one TCP connection takes all that it can get. */
    OptionalDouble pingP99UnderLoad() {
        long seconds = pace.warmUp().plus(pace.measured()).toSeconds() + 1;
        RunningProcess server = contender.right().start("iperf3", "--server", "--one-off", "--forceflush");
        server.awaitLine("Server listening", PATIENCE);
        RunningProcess stream =
                contender.left().start("iperf3", "--client", contender.address(), "--time", Long.toString(seconds));
        try {
            LockSupport.parkNanos(pace.warmUp().toNanos());
            int count = (int) pace.measured().dividedBy(Pings.INTERVAL);
            return OptionalDouble.of(
                    Pings.send(contender.left(), contender.address(), count).quantile(0.99));
        } finally {
            stream.stop();
            server.stop();
        }
    }

    /** Cores that the busier of both nodes needs for 1 Gbit/s of TCP, by what it took for what was carried. */
    OptionalDouble cpu() {
        List<Long> nodes = contender.nodes();
        if (nodes.isEmpty()) {
            return OptionalDouble.empty();
        }
        double[] before = nodes.stream().mapToDouble(Proc::cpuSeconds).toArray();
        JsonNode report = Iperf.report(
                contender.left(), contender.right(), contender.address(), pace.measured(), "--bitrate", "1G");
        double most = 0;
        for (int i = 0; i < before.length; i++) {
            most = Math.max(most, Proc.cpuSeconds(nodes.get(i)) - before[i]);
        }
        return OptionalDouble.of(most / (report.at("/end/sum_received/bytes").asDouble() * Byte.SIZE / 1e9));
    }

    /** Bytes of objects for each packet, of the node that makes more, while one TCP connection takes all that it can get. */
    OptionalDouble allocation() {
        List<Contender.Work> before = contender.work();
        if (before.isEmpty()) {
            return OptionalDouble.empty();
        }
        tcpReport();
        List<Contender.Work> after = contender.work();
        return IntStream.range(0, before.size())
                .mapToDouble(i ->
                        (double) (after.get(i).allocatedBytes() - before.get(i).allocatedBytes())
                                / (after.get(i).packets() - before.get(i).packets()))
                .max();
    }

    /** Of the greater of both nodes, in MiB. */
    OptionalDouble memory() {
        return contender.nodes().stream()
                .mapToDouble(pid -> Proc.residentMib(pid).orElseThrow())
                .max();
    }

    OptionalDouble mostMemory() {
        return contender.nodes().stream()
                .mapToDouble(pid -> Proc.mostResidentMib(pid).orElseThrow())
                .max();
    }

    /** Many clients at one node; the contender is stopped before and afterwards. Empty if it has no clients. */
    @Nullable
    CrowdResult crowd() {
        if (!crowdWasTried && contender instanceof Pair pair) {
            crowdWasTried = true;
            crowd = CrowdResult.measure(pair, pace.measured());
        }
        return crowd;
    }

    private JsonNode tcpReport(String... options) {
        String[] all = new String[options.length + 2];
        all[0] = "--omit";
        all[1] = Long.toString(pace.warmUp().toSeconds());
        System.arraycopy(options, 0, all, 2, options.length);
        return Iperf.report(contender.left(), contender.right(), contender.address(), pace.measured(), all);
    }

    private JsonNode udpReport(String bitsPerSecond, String payload) {
        return Iperf.report(
                        contender.left(),
                        contender.right(),
                        contender.address(),
                        pace.measured(),
                        "--udp",
                        "--bitrate",
                        bitsPerSecond,
                        "--length",
                        payload)
                .at("/end/sum");
    }
}
