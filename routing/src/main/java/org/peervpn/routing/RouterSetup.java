package org.peervpn.routing;

import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Whose changes a router makes: the journal is keyed by home, network namespace and interface. What we add to the
 * machine is named after the interface, so that two nodes can live on one machine.
 *
 * @param stateDirectory {@code /var/lib/peervpn}
 */
public record RouterSetup(String interfaceName, Path home, Path stateDirectory) {

    /** All our marks, of every node on this machine: none of them may fall into the tunnel of another. */
    static final String ANY_MARK = "0x70650000/0xffff0000";

    /** Our number in the {@code protocol} field of routes and rules. */
    static final int PROTOCOL = 112;

    static final long PEERS_TABLES = 0x7065_0000L;
    static final long EXIT_TABLES = 0x7066_0000L;
    static final int PEERS_PRIORITIES = 20_000;
    static final int EXIT_PRIORITIES = 24_000;
    static final int PRIORITIES = 4_000;

    private static final Pattern INTERFACE_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.@-]{0,14}");

    public RouterSetup {
        if (!isSafeName(interfaceName)) {
            throw new IllegalArgumentException("not an interface name such as peervpn0: \"" + interfaceName + "\"");
        }
    }

    /** The firewall mark of the port's sockets, derived from the interface's name; never 0. */
    public int mark() {
        return 0x7065_0000 | hash();
    }

    /** The routing table of the peers' prefixes. */
    long peersTable() {
        return PEERS_TABLES | hash();
    }

    /** The routing table of what goes through the exit, and what does not. */
    long exitTable() {
        return EXIT_TABLES | hash();
    }

    /** Before {@link #exitPriority()} of every node: one node's exit must not swallow another node's peers. */
    int peersPriority() {
        return PEERS_PRIORITIES + hash() % PRIORITIES;
    }

    int exitPriority() {
        return EXIT_PRIORITIES + hash() % PRIORITIES;
    }

    String nftTable() {
        String sanitised = interfaceName.replaceAll("[^A-Za-z0-9_]", "_");
        return "peervpn_" + sanitised
                + (sanitised.equals(interfaceName) ? "" : String.format(Locale.ROOT, "_%04x", hash()));
    }

    /** Whether a name can stand in a path, a command's argument and an nftables string as it is. */
    static boolean isSafeName(String interfaceName) {
        return INTERFACE_NAME.matcher(interfaceName).matches();
    }

    private int hash() {
        int hash = interfaceName.hashCode();
        return (hash ^ (hash >>> Short.SIZE)) & 0xffff;
    }
}
