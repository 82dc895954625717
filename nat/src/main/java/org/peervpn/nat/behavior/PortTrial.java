package org.peervpn.nat.behavior;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Makes the NAT open mappings for some fresh channels, so that it can be seen which ports it takes. */
final class PortTrial {
    static final int CHANNELS = 4;

    private static final Pace ONCE = Pace.millis(250, 12, 1);
    private static final long STAGGER_NANOS = 30_000_000L;

    /** Two servers are asked, since one may lie; by then the first has answered. */
    private static final long SECOND_SERVER_NANOS = 350_000_000L;

    private static final long PATIENCE_NANOS = 3_300_000_000L;

    private final List<Inquiry> asked = new ArrayList<>();
    private final long startNanos;

    /** @param servers that answer; the first two are asked */
    PortTrial(Inquiries inquiries, List<InetSocketAddress> servers, long nowNanos) {
        startNanos = nowNanos;
        long atNanos = nowNanos;
        for (InetSocketAddress server : servers.subList(0, Math.min(2, servers.size()))) {
            for (int i = 0; i < CHANNELS; i++) {
                asked.add(inquiries.begin(NatTest.SECOND + i, server, ONCE, atNanos + i * STAGGER_NANOS));
            }
            atNanos += SECOND_SERVER_NANOS;
        }
    }

    boolean ended(long nowNanos) {
        return asked.stream().allMatch(Inquiry::satisfied) || nowNanos - startNanos >= PATIENCE_NANOS;
    }
}
