package org.peervpn.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class PathTest {

    @Test
    void sameLinkLocalAddressOnTwoLinksIsTwoPaths() throws Exception {
        byte[] bytes = new byte[16];
        bytes[0] = (byte) 0xfe;
        bytes[1] = (byte) 0x80;
        Path left = new Path(1, new InetSocketAddress(Inet6Address.getByAddress(null, bytes, 3), 5));
        Path right = new Path(1, new InetSocketAddress(Inet6Address.getByAddress(null, bytes, 7), 5));

        assertThat(left).isNotEqualTo(right);
        assertThat(left)
                .isEqualTo(new Path(1, new InetSocketAddress(Inet6Address.getByAddress(null, bytes, 3), 5)))
                .hasSameHashCodeAs(new Path(1, new InetSocketAddress(Inet6Address.getByAddress(null, bytes, 3), 5)));
    }
}
