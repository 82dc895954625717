package org.peervpn.testnat.sim;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Behavior;
import org.peervpn.node.Endpoint;

/**
 * A router between two realms that translates, filters, or both, by its {@link NatBehavior}.
 *
 * <p>As in Linux there is a {@link Flow} for each pair of endpoints that has spoken, which both directions use; and above
 * them a {@link Mapping} (RFC 4787), which tells new flows their external port and lets in what the filter admits.
 */
final class NatBox implements Station {
    private static final int MAX_FLOWS = 65_536;

    private final String name;
    private final Timeline timeline;
    private final Trace trace;
    private final Realm inner;
    private final Realm outer;
    private final Link innerLink = Link.lan();
    private final Link outerLink;
    private final PortAllocator allocator;
    private NatBehavior behavior;
    private @Nullable InetAddress outerAddress; // null: nothing is translated

    private final Map<Ends, Flow> byInside = new HashMap<>();
    private final Map<Ends, Flow> byOutside = new HashMap<>();
    private final Map<MappingKey, Mapping> mappings = new HashMap<>();
    private final Map<InetSocketAddress, Mapping> byExternal = new HashMap<>();

    private record Ends(InetSocketAddress own, InetSocketAddress remote) {}

    /** What a mapping depends on. */
    record MappingKey(InetSocketAddress internal, @Nullable InetAddress remote, int remotePort) {}

    private static final class Mapping {
        private final InetSocketAddress internal;
        private final InetSocketAddress external;
        private final Map<InetAddress, Long> contactedUntil = new HashMap<>();
        private long untilNanos;

        Mapping(InetSocketAddress internal, InetSocketAddress external) {
            this.internal = internal;
            this.external = external;
        }
    }

    private static final class Flow {
        private static final long STREAM_AFTER_NANOS = 2_000_000_000L;

        private final @Nullable InetSocketAddress internal; // null: the router's own
        private final InetSocketAddress external;
        private final boolean fromInside;
        private final long bornNanos;
        private boolean replied;
        private boolean stream;
        private long untilNanos;

        Flow(@Nullable InetSocketAddress internal, InetSocketAddress external, boolean fromInside, long bornNanos) {
            this.internal = internal;
            this.external = external;
            this.fromInside = fromInside;
            this.bornNanos = bornNanos;
        }

        /** As conntrack: a stream is what has traffic in both directions more than 2 s after the first. */
        void touch(boolean outbound, NatBehavior behavior, long nowNanos) {
            replied |= outbound != fromInside;
            stream |= replied && nowNanos - bornNanos > STREAM_AFTER_NANOS;
            untilNanos = nowNanos + (stream ? behavior.stream() : behavior.unreplied()).toNanos();
        }
    }

    NatBox(
            String name,
            NatBehavior behavior,
            Realm inner,
            Realm outer,
            Link outerLink,
            @Nullable InetAddress outerAddress,
            SimNetwork network) {
        this.name = name;
        this.behavior = behavior;
        this.inner = inner;
        this.outer = outer;
        this.outerLink = outerLink;
        this.outerAddress = outerAddress;
        this.timeline = network.timeline();
        this.trace = network.trace();
        this.allocator = new PortAllocator(behavior, network.random().split());
        if (outerAddress != null) {
            outer.attach(outerAddress, this, outerLink);
        }
    }

    Link innerLink() {
        return innerLink;
    }

    Link outerLink() {
        return outerLink;
    }

    Realm outer() {
        return outer;
    }

    NatBehavior behavior() {
        return behavior;
    }

    void behavior(NatBehavior other) {
        behavior = other;
    }

    /** null if nothing is translated. */
    @Nullable
    InetAddress outerAddress() {
        return outerAddress;
    }

    /** All mappings are forgotten, and what ports depend on is another; with another address if there is a new one. */
    void reboot(@Nullable InetAddress newAddress) {
        trace.say(name, "reboots" + (newAddress == null ? "" : ", its address is " + newAddress.getHostAddress()));
        byInside.clear();
        byOutside.clear();
        mappings.clear();
        byExternal.clear();
        allocator.reboot();
        if (newAddress != null && outerAddress != null) {
            outer.detach(outerAddress);
            outer.attach(newAddress, this, outerLink);
            outerAddress = newAddress;
        }
    }

    /**
     * The external endpoint that the inner one has now for all destinations; null if there is none, or one for each
     * destination.
     */
    @Nullable
    InetSocketAddress externalOf(InetSocketAddress internal) {
        if (!behavior.translates()) {
            return internal;
        }
        Mapping mapping = behavior.mapping() == Behavior.ENDPOINT_INDEPENDENT
                ? mappings.get(new MappingKey(internal, null, 0))
                : null;
        return mapping == null || mapping.untilNanos < timeline.nowNanos() ? null : mapping.external;
    }

    void receiveFromInside(Datagram datagram) {
        boolean turnsBack = datagram.destination().getAddress().equals(outerAddress);
        if (turnsBack && !behavior.hairpin()) {
            trace.say(name, "no hairpin:", datagram);
            return;
        }
        Flow flow = outbound(datagram.source(), datagram.destination());
        if (flow == null) {
            trace.say(name, "its table is full:", datagram);
            return;
        }
        Datagram translated = datagram.from(flow.external);
        if (turnsBack) {
            turnBack(translated);
        } else {
            outer.send(outerLink, translated);
        }
    }

    private void turnBack(Datagram datagram) {
        Mapping target = byExternal.get(datagram.destination());
        if (target == null || target.untilNanos < timeline.nowNanos()) {
            trace.say(name, "hairpin to nobody:", datagram);
            return;
        }
        inner.deliver(innerLink, datagram.to(target.internal));
    }

    @Override
    public void receive(Datagram datagram) {
        long now = timeline.nowNanos();
        Ends ends = new Ends(datagram.destination(), datagram.source());
        Flow flow = byOutside.get(ends);
        if (flow == null || flow.untilNanos < now) {
            flow = inbound(ends, now);
        }
        if (flow == null) {
            trace.say(name, "not let in:", datagram);
            return;
        }
        flow.touch(false, behavior, now);
        if (flow.internal == null) {
            trace.say(name, "takes for its own:", datagram);
            return;
        }
        keepMapping(flow, datagram.source());
        inner.deliver(innerLink, datagram.to(flow.internal));
    }

    /** What an unsolicited datagram makes; null if it is not let in. */
    private @Nullable Flow inbound(Ends ends, long now) {
        InetSocketAddress internal = admitted(ends, now);
        if ((internal == null && !behavior.sloppy()) || !hasRoom(now)) {
            return null;
        }
        Flow flow = new Flow(internal, ends.own(), false, now);
        byOutside.put(ends, flow);
        if (internal != null) {
            byInside.put(new Ends(internal, ends.remote()), flow);
        }
        return flow;
    }

    private @Nullable InetSocketAddress admitted(Ends ends, long now) {
        if (!behavior.translates() && behavior.filtering() == Behavior.ENDPOINT_INDEPENDENT) {
            return ends.own();
        }
        Mapping mapping = byExternal.get(ends.own());
        if (mapping == null || mapping.untilNanos < now) {
            return null;
        }
        boolean admits = switch (behavior.filtering()) {
            case ENDPOINT_INDEPENDENT -> true;
            case ADDRESS_DEPENDENT ->
                mapping.contactedUntil.getOrDefault(ends.remote().getAddress(), Long.MIN_VALUE) >= now;
            case ADDRESS_AND_PORT_DEPENDENT -> false; // but what belongs to a flow
        };
        return admits ? mapping.internal : null;
    }

    /** null if there is no room for another one. */
    private @Nullable Flow outbound(InetSocketAddress internal, InetSocketAddress remote) {
        long now = timeline.nowNanos();
        Ends ends = new Ends(internal, remote);
        Flow flow = byInside.get(ends);
        if (flow == null || flow.untilNanos < now) {
            if (!hasRoom(now)) {
                return null;
            }
            flow = new Flow(internal, external(internal, remote, now), true, now);
            byInside.put(ends, flow);
            byOutside.put(new Ends(flow.external, remote), flow);
        }
        flow.touch(true, behavior, now);
        keepMapping(flow, remote);
        return flow;
    }

    private void keepMapping(Flow flow, InetSocketAddress remote) {
        Mapping mapping = byExternal.get(flow.external);
        if (mapping != null) {
            mapping.untilNanos = Math.max(mapping.untilNanos, flow.untilNanos);
            mapping.contactedUntil.merge(remote.getAddress(), flow.untilNanos, Math::max);
        }
    }

    private InetSocketAddress external(InetSocketAddress internal, InetSocketAddress remote, long now) {
        Mapping mapping = mapping(internal, remote, now);
        Flow other = byOutside.get(new Ends(mapping.external, remote));
        if (other == null || other.untilNanos < now || !behavior.translates()) {
            return mapping.external;
        }
        // As conntrack does: another port, for this flow alone.
        InetSocketAddress free;
        do {
            free = new InetSocketAddress(mapping.external.getAddress(), allocator.other());
        } while (byExternal.containsKey(free) || byOutside.containsKey(new Ends(free, remote)));
        trace.say(name, "the port is taken: " + Endpoint.text(internal) + " is " + Endpoint.text(free));
        return free;
    }

    private Mapping mapping(InetSocketAddress internal, InetSocketAddress remote, long now) {
        MappingKey key = key(internal, remote);
        Mapping mapping = mappings.get(key);
        if (mapping != null && mapping.untilNanos >= now) {
            return mapping;
        }
        if (mapping != null) {
            byExternal.remove(mapping.external, mapping);
        }
        Mapping fresh = new Mapping(internal, newExternal(key, now));
        mappings.put(key, fresh);
        byExternal.put(fresh.external, fresh);
        if (behavior.translates() && trace.isOn()) {
            trace.say(name, "maps " + Endpoint.text(internal) + " to " + Endpoint.text(fresh.external));
        }
        return fresh;
    }

    private InetSocketAddress newExternal(MappingKey key, long now) {
        InetAddress address = outerAddress;
        if (address == null) {
            return key.internal();
        }
        int port = allocator.port(key, candidate -> isFree(new InetSocketAddress(address, candidate), now));
        return new InetSocketAddress(address, port);
    }

    private boolean isFree(InetSocketAddress external, long now) {
        Mapping other = byExternal.get(external);
        return other == null || other.untilNanos < now;
    }

    private MappingKey key(InetSocketAddress internal, InetSocketAddress remote) {
        return switch (behavior.mapping() == null ? Behavior.ENDPOINT_INDEPENDENT : behavior.mapping()) {
            case ENDPOINT_INDEPENDENT -> new MappingKey(internal, null, 0);
            case ADDRESS_DEPENDENT -> new MappingKey(internal, remote.getAddress(), 0);
            case ADDRESS_AND_PORT_DEPENDENT -> new MappingKey(internal, remote.getAddress(), remote.getPort());
        };
    }

    private boolean hasRoom(long now) {
        if (byOutside.size() >= MAX_FLOWS) {
            byOutside.values().removeIf(flow -> flow.untilNanos < now);
            byInside.values().removeIf(flow -> flow.untilNanos < now);
            mappings.values().removeIf(mapping -> mapping.untilNanos < now);
            byExternal.values().removeIf(mapping -> mapping.untilNanos < now);
        }
        return byOutside.size() < MAX_FLOWS;
    }

    @Override
    public String toString() {
        return name;
    }
}
