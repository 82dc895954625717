package org.peervpn.nat.portmap;

import java.net.Inet4Address;
import org.jspecify.annotations.Nullable;

/** One protocol's way to a mapping. Hears nothing but the gateway: {@link PortMapping} sees to that. */
interface Mapper {

    enum State {
        IDLE,
        SEEKING,
        /** The router speaks the protocol and waits for {@link #map}. */
        FOUND,
        MAPPING,
        MAPPED,
        RELEASING,
        /** No answer, a refusal, or an end that nobody asked for. */
        FAILED;

        /** True while the router has a mapping of ours, or may have. */
        boolean isActive() {
            return this == MAPPING || this == MAPPED || this == RELEASING;
        }
    }

    MappingProtocol protocol();

    State state();

    /** The router has answered in this protocol since {@link #seek}. */
    boolean isPresent();

    /** The router's own address towards outside, as told last since {@link #seek}; null while it has told none. */
    @Nullable
    Inet4Address routerAddress();

    /** Null unless {@link State#MAPPED}. */
    @Nullable
    PortMapped mapped();

    /** Whatever was before is forgotten. */
    void seek(long nowNanos);

    void map(long nowNanos);

    /** Looks now whether the mapping is still there. */
    void check(long nowNanos);

    /** Takes the mapping back, if there is one; {@link State#IDLE} when that is done or has had its time. */
    void release(long nowNanos);

    void onTimeout(long nowNanos);

    long nextDeadlineNanos();
}
