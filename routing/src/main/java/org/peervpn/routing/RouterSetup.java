package org.peervpn.routing;

import java.nio.file.Path;

/**
 * Whose changes a router makes: the journal is keyed by home, network namespace and interface.
 *
 * @param stateDirectory {@code /var/lib/peervpn}
 */
public record RouterSetup(String interfaceName, Path home, Path stateDirectory) {

    /** The firewall mark of the port's sockets, derived from the interface's name; never 0. */
    public int mark() {
        throw new IllegalStateException("stub");
    }
}
