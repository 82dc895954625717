package org.peervpn.routing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which peer owns an address: longest prefix wins. Immutable, so every thread may read it.
 *
 * <p>Two path-compressed tries, one per family. An address is two longs, an IPv4 address the upper half of the first.
 */
public final class AllowedIps<T> {

    // IPv4 header, RFC 791 3.1; IPv6 header, RFC 8200 3.
    private static final int IPV4_MIN_HEADER = 20;
    private static final int IPV4_SOURCE_OFFSET = 12;
    private static final int IPV4_DESTINATION_OFFSET = 16;
    private static final int IPV6_HEADER = 40;
    private static final int IPV6_SOURCE_OFFSET = 8;
    private static final int IPV6_DESTINATION_OFFSET = 24;

    // Not ByteBuffer.getInt: the caller's byte order must not matter.
    private static final VarHandle INT = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN)
            .withInvokeExactBehavior();
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN)
            .withInvokeExactBehavior();

    private final @Nullable Node<T> ipv4;
    private final @Nullable Node<T> ipv6;

    private AllowedIps(@Nullable Node<T> ipv4, @Nullable Node<T> ipv6) {
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
    }

    public static <T> Builder<T> builder() {
        return new Builder<>();
    }

    public @Nullable T lookup(InetAddress address) {
        byte[] bytes = address.getAddress();
        return lookup(bytes.length == Integer.BYTES ? ipv4 : ipv6, Cidr.highBits(bytes), Cidr.lowBits(bytes));
    }

    /** By the destination of an IPv4 or IPv6 packet between position and limit; null if it is malformed. Allocates nothing. */
    public @Nullable T lookupDestination(ByteBuffer packet) {
        return lookup(packet, IPV4_DESTINATION_OFFSET, IPV6_DESTINATION_OFFSET);
    }

    /** By its source. */
    public @Nullable T lookupSource(ByteBuffer packet) {
        return lookup(packet, IPV4_SOURCE_OFFSET, IPV6_SOURCE_OFFSET);
    }

    private @Nullable T lookup(ByteBuffer packet, int ipv4Offset, int ipv6Offset) {
        int length = packet.remaining();
        if (length < IPV4_MIN_HEADER) {
            return null;
        }
        int start = packet.position();
        int first = packet.get(start) & 0xff;
        int version = first >>> 4;
        int headerLength = version == 4 ? (first & 0x0f) * Integer.BYTES : IPV6_HEADER;
        if (headerLength < IPV4_MIN_HEADER || headerLength > length) {
            return null;
        }
        if (version == 4) {
            return lookup(ipv4, (long) (int) INT.get(packet, start + ipv4Offset) << Integer.SIZE, 0);
        }
        if (version == 6) {
            int offset = start + ipv6Offset;
            return lookup(ipv6, (long) LONG.get(packet, offset), (long) LONG.get(packet, offset + Long.BYTES));
        }
        return null;
    }

    private static <T> @Nullable T lookup(@Nullable Node<T> root, long high, long low) {
        T best = null;
        Node<T> node = root;
        while (node != null && node.contains(high, low)) {
            if (node.owner != null) {
                best = node.owner;
            }
            node = node.child(high, low);
        }
        return best;
    }

    /** Collects prefixes. A prefix added twice belongs to the last. */
    public static final class Builder<T> {
        private final Map<Cidr, T> owners = new LinkedHashMap<>();

        private Builder() {}

        public Builder<T> add(Cidr prefix, T owner) {
            owners.put(prefix, owner);
            return this;
        }

        public AllowedIps<T> build() {
            Node<T> ipv4 = null;
            Node<T> ipv6 = null;
            for (Map.Entry<Cidr, T> entry : owners.entrySet()) {
                Cidr prefix = entry.getKey();
                Node<T> leaf = new Node<>(prefix.high(), prefix.low(), prefix.prefixLength(), entry.getValue());
                if (prefix.isIpv4()) {
                    ipv4 = Node.insert(ipv4, leaf);
                } else {
                    ipv6 = Node.insert(ipv6, leaf);
                }
            }
            return new AllowedIps<>(ipv4, ipv6);
        }
    }

    /** A prefix that somebody owns, or at which two of them part. Changes only while its trie is built. */
    private static final class Node<T> {
        private final long high;
        private final long low;
        private final int length;
        private @Nullable T owner; // null where two prefixes part that nobody's prefix joins
        private @Nullable Node<T> zero;
        private @Nullable Node<T> one;

        Node(long high, long low, int length, @Nullable T owner) {
            this.high = high & Cidr.highMask(length);
            this.low = low & Cidr.lowMask(length);
            this.length = length;
            this.owner = owner;
        }

        /** The trie below {@code node} with the leaf in it. */
        static <T> Node<T> insert(@Nullable Node<T> node, Node<T> leaf) {
            if (node == null) {
                return leaf;
            }
            int common = Math.min(node.commonBits(leaf), Math.min(node.length, leaf.length));
            if (common == node.length && common == leaf.length) {
                node.owner = leaf.owner;
                return node;
            }
            if (common == node.length) {
                node.put(leaf);
                return node;
            }
            Node<T> parent = common == leaf.length ? leaf : new Node<>(leaf.high, leaf.low, common, null);
            parent.put(node);
            if (parent != leaf) {
                parent.put(leaf);
            }
            return parent;
        }

        boolean contains(long otherHigh, long otherLow) {
            return ((high ^ otherHigh) & Cidr.highMask(length)) == 0 && ((low ^ otherLow) & Cidr.lowMask(length)) == 0;
        }

        @Nullable
        Node<T> child(long otherHigh, long otherLow) {
            if (length == 2 * Long.SIZE) {
                return null;
            }
            return bit(otherHigh, otherLow, length) ? one : zero;
        }

        private void put(Node<T> below) {
            if (bit(below.high, below.low, length)) {
                one = insert(one, below);
            } else {
                zero = insert(zero, below);
            }
        }

        private int commonBits(Node<T> other) {
            int highBits = Long.numberOfLeadingZeros(high ^ other.high);
            return highBits < Long.SIZE ? highBits : Long.SIZE + Long.numberOfLeadingZeros(low ^ other.low);
        }

        private static boolean bit(long high, long low, int index) {
            return index < Long.SIZE ? high << index < 0 : low << (index - Long.SIZE) < 0;
        }
    }
}
