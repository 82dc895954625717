package org.peervpn.testnat.bench;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.peervpn.testnat.Host;
import org.peervpn.testnat.LabException;

/** Round trips of pings, one every 10 ms, in milliseconds, the shortest first. One that was lost counts as a second. */
record Pings(List<Double> millis) {
    static final Duration INTERVAL = Duration.ofMillis(10);

    private static final double LOST_MILLIS = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Pattern TIME = Pattern.compile("time=([0-9.]+) ms");

    static Pings send(Host from, String address, int count) {
        String printed = from.exec(
                        PATIENCE.plus(INTERVAL.multipliedBy(count)),
                        "ping",
                        "-n",
                        "-i",
                        Double.toString(INTERVAL.toMillis() / 1e3),
                        "-c",
                        Integer.toString(count),
                        "-W",
                        "1",
                        address)
                .output();
        return parse(printed, count);
    }

    static Pings parse(String printed, int count) {
        List<Double> answered = TIME.matcher(printed)
                .results()
                .map(match -> Double.parseDouble(match.group(1)))
                .toList();
        if (answered.isEmpty()) {
            throw new LabException("no ping was answered");
        }
        return new Pings(IntStream.range(0, Math.max(count, answered.size()))
                .mapToObj(i -> i < answered.size() ? answered.get(i) : LOST_MILLIS)
                .sorted()
                .toList());
    }

    /** @param share from 0 to 1 */
    double quantile(double share) {
        return millis.get((int) Math.min(millis.size() - 1, Math.floor(share * millis.size())));
    }
}
