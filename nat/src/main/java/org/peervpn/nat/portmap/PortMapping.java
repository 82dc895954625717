package org.peervpn.nat.portmap;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.portmap.Mapper.State;

/**
 * Asks the default router to open the node's port, and keeps it open. Called by the loop only.
 *
 * <ol>
 *   <li>All three protocols are tried at once. The best that the router speaks makes the mapping, for two mappings of one
 *       port stand in one another's way; the next one is asked when that one is refused.
 *   <li>The mapping is renewed at half of its life. Every 30 s, and whenever {@link #check} is called, the router is asked
 *       whether it has started anew: then the mapping is made again at once.
 *   <li>{@link #release} takes it back.
 * </ol>
 *
 * What does not come from the router is dropped, and so is an external address that is not public.
 */
public final class PortMapping {

    /** What is asked of the owner of the sockets. Called inside a call of the core; must not call back in. */
    public interface Output {
        /** By a socket bound to the local address towards the router. */
        void send(InetSocketAddress destination, ByteBuffer datagram);

        /**
         * Connect by TCP, send, and hand what comes back to {@link PortMapping#answered}: when it {@link
         * PortMapping#isComplete}, when the connection ends, or null if none of it happens in 3 s, or if it becomes longer
         * than {@link PortMapping#MAX_ANSWER_BYTES}.
         */
        void exchange(long id, InetSocketAddress server, ByteBuffer request);

        /** The port was opened, the opening has changed or was renewed, or it is lost. */
        void changed(@Nullable PortMapped current);
    }

    /**
     * What was found out about the router.
     *
     * @param present in which protocols it has answered
     * @param routerAddresses its own address towards outside; several if it tells one in one protocol and another one in
     *     another, none if it has told none. ANNOUNCE of PCP does not tell it.
     */
    public record Findings(Set<MappingProtocol> present, Set<Inet4Address> routerAddresses) {

        /** The router's own address is not public. */
        public boolean behindAnotherNat() {
            return routerAddresses.stream().anyMatch(address -> !Addresses.isPublic(address));
        }
    }

    public static final int MAX_ANSWER_BYTES = Http.MAX_BYTES;

    /** How long the better protocols may take to answer. */
    static final long GRACE_NANOS = 500_000_000L;

    static final long FIRST_RETRY_NANOS = 60_000_000_000L;
    static final long MAX_RETRY_NANOS = 600_000_000_000L;

    private final int port;
    private final boolean wanted;
    private final SecureRandom random;
    private final Output output;

    private @Nullable Gateway gateway; // null while there is none
    private List<Mapper> mappers = List.of(); // the best first; none without a gateway
    private List<DatagramMapper> byDatagram = List.of();
    private @Nullable IgdMapper igd;
    private long exchanges;
    private boolean exchanging;
    private boolean releasing;
    private long seekNanos;
    private long retryNanos = Long.MAX_VALUE;
    private long retryPauseNanos = FIRST_RETRY_NANOS;
    private boolean hadMapping; // since the last seek
    private @Nullable PortMapped told;
    private long droppedDatagrams;

    /** @param wanted false to find out only what the router could do */
    public PortMapping(int port, boolean wanted, SecureRandom random, Output output) {
        this.port = port;
        this.wanted = wanted;
        this.random = random;
        this.output = output;
    }

    /** Begins with this router, or without one. With the same as before, it is only asked whether all is as it was. */
    public void gateway(@Nullable Gateway current, long nowNanos) {
        if (releasing) {
            return;
        }
        if (Objects.equals(current, gateway) && told != null) {
            check(nowNanos);
            return;
        }
        gateway = current;
        mappers = List.of();
        byDatagram = List.of();
        igd = null;
        exchanging = false;
        retryPauseNanos = FIRST_RETRY_NANOS;
        if (current != null) {
            begin(current, nowNanos);
        }
        settle(nowNanos);
    }

    private void begin(Gateway current, long nowNanos) {
        InetSocketAddress server = new InetSocketAddress(current.address(), Dialect.SERVER_PORT);
        List<DatagramMapper> datagramMappers = new ArrayList<>();
        for (Dialect dialect : List.of(new Pcp(current.localAddress(), random), new NatPmp())) {
            datagramMappers.add(new DatagramMapper(dialect, port, datagram -> output.send(server, datagram)));
        }
        IgdMapper igdMapper = new IgdMapper(current, port, random, new IgdMapper.Output() {
            @Override
            public void toGroup(ByteBuffer datagram) {
                output.send(Ssdp.GROUP, datagram);
            }

            @Override
            public void exchange(InetSocketAddress to, ByteBuffer request) {
                exchanging = true;
                exchanges++;
                output.exchange(exchanges, to, request);
            }
        });
        byDatagram = List.copyOf(datagramMappers);
        igd = igdMapper;
        mappers = new ArrayList<>(datagramMappers);
        mappers.add(igdMapper);
        seek(nowNanos);
    }

    private void seek(long nowNanos) {
        seekNanos = nowNanos;
        retryNanos = Long.MAX_VALUE;
        hadMapping = false;
        exchanging = false;
        mappers.forEach(mapper -> mapper.seek(nowNanos));
    }

    /** A datagram that came to the socket. */
    public void receiveDatagram(InetSocketAddress source, ByteBuffer datagram, long nowNanos) {
        if (!isOfUse(source, datagram, nowNanos)) {
            droppedDatagrams++;
        }
        settle(nowNanos);
    }

    private boolean isOfUse(InetSocketAddress source, ByteBuffer datagram, long nowNanos) {
        Gateway router = gateway;
        IgdMapper igdMapper = igd;
        if (router == null || igdMapper == null || !router.address().equals(source.getAddress())) {
            return false;
        }
        if (source.getPort() != Dialect.SERVER_PORT) {
            return igdMapper.receive(datagram, nowNanos); // by the standard from port 1900, but not all keep to it
        }
        boolean used = false;
        for (DatagramMapper mapper : byDatagram) {
            used |= mapper.receive(datagram, nowNanos);
        }
        return used;
    }

    /** What came of an exchange; null for nothing. */
    public void answered(long id, @Nullable ByteBuffer answer, long nowNanos) {
        IgdMapper igdMapper = igd;
        if (igdMapper != null && exchanging && id == exchanges) {
            exchanging = false;
            igdMapper.answered(answer, nowNanos);
            settle(nowNanos);
        }
    }

    /** True if an exchange need not wait for the end of the connection. */
    public static boolean isComplete(ByteBuffer answer) {
        return Http.isComplete(answer);
    }

    /** There is reason to believe that the router has changed something. */
    public void check(long nowNanos) {
        if (!releasing) {
            mappers.forEach(mapper -> mapper.check(nowNanos));
            settle(nowNanos);
        }
    }

    /** Takes the mapping back, for ever. */
    public void release(long nowNanos) {
        releasing = true;
        retryNanos = Long.MAX_VALUE;
        mappers.forEach(mapper -> mapper.release(nowNanos));
        settle(nowNanos);
    }

    /** True once the router has taken the mapping back, or has had its time. */
    public boolean isReleased() {
        return releasing && mappers.stream().noneMatch(mapper -> mapper.state().isActive());
    }

    public void onTimeout(long nowNanos) {
        mappers.forEach(mapper -> mapper.onTimeout(nowNanos));
        if (nowNanos >= retryNanos) {
            seek(nowNanos);
        }
        settle(nowNanos);
    }

    public long nextDeadlineNanos() {
        long next = retryNanos;
        for (Mapper mapper : mappers) {
            next = Math.min(next, mapper.nextDeadlineNanos());
        }
        return isWaitingForBetter() ? Math.min(next, seekNanos + GRACE_NANOS) : next;
    }

    /** Null while no port is open. */
    public @Nullable PortMapped mapped() {
        return told;
    }

    /** As of now; null while there is no router. */
    public @Nullable Findings findings() {
        if (gateway == null) {
            return null;
        }
        Set<MappingProtocol> present = EnumSet.noneOf(MappingProtocol.class);
        mappers.stream().filter(Mapper::isPresent).forEach(mapper -> present.add(mapper.protocol()));
        Set<Inet4Address> addresses = mappers.stream()
                .map(Mapper::routerAddress)
                .flatMap(Stream::ofNullable)
                .collect(Collectors.toSet());
        return new Findings(present, addresses);
    }

    /** False once every protocol has been answered, refused or has had its time. */
    public boolean isSeeking() {
        return mappers.stream().anyMatch(mapper -> mapper.state() == State.SEEKING);
    }

    /** True while the router, which is there, has to answer by TCP. */
    public boolean isExchanging() {
        return exchanging;
    }

    /** Datagrams that did not come from the router, answered nothing or were malformed. */
    public long droppedDatagrams() {
        return droppedDatagrams;
    }

    private void settle(long nowNanos) {
        if (wanted && !releasing) {
            if (hadMapping
                    && mappers.stream().noneMatch(mapper -> mapper.state().isActive())) {
                seek(nowNanos); // lost: what was found out before may not be true any more
            }
            choose(nowNanos);
        }
        PortMapped current = mappers.stream()
                .map(Mapper::mapped)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        hadMapping |= current != null;
        if (!Objects.equals(current, told)) {
            told = current;
            output.changed(current);
        }
    }

    private void choose(long nowNanos) {
        if (mappers.isEmpty()
                || mappers.stream().anyMatch(mapper -> mapper.state().isActive())) {
            return;
        }
        for (Mapper mapper : mappers) {
            if (mapper.state() == State.FOUND) {
                mapper.map(nowNanos);
                return;
            }
            if (mapper.state() == State.SEEKING && nowNanos < seekNanos + GRACE_NANOS) {
                return;
            }
        }
        if (!isSeeking() && retryNanos == Long.MAX_VALUE) {
            retryNanos = nowNanos + retryPauseNanos;
            retryPauseNanos = Math.min(2 * retryPauseNanos, MAX_RETRY_NANOS);
        }
    }

    /** A protocol has been found, but a better one may answer yet. */
    private boolean isWaitingForBetter() {
        boolean found = mappers.stream().anyMatch(mapper -> mapper.state() == State.FOUND);
        return wanted
                && !releasing
                && found
                && mappers.stream().noneMatch(mapper -> mapper.state().isActive());
    }
}
