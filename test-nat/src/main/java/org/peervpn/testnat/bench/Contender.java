package org.peervpn.testnat.bench;

import java.util.List;
import java.util.OptionalDouble;
import org.peervpn.testnat.Host;
import org.peervpn.testnat.Lab;

/** Two hosts of its own, and what carries packets from one to the other. */
abstract class Contender {
    private final String name;
    private final Host left;
    private final Host right;

    /** @param pair a short word that names the hosts */
    Contender(Lab lab, String pair, String name) {
        this.name = name;
        List<Host> hosts = lab.addPair(pair);
        left = hosts.get(0);
        right = hosts.get(1);
    }

    final String name() {
        return name;
    }

    final Host left() {
        return left;
    }

    final Host right() {
        return right;
    }

    /** Afresh; returns when packets get through. */
    abstract void start();

    abstract void stop();

    /** Of the right host, by which the left one reaches it through this. */
    abstract String address();

    /** The processes that carry packets. */
    List<Long> nodes() {
        return List.of();
    }

    /** What the nodes have done so far; empty of one that does not tell. */
    List<Work> work() {
        return List.of();
    }

    /**
     * Of a node since its start.
     *
     * @param packets that went through the tunnel, in both directions
     * @param allocatedBytes of objects, for these and for all else
     */
    record Work(long packets, long allocatedBytes) {}

    /** From the start of the left node until it said that it is ready. */
    OptionalDouble readySeconds() {
        return OptionalDouble.empty();
    }

    /** How long its {@code --info} takes; both nodes are stopped. */
    OptionalDouble infoSeconds() {
        return OptionalDouble.empty();
    }
}
