package org.peervpn.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

class AllowedIpsFuzzTest {
    private static final int MAX_PREFIXES = 24;

    /** What the trie must agree with: bit by bit. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Prefix(byte[] address, int length) {
        boolean contains(byte[] other) {
            boolean equal = other.length == address.length;
            for (int bit = 0; equal && bit < length; bit++) {
                equal = ((other[bit / Byte.SIZE] ^ address[bit / Byte.SIZE]) & 0x80 >>> bit % Byte.SIZE) == 0;
            }
            return equal;
        }
    }

    /**
     * The input is a table and a packet: the number of prefixes; for each its length (from 33 on less 33, and IPv6) and
     * its address; the packet. Whose the packet is, the trie says as a search through all prefixes does.
     */
    @FuzzTest
    void longestPrefixWins(byte[] input) {
        ByteBuffer rest = ByteBuffer.wrap(input);
        List<Prefix> prefixes = prefixes(rest);
        AllowedIps.Builder<Integer> builder = AllowedIps.builder();
        for (int i = 0; i < prefixes.size(); i++) {
            Prefix prefix = prefixes.get(i);
            builder.add(Cidr.network(ProcNet.inetAddress(prefix.address()), prefix.length()), i);
        }
        AllowedIps<Integer> allowedIps = builder.build();

        for (Prefix prefix : prefixes) {
            assertThat(allowedIps.lookup(ProcNet.inetAddress(prefix.address())))
                    .isEqualTo(owner(prefixes, prefix.address()));
        }
        ByteBuffer packet = rest.duplicate();
        assertThat(allowedIps.lookupSource(packet)).isEqualTo(owner(prefixes, address(packet, 12, 8)));
        assertThat(allowedIps.lookupDestination(packet)).isEqualTo(owner(prefixes, address(packet, 16, 24)));
        assertThat(packet).isEqualTo(rest); // lent, and left as it was
    }

    private static List<Prefix> prefixes(ByteBuffer input) {
        List<Prefix> prefixes = new ArrayList<>();
        int count = input.hasRemaining() ? Math.min(input.get() & 0xff, MAX_PREFIXES) : 0;
        while (count-- > 0 && input.remaining() > 16) {
            int length = input.get() & 0xff;
            byte[] address = new byte[length <= 32 ? 4 : 16];
            input.get(address);
            // IPv4 in IPv6 clothes does not occur in a table.
            if (ProcNet.inetAddress(address).getAddress().length == address.length) {
                prefixes.add(new Prefix(address, length <= 32 ? length : (length - 33) % 129));
            }
        }
        return prefixes;
    }

    /** null unless there is a whole header. */
    private static byte @Nullable [] address(ByteBuffer packet, int ipv4Offset, int ipv6Offset) {
        byte[] bytes = new byte[packet.remaining()];
        packet.get(packet.position(), bytes);
        int version = bytes.length < 20 ? 0 : (bytes[0] & 0xff) >> 4;
        int ipv4Header = version == 4 ? 4 * (bytes[0] & 0x0f) : 0;
        if (ipv4Header >= 20 && ipv4Header <= bytes.length) {
            return Arrays.copyOfRange(bytes, ipv4Offset, ipv4Offset + 4);
        }
        return version == 6 && bytes.length >= 40 ? Arrays.copyOfRange(bytes, ipv6Offset, ipv6Offset + 16) : null;
    }

    /** Of equal prefixes the last. */
    private static @Nullable Integer owner(List<Prefix> prefixes, byte @Nullable [] address) {
        Integer owner = null;
        for (int i = 0; address != null && i < prefixes.size(); i++) {
            boolean longer = owner == null
                    || prefixes.get(i).length() >= prefixes.get(owner).length();
            owner = longer && prefixes.get(i).contains(address) ? Integer.valueOf(i) : owner;
        }
        return owner;
    }
}
