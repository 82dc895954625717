package org.peervpn.routing;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The whole wanted state of the machine. The interface exists already and is of this process.
 *
 * @param addresses our overlay addresses, /32 and /128
 * @param peers the prefixes of admitted peers, each with a route into the interface
 * @param offeringExit forward and masquerade what comes out of the interface
 * @param usingExit null while no exit is in use
 */
public record RouterConfig(
        int mtu,
        List<Cidr> addresses,
        List<Cidr> peers,
        boolean offeringExit,
        @Nullable ExitUse usingExit) {

    /**
     * Internet traffic goes into the interface.
     *
     * @param routes what goes through the exit; 0.0.0.0/0 and ::/0 for all. A family that the exit cannot carry goes
     *     into the interface too, where the node refuses it.
     * @param excludes what stays on the uplink besides the positive list of DESIGN.md
     */
    public record ExitUse(List<Cidr> routes, List<Cidr> excludes) {}

    /** Whether both use and offer an exit in the same way. */
    public boolean differsInPeersOnly(RouterConfig other) {
        return mtu == other.mtu
                && addresses.equals(other.addresses)
                && offeringExit == other.offeringExit
                && Objects.equals(usingExit, other.usingExit);
    }
}
