package org.peervpn.nat.behavior;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Behavior;

/**
 * What can be said of the mapping; what cannot is null.
 *
 * @param dependent true if it depends on the destination, also where it is not known on what of it
 * @param endpoint by which all destinations see us; null if there is none, or if servers contradict each other
 * @param confirmed two servers of different addresses name the endpoint
 * @param disputed servers name different endpoints, and it is not known whether the NAT or one of them is the reason
 */
record MappingVerdict(
        @Nullable Boolean translated,
        @Nullable Behavior behavior,
        boolean dependent,
        @Nullable InetSocketAddress endpoint,
        boolean confirmed,
        boolean disputed) {

    static final MappingVerdict UNKNOWN = new MappingVerdict(null, null, false, null, false, false);

    static final MappingVerdict DISPUTED = new MappingVerdict(null, null, false, null, false, true);

    static MappingVerdict independent(boolean translated, InetSocketAddress endpoint, boolean confirmed) {
        return new MappingVerdict(translated, Behavior.ENDPOINT_INDEPENDENT, false, endpoint, confirmed, false);
    }

    /** One server's word. */
    static MappingVerdict unconfirmed(InetSocketAddress endpoint) {
        return new MappingVerdict(null, null, false, endpoint, false, false);
    }

    static MappingVerdict dependent(@Nullable Behavior behavior) {
        return new MappingVerdict(true, behavior, true, null, false, false);
    }

    boolean decided() {
        return dependent ? behavior != null : behavior != null && confirmed;
    }
}
