package org.peervpn.testnat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** TCP connections between two hosts, made by iperf3. */
public final class Iperf {
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private Iperf() {}

    /** What arrives at the server, in Gbit/s. */
    public static double gigabitsPerSecond(Host client, Host server, String serverAddress, Duration duration) {
        return report(client, server, serverAddress, duration)
                        .at("/end/sum_received/bits_per_second")
                        .asDouble()
                / 1e9;
    }

    /** What iperf3 itself tells, run with more options. */
    public static JsonNode report(
            Host client, Host server, String serverAddress, Duration duration, String... options) {
        RunningProcess listener = server.start("iperf3", "--server", "--one-off", "--forceflush");
        listener.awaitLine("Server listening", PATIENCE);
        List<String> command = new ArrayList<>(List.of("iperf3", "--json", "--client", serverAddress));
        command.addAll(List.of("--time", Long.toString(duration.toSeconds())));
        command.addAll(List.of(options));
        String report = client.exec(duration.plus(PATIENCE), command.toArray(String[]::new))
                .orThrow()
                .output();
        try {
            return new ObjectMapper().readTree(report);
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
