package org.peervpn.testnat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;

/** TCP connections between two hosts, made by iperf3. */
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

    /** One TCP connection that has begun to carry data, and will for some seconds; it ends with 0 if it was not lost. */
    public static RunningProcess stream(Host from, Host to, String address, int seconds) {
        RunningProcess server = to.start("iperf3", "--server", "--one-off", "--forceflush");
        server.awaitLine("Server listening", PATIENCE);
        RunningProcess stream =
                from.start("iperf3", "--client", address, "--bitrate", "5M", "--time", "" + seconds, "--forceflush");
        stream.awaitLine(" 1\\.\\d+-\\d+\\.\\d+ +sec", PATIENCE);
        return stream;
    }
}
