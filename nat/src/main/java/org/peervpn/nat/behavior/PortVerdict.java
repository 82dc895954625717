package org.peervpn.nat.behavior;

import java.net.InetSocketAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.PortAllocation;

/**
 * Which external ports the NAT takes for new mappings (RFC 4787, section 4.2).
 *
 * @param step zero unless the ports are sequential
 */
record PortVerdict(@Nullable PortAllocation ports, int step) {

    static final PortVerdict UNKNOWN = new PortVerdict(null, 0);

    /** A NAT that counts skips few ports, other hosts' mappings among them. */
    private static final int MAX_STEP = 16;

    /** The same where some of the mappings are not looked at. */
    private static final int MAX_STEP_WITH_OMISSIONS = 80;

    private static final int MIN_MAPPINGS = 4;

    /** With as many, one that is out of the row may be where the count has begun anew. */
    private static final int MAPPINGS_TO_SEE_A_WRAP = 6;

    private record Allocation(int channel, InetSocketAddress mapped, long asked) {}

    /**
     * What all say together, unless it depends on the word of one of them.
     *
     * @param byOperator what each says
     * @param localPorts the local port of a channel
     */
    static PortVerdict of(List<List<Sighting>> byOperator, boolean dependent, IntUnaryOperator localPorts) {
        PortVerdict verdict = ofSightings(together(byOperator, -1), dependent, localPorts, MAX_STEP);
        int maxStep = verdict.ports == PortAllocation.SEQUENTIAL ? MAX_STEP_WITH_OMISSIONS : MAX_STEP;
        for (int i = 0; i < byOperator.size(); i++) {
            List<Sighting> others = together(byOperator, i);
            boolean enough = allocations(others).size() >= MIN_MAPPINGS;
            if (enough && !verdict.equals(ofSightings(others, dependent, localPorts, maxStep))) {
                return UNKNOWN;
            }
        }
        return verdict;
    }

    private static List<Sighting> together(List<List<Sighting>> byOperator, int without) {
        return IntStream.range(0, byOperator.size())
                .filter(i -> i != without)
                .boxed()
                .flatMap(i -> byOperator.get(i).stream())
                .toList();
    }

    private static PortVerdict ofSightings(
            List<Sighting> sightings, boolean dependent, IntUnaryOperator localPorts, int maxStep) {
        List<Allocation> allocations = allocations(sightings);
        List<Integer> preserving = allocations.stream()
                .filter(allocation -> allocation.mapped.getPort() == localPorts.applyAsInt(allocation.channel))
                .map(Allocation::channel)
                .distinct()
                .toList();
        if (preserving.size() >= 2 && !dependent) {
            return new PortVerdict(PortAllocation.PRESERVED, 0);
        }
        return preserving.isEmpty() ? counted(allocations, maxStep) : UNKNOWN;
    }

    /** One for each mapping that was made, in the order in which they were asked for. */
    private static List<Allocation> allocations(List<Sighting> sightings) {
        Map<InetSocketAddress, Allocation> byMapping = new HashMap<>();
        for (Sighting sighting : sightings) {
            byMapping.merge(
                    sighting.mapped(),
                    new Allocation(sighting.channel(), sighting.mapped(), sighting.asked()),
                    (one, other) -> one.asked <= other.asked ? one : other);
        }
        return byMapping.values().stream()
                .sorted(Comparator.comparingLong(Allocation::asked))
                .toList();
    }

    private static PortVerdict counted(List<Allocation> allocations, int maxStep) {
        List<Allocation> byPort = allocations.stream()
                .sorted(Comparator.comparingInt(allocation -> allocation.mapped.getPort()))
                .toList();
        if (byPort.size() < MIN_MAPPINGS) {
            return UNKNOWN;
        }
        int gaps = byPort.size() - 1;
        List<Integer> neighbours = IntStream.range(0, gaps)
                .filter(i -> gap(byPort, i) <= maxStep)
                .boxed()
                .toList();
        int strays = byPort.size() >= MAPPINGS_TO_SEE_A_WRAP ? 1 : 0;
        if (gaps - neighbours.size() <= strays) {
            int step = step(byPort, neighbours);
            return step == 0 ? UNKNOWN : new PortVerdict(PortAllocation.SEQUENTIAL, step);
        }
        return neighbours.size() <= strays ? new PortVerdict(PortAllocation.RANDOM, 0) : UNKNOWN;
    }

    private static int gap(List<Allocation> byPort, int index) {
        return byPort.get(index + 1).mapped.getPort() - byPort.get(index).mapped.getPort();
    }

    /** The greatest step of which all gaps are multiples; negative if the NAT counts down, 0 if that is not clear. */
    private static int step(List<Allocation> byPort, List<Integer> neighbours) {
        int step = 0;
        for (int i : neighbours) {
            step = greatestCommonDivisor(gap(byPort, i), step);
        }
        int rising = 0;
        int falling = 0;
        for (int i = 0; i < byPort.size(); i++) {
            for (int j = i + 1; j < byPort.size(); j++) {
                rising += byPort.get(i).asked < byPort.get(j).asked ? 1 : 0;
                falling += byPort.get(i).asked > byPort.get(j).asked ? 1 : 0;
            }
        }
        // A question that was lost has its mapping later than it was asked first.
        boolean clear = Math.max(rising, falling) >= 3 * Math.min(rising, falling);
        if (!clear) {
            return 0;
        }
        return rising > falling ? step : -step;
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }
}
