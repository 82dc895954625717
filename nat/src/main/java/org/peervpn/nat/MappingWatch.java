package org.peervpn.nat;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Learns the public mapping of the node's port from STUN servers, keeps it alive and watches it, for each address family
 * apart. Called by the loop only.
 */
public final class MappingWatch {

    /** What the watch asks of the node. Called inside a call of the core; must not call back in. */
    public interface Output {
        void toServer(InetSocketAddress server, ByteBuffer datagram);

        /** The mapping of one family was learnt, confirmed, changed or lost. */
        void mappingChanged(@Nullable Mapping old, @Nullable Mapping current);
    }

    /**
     * The public endpoint of the port in one address family.
     *
     * @param confirmed two servers (different addresses) agree
     */
    public record Mapping(InetSocketAddress endpoint, boolean confirmed) {}

    private static final int MAX_SERVERS = 16;

    private final StunTransactions transactions;
    private final FamilyWatch ipv4;
    private final FamilyWatch ipv6;
    private long droppedDatagrams;

    public MappingWatch(SecureRandom random, Output output) {
        transactions = new StunTransactions(random, new StunTransactions.Output() {
            @Override
            public void send(InetSocketAddress server, ByteBuffer request) {
                output.toServer(server, request);
            }

            @Override
            public void timedOut(InetSocketAddress server, long nowNanos) {
                family(server).timedOut(server, nowNanos);
            }
        });
        FamilyWatch.Output familyOutput = new FamilyWatch.Output() {
            @Override
            public void ask(InetSocketAddress server, long startNanos) {
                transactions.begin(server, startNanos);
            }

            @Override
            public void forget(InetSocketAddress server) {
                transactions.cancel(server);
            }

            @Override
            public void mappingChanged(@Nullable Mapping old, @Nullable Mapping current) {
                output.mappingChanged(old, current);
            }
        };
        ipv4 = new FamilyWatch(random, familyOutput);
        ipv6 = new FamilyWatch(random, familyOutput);
    }

    /** Loads what the first question needs, which takes some 300 ms; to be called before the first round trip counts. */
    public static void warmUp() {
        StunCodec.warmUp();
    }

    /** The servers' resolved addresses; at most 16 are used. May be called again when names resolve to something else. */
    public void servers(List<InetSocketAddress> servers, long nowNanos) {
        List<InetSocketAddress> used = servers.stream()
                .filter(server -> !server.isUnresolved())
                .distinct()
                .limit(MAX_SERVERS)
                .toList();
        ipv4.servers(used.stream().filter(MappingWatch::isIpv4).toList(), nowNanos);
        ipv6.servers(used.stream().filter(server -> !isIpv4(server)).toList(), nowNanos);
        transactions.onTimeout(nowNanos);
    }

    /** True if the datagram looks like STUN (RFC 8489 section 5: two zero bits, magic cookie, length), so it is ours. */
    public static boolean isStun(ByteBuffer datagram) {
        return StunCodec.isStun(datagram);
    }

    /** A datagram for which {@link #isStun} is true. What is no answer to a question of ours is dropped and counted: false. */
    public boolean receiveDatagram(InetSocketAddress source, ByteBuffer datagram, long nowNanos) {
        StunMessage answer = transactions.receive(source, datagram);
        if (answer == null) {
            droppedDatagrams++;
            return false;
        }
        InetSocketAddress mapped = answer.type() == StunMessage.Type.SUCCESS ? answer.mappedAddress() : null;
        boolean usable = mapped != null && isIpv4(mapped) == isIpv4(source) && isUsable(mapped);
        family(source).answered(source, usable ? mapped : null, nowNanos);
        transactions.onTimeout(nowNanos);
        return true;
    }

    public void onTimeout(long nowNanos) {
        ipv4.onTimeout(nowNanos);
        ipv6.onTimeout(nowNanos);
        transactions.onTimeout(nowNanos);
    }

    public long nextDeadlineNanos() {
        return Math.min(transactions.nextDeadlineNanos(), Math.min(ipv4.nextDeadlineNanos(), ipv6.nextDeadlineNanos()));
    }

    /** null while unknown, or while servers disagree (a symmetric NAT). */
    public @Nullable Mapping ipv4() {
        return ipv4.mapping();
    }

    public @Nullable Mapping ipv6() {
        return ipv6.mapping();
    }

    /**
     * What the servers' answers tell of the NAT for IPv4.
     *
     * @param local the machine's own addresses
     */
    public NatSummary summary(int localPort, Collection<InetAddress> local) {
        return MappingSummary.of(ipv4.observed(), localPort, local);
    }

    /** The IPv4 endpoint that was seen last, also where servers disagree; null while there is none. */
    public @Nullable InetSocketAddress lastSeen() {
        return MappingSummary.last(ipv4.observed());
    }

    /** True once every server of the first round has answered or timed out. */
    public boolean settled() {
        return ipv4.settled() && ipv6.settled();
    }

    /** Grows with whatever may change what is said here of mappings and of the NAT. */
    public long changes() {
        return ipv4.changes() + ipv6.changes();
    }

    /** The servers gave different endpoints for one family: the mapping depends on the destination. */
    public boolean serversDisagree() {
        return ipv4.disputed() || ipv6.disputed();
    }

    /** The same in one family. */
    public boolean serversDisagree(boolean ipv6) {
        return (ipv6 ? this.ipv6 : ipv4).disputed();
    }

    /** Ask again now: the network has changed. */
    public void refresh(long nowNanos) {
        ipv4.askAgain(nowNanos);
        ipv6.askAgain(nowNanos);
        transactions.onTimeout(nowNanos);
    }

    /** How often the mapping is refreshed: see {@link RefreshInterval}. */
    public void refreshInterval(long nanos, long nowNanos) {
        ipv4.refreshInterval(nanos, nowNanos);
        ipv6.refreshInterval(nanos, nowNanos);
    }

    /** STUN datagrams that answered no question of ours or were malformed. */
    public long droppedDatagrams() {
        return droppedDatagrams;
    }

    private FamilyWatch family(InetSocketAddress server) {
        return isIpv4(server) ? ipv4 : ipv6;
    }

    private static boolean isIpv4(InetSocketAddress address) {
        return address.getAddress() instanceof Inet4Address;
    }

    /** What no NAT can have given us, a broken or lying server says. */
    private static boolean isUsable(InetSocketAddress endpoint) {
        InetAddress address = endpoint.getAddress();
        return endpoint.getPort() != 0
                && !address.isAnyLocalAddress()
                && !address.isLoopbackAddress()
                && !address.isMulticastAddress();
    }
}
