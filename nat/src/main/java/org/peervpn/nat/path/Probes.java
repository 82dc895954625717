package org.peervpn.nat.path;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.peervpn.nat.NatSummary;
import org.peervpn.nat.PortAllocation;

/**
 * Which ports of a hard NAT the other side tries, while the hard side holds {@link #SOCKETS} mappings open.
 *
 * <p>Random ports: by the birthday paradox 1,024 tries meet one of 256 mappings with 98 %. A NAT that counts its ports
 * has put those mappings in a row after the last known one, so tries at a distance below the length of the row cannot
 * all miss it, however far it has counted meanwhile.
 */
final class Probes {
    static final int SOCKETS = 256;
    static final int MAX_PROBES = 1024;

    private static final int FIRST_PORT = 1024;
    private static final int PORTS = 65536 - FIRST_PORT;

    /** What other programs behind the NAT have probably used up meanwhile. */
    private static final int NEXT_PORTS = 20;

    /** Of the row, others may have taken a part. */
    private static final int STRIDE = SOCKETS / 2;

    private Probes() {}

    /** At most {@link #MAX_PROBES} different ports, in the order in which they are tried. */
    static List<Integer> of(NatSummary hard, int lastPort, RandomGenerator random) {
        Set<Integer> ports = new LinkedHashSet<>();
        if (hard.ports() == PortAllocation.SEQUENTIAL && hard.portStep() != 0) {
            int step = hard.portStep();
            IntStream.rangeClosed(1, NEXT_PORTS).forEach(i -> ports.add(port(lastPort + (long) step * i)));
            int stride = STRIDE * Math.abs(step);
            int strides = Math.min(PORTS / stride + 1, MAX_PROBES - NEXT_PORTS);
            IntStream.rangeClosed(1, strides)
                    .forEach(i -> ports.add(port(lastPort + (long) Integer.signum(step) * stride * i)));
        }
        while (ports.size() < MAX_PROBES) {
            ports.add(FIRST_PORT + random.nextInt(PORTS));
        }
        return List.copyOf(ports);
    }

    private static int port(long value) {
        return (int) (FIRST_PORT + Math.floorMod(value - FIRST_PORT, (long) PORTS));
    }
}
