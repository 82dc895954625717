package org.peervpn.nat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
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

    public MappingWatch(SecureRandom random, Output output) {}

    /** The servers' resolved addresses; at most 16 are used. May be called again when names resolve to something else. */
    public void servers(List<InetSocketAddress> servers, long nowNanos) {
        throw new IllegalStateException("stub");
    }

    /** True if the datagram looks like STUN (RFC 8489 section 5: two zero bits, magic cookie, length), so it is ours. */
    public static boolean isStun(ByteBuffer datagram) {
        throw new IllegalStateException("stub");
    }

    /** A datagram for which {@link #isStun} is true. What is no answer to a question of ours is dropped and counted. */
    public void receiveDatagram(InetSocketAddress source, ByteBuffer datagram, long nowNanos) {
        throw new IllegalStateException("stub");
    }

    public void onTimeout(long nowNanos) {
        throw new IllegalStateException("stub");
    }

    public long nextDeadlineNanos() {
        throw new IllegalStateException("stub");
    }

    /** null while unknown, or while servers disagree (a symmetric NAT). */
    public @Nullable Mapping ipv4() {
        throw new IllegalStateException("stub");
    }

    public @Nullable Mapping ipv6() {
        throw new IllegalStateException("stub");
    }

    /** True once every server of the first round has answered or timed out. */
    public boolean settled() {
        throw new IllegalStateException("stub");
    }

    /** The servers gave different endpoints for one family: the mapping depends on the destination. */
    public boolean serversDisagree() {
        throw new IllegalStateException("stub");
    }

    /** Ask again now: the network has changed. */
    public void refresh(long nowNanos) {
        throw new IllegalStateException("stub");
    }

    /** STUN datagrams that answered no question of ours or were malformed. */
    public long droppedDatagrams() {
        throw new IllegalStateException("stub");
    }
}
