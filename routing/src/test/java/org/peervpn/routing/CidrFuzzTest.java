package org.peervpn.routing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.Inet4Address;
import java.net.InetAddress;

class CidrFuzzTest {
    private static final int LONGEST_TEXT = 43; // of IPv6: eight groups of four, and the length

    /** A text is a prefix, which is written in one way only, or is refused in one line. */
    @FuzzTest
    void text(byte[] input) {
        Cidr prefix;
        try {
            prefix = Cidr.parse(new String(input, UTF_8));
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).matches("[^\\p{C}\\p{Zl}\\p{Zp}]{1,250}");
            return;
        }
        assertThat(Cidr.parse(prefix.toString())).isEqualTo(prefix);
        assertThat(prefix.toString()).hasSizeLessThanOrEqualTo(LONGEST_TEXT).matches("[0-9a-f:.]+/[0-9]+");
        assertThat(prefix.contains(prefix)).isTrue();
        assertThat(prefix.contains(prefix.address())).isTrue();
        assertThat(Cidr.network(prefix.address(), prefix.prefixLength())).isEqualTo(prefix);
        assertThat(prefix.prefixLength()).isBetween(0, prefix.isIpv4() ? 32 : 128);
        InetAddress last = lastOf(prefix);
        // An address that is IPv4 in IPv6 clothes is taken for IPv4.
        assertThat(prefix.contains(last)).isEqualTo(prefix.isIpv4() == (last instanceof Inet4Address));
    }

    /** All bits behind the prefix are set. */
    private static InetAddress lastOf(Cidr prefix) {
        byte[] bytes = prefix.address().getAddress();
        for (int bit = prefix.prefixLength(); bit < bytes.length * Byte.SIZE; bit++) {
            bytes[bit / Byte.SIZE] |= (byte) (0x80 >>> bit % Byte.SIZE);
        }
        return ProcNet.inetAddress(bytes);
    }
}
