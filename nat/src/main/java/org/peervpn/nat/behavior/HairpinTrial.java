package org.peervpn.nat.behavior;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tests whether a datagram to the public endpoint comes back (RFC 4787, section 6). Two channels send to each other's
 * endpoint at once, so that the filter is open for both.
 */
final class HairpinTrial {
    private static final Pace HAIRPIN = Pace.millis(80, 60, 1);
    private static final Pace CONTROL = Pace.millis(80, 60, Pace.ENDLESS);

    private final Inquiry there;
    private final Inquiry back;
    private final Inquiry control;
    private boolean ended;
    private @Nullable Boolean result; // null until it is known

    /** @param server which is known to answer */
    HairpinTrial(
            Inquiries inquiries,
            InetSocketAddress mainEndpoint,
            InetSocketAddress secondEndpoint,
            InetSocketAddress server,
            long nowNanos) {
        back = inquiries.begin(NatTest.MAIN, secondEndpoint, HAIRPIN, nowNanos);
        there = inquiries.begin(NatTest.SECOND, mainEndpoint, HAIRPIN, nowNanos);
        control = inquiries.begin(NatTest.SECOND, server, CONTROL, nowNanos);
    }

    void advance(long nowNanos) {
        if (ended) {
            return;
        }
        if (there.isAnswered() || back.isAnswered()) {
            end(true);
        } else if (Silence.proves(there, List.of(control), nowNanos)
                && Silence.proves(back, List.of(control), nowNanos)) {
            end(false);
        }
    }

    boolean ended() {
        return ended;
    }

    @Nullable
    Boolean result() {
        return result;
    }

    private void end(boolean comesBack) {
        result = comesBack;
        ended = true;
        there.end();
        back.end();
        control.end();
    }
}
