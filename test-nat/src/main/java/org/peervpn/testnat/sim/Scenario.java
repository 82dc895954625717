package org.peervpn.testnat.sim;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is going to be played: who is where, what the network is like, and what goes wrong when.
 *
 * @param seed of all that chance decides while it is played
 * @param quiet how long it goes on after the last fault, even if all are connected
 */
record Scenario(
        long seed,
        List<Place> places,
        List<Participant> participants,
        List<StunServer.Honesty> stunServers,
        List<Happening> happenings,
        Duration quiet) {

    /** What becomes a {@link Site}. */
    record Place(Access access, boolean ipv6, Quality uplink) {}

    /** What becomes a {@link Link}. */
    record Quality(Duration delay, Duration jitter, double loss, double duplication, double reordering) {
        Link link() {
            Link link = new Link(delay);
            link.jitterNanos = jitter.toNanos();
            link.loss = loss;
            link.duplication = duplication;
            link.reordering = reordering;
            return link;
        }
    }

    /**
     * What becomes a {@link SimNode}.
     *
     * @param introduced when it is told of the others
     * @param ipv6 whether it is told their IPv6 endpoints where they have some
     * @param code whether it is given their codes, not lines
     */
    record Participant(int place, Duration introduced, Duration clockError, boolean ipv6, boolean code) {}

    /** What goes wrong. */
    enum Fault {
        /** The routers of a place forget all mappings. */
        NAT_REBOOT,
        /** And come back with another address. */
        NEW_ADDRESS,
        /** A node ends, and starts again with what it has written down. */
        NODE_RESTART,
        /** Nothing passes the uplink for a while. */
        CUT,
        /** Only short datagrams pass it for a while. */
        BLACK_HOLE,
        /** A node's machine goes to another place. */
        MOVE
    }

    /**
     * One fault.
     *
     * @param participant whom it befalls, or whose place
     * @param lasts of a cut, a black hole, a restart
     * @param to of a move
     */
    record Happening(
            Duration at,
            Fault fault,
            int participant,
            Duration lasts,
            @Nullable Integer to) {}

    /** When the last fault is over. */
    Duration calmFrom() {
        Duration introduced = participants.stream()
                .map(Participant::introduced)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
        return happenings.stream()
                .map(happening -> happening.at().plus(happening.lasts()))
                .max(Duration::compareTo)
                .filter(end -> end.compareTo(introduced) > 0)
                .orElse(introduced);
    }

    /** One line for each thing. */
    String describe() {
        StringBuilder text = new StringBuilder("Scenario " + seed + "\n");
        for (int i = 0; i < places.size(); i++) {
            Place place = places.get(i);
            text.append("  place ").append(i).append(": ").append(place.access());
            text.append(place.ipv6() ? ", IPv6" : "")
                    .append(", ")
                    .append(place.uplink())
                    .append('\n');
        }
        for (int i = 0; i < participants.size(); i++) {
            text.append("  node ")
                    .append(ScenarioRun.nodeName(i))
                    .append(": ")
                    .append(participants.get(i))
                    .append('\n');
        }
        text.append("  STUN servers: ").append(stunServers).append('\n');
        happenings.forEach(happening -> text.append("  ").append(happening).append('\n'));
        return text.append("  quiet from ")
                .append(calmFrom().toSeconds())
                .append(" s on")
                .toString();
    }
}
