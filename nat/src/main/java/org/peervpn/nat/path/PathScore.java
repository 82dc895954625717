package org.peervpn.nat.path;

import java.net.Inet6Address;
import java.util.Comparator;
import org.peervpn.nat.CandidateType;

/**
 * How good a path is; smaller is better. The fields stand in the order in which they decide.
 *
 * @param type how directly the peer's end was known
 * @param isIpv4 of two paths that are equally direct the IPv6 one has no translation to lose
 */
record PathScore(CandidateType type, boolean isIpv4, long rttNanos) implements Comparable<PathScore> {
    /** Round trips that differ by less are alike: paths must not flap. */
    private static final long LIKE_NANOS = 20_000_000L;

    private static final Comparator<PathScore> ORDER = Comparator.comparing(PathScore::type)
            .thenComparing(PathScore::isIpv4)
            .thenComparingLong(score -> score.rttNanos / LIKE_NANOS);

    static PathScore of(CandidateType type, Pair pair, long rttNanos) {
        boolean isIpv4 = !(pair.remote().getAddress() instanceof Inet6Address);
        return new PathScore(type, isIpv4, rttNanos);
    }

    @Override
    public int compareTo(PathScore other) {
        return ORDER.compare(this, other);
    }
}
