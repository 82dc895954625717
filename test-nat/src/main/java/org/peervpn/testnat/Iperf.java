package org.peervpn.testnat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;

/** Throughput of one TCP connection between two hosts, measured by iperf3. */
public final class Iperf {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private Iperf() {}

    /** What arrives at the server, in Gbit/s. */
    public static double gigabitsPerSecond(Host client, Host server, String serverAddress, Duration duration) {
        RunningProcess listener = server.start("iperf3", "--server", "--one-off", "--forceflush");
        listener.awaitLine("Server listening", PATIENCE);
        String report = client.exec(
                        duration.plus(PATIENCE),
                        "iperf3",
                        "--json",
                        "--client",
                        serverAddress,
                        "--time",
                        Long.toString(duration.toSeconds()))
                .orThrow()
                .output();
        try {
            return new ObjectMapper()
                            .readTree(report)
                            .at("/end/sum_received/bits_per_second")
                            .asDouble()
                    / 1e9;
        } catch (JsonProcessingException e) {
            throw new LabException("iperf3 printed no report: " + report, e);
        } finally {
            listener.stop();
        }
    }
}
