package org.peervpn.node;

import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.crypto.digests.Blake2sDigest;
import org.peervpn.routing.Cidr;
import org.peervpn.tunnel.NoisePublicKey;

/**
 * The addresses inside the overlay that follow from a public key, so that nobody hands them out. With {@code h} =
 * BLAKE2s-256 of the 32 raw bytes: IPv6 is fd70:6565:7276::/48 followed by h[0..9]; IPv4 is the overlay prefix followed
 * by the low bits of the big-endian h[10..13], or of the next four bytes where these bits are all 0 or all 1.
 */
public record OverlayAddresses(Inet4Address ipv4, Inet6Address ipv6) {
    public static final Cidr DEFAULT_IPV4_PREFIX = Cidr.parse("100.64.0.0/10");
    public static final Cidr IPV6_PREFIX = Cidr.parse("fd70:6565:7276::/48");

    public static OverlayAddresses of(NoisePublicKey key, Cidr ipv4Prefix) {
        byte[] hash = blake2s(key.bytes());
        byte[] ipv6 = Arrays.copyOf(IPV6_PREFIX.address().getAddress(), 16);
        System.arraycopy(hash, 0, ipv6, 6, 10);
        int network = ByteBuffer.wrap(ipv4Prefix.address().getAddress()).getInt();
        byte[] ipv4 = ByteBuffer.allocate(4)
                .putInt(network | hostPart(hash, ipv4Prefix.prefixLength()))
                .array();
        return new OverlayAddresses((Inet4Address) address(ipv4), (Inet6Address) address(ipv6));
    }

    private static int hostPart(byte[] hash, int prefixLength) {
        int mask = -1 >>> prefixLength;
        for (int offset = 10; offset + 4 <= hash.length; offset += 4) {
            int host = ByteBuffer.wrap(hash).getInt(offset) & mask;
            // The network's own and the broadcast address are no host's.
            if (host != 0 && host != mask) {
                return host;
            }
        }
        return 1;
    }

    private static byte[] blake2s(byte[] input) {
        Blake2sDigest digest = new Blake2sDigest(256);
        digest.update(input, 0, input.length);
        byte[] hash = new byte[32];
        digest.doFinal(hash, 0);
        return hash;
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }

    /** As people write them, IPv4 first. */
    public List<String> texts() {
        return List.of(NetUtil.toAddressString(ipv4), NetUtil.toAddressString(ipv6));
    }
}
