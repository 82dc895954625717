package org.peervpn.testnat.sim;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * An address space in which stations reach one another: the internet, a provider's network behind its NAT, a LAN. What is
 * for no station here goes to the router of its family, if there is one.
 */
final class Realm {
    private final String name;
    private final Timeline timeline;
    private final SplittableRandom random;
    private final Trace trace;
    private final Map<InetAddress, Attachment> stations = new HashMap<>();
    private @Nullable NatBox ipv4Router;
    private @Nullable NatBox ipv6Router;

    private record Attachment(Station station, Link link) {}

    Realm(String name, Timeline timeline, SplittableRandom random, Trace trace) {
        this.name = name;
        this.timeline = timeline;
        this.random = random;
        this.trace = trace;
    }

    void attach(InetAddress address, Station station, Link link) {
        if (stations.putIfAbsent(address, new Attachment(station, link)) != null) {
            throw new IllegalStateException(address + " is taken in " + name);
        }
    }

    void detach(InetAddress address) {
        stations.remove(address);
    }

    boolean isTaken(InetAddress address) {
        return stations.containsKey(address);
    }

    void ipv4Router(NatBox router) {
        ipv4Router = router;
    }

    void ipv6Router(NatBox router) {
        ipv6Router = router;
    }

    /** From a station with this link. */
    void send(Link from, Datagram datagram) {
        NatBox router = datagram.isIpv4() ? ipv4Router : ipv6Router;
        if (router == null || isTaken(datagram.destination().getAddress())) {
            deliver(from, datagram);
        } else {
            carry(from, router.innerLink(), datagram, () -> router.receiveFromInside(datagram));
        }
    }

    /** From a router, to a station here: what has none is not routed on, for it would come back for ever. */
    void deliver(Link from, Datagram datagram) {
        Attachment receiver = stations.get(datagram.destination().getAddress());
        if (receiver == null) {
            trace.say(name, "nobody has the destination of", datagram);
        } else {
            carry(from, receiver.link(), datagram, () -> receiver.station().receive(datagram));
        }
    }

    private void carry(Link from, Link to, Datagram datagram, Runnable arrival) {
        if (from.down || to.down || happens(from.loss) || happens(to.loss)) {
            trace.say(name, "lost", datagram);
            return;
        }
        if (datagram.sizeOnWire() > Math.min(from.mtu, to.mtu)) {
            trace.say(name, "too long, swallowed", datagram);
            return;
        }
        timeline.after(delay(from) + delay(to), arrival);
        if (happens(from.duplication) || happens(to.duplication)) {
            trace.say(name, "doubled", datagram);
            timeline.after(delay(from) + delay(to), arrival);
        }
    }

    private long delay(Link link) {
        long delay = link.delayNanos;
        if (link.jitterNanos > 0) {
            delay += random.nextLong(link.jitterNanos);
        }
        if (happens(link.reordering)) {
            delay += random.nextLong(Link.LATE_NANOS);
        }
        return delay;
    }

    private boolean happens(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }
}
