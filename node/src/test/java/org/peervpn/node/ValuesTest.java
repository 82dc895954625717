package org.peervpn.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.util.NetUtil;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.peervpn.routing.Cidr;
import org.peervpn.tunnel.NoisePrivateKey;
import org.peervpn.tunnel.NoisePublicKey;

class ValuesTest {
    private static final String KEY = "QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH0=";

    @Test
    void peerIdIsTheBeginningOfTheHash() {
        assertThat(PeerId.of(NoisePublicKey.parse(KEY))).hasToString("139118-205156-230232");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.2.3.4:51820",
                "[2001:db8::1]:51820",
                "name:51820",
                "a.b-c.example:1",
                "localhost:65535",
                "home.example.:5"
            })
    void endpointIsReadAndWrittenAlike(String text) {
        assertThat(Endpoint.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({
        "1.2.3.4, no port",
        "1.2.3.4:, no port",
        "1.2.3.4:0, not a port",
        "1.2.3.4:65536, not a port",
        "1.2.3.4:+5, not a port",
        "1.2.3.4: 5, not a port",
        "2001:db8::1:51820, needs brackets",
        "[1.2.3.4]:5, not an IPv6 address",
        "[2001:db8::1:5, needs brackets",
        "1.2.3:5, not an address or host name",
        "1.2.3.400:5, not an address or host name",
        "-a.example:5, not an address or host name",
        "a..b:5, not an address or host name",
        "01.2.3.4:5, not an address or host name",
        "1.2.3.4.:5, not an address or host name",
        "[[::1]]:5, not an IPv6 address",
        "\u212A.example:5, not an address or host name",
        "a b:5, not an address or host name",
        ":5, not an address or host name",
        "[]:5, not an IPv6 address"
    })
    void badEndpointIsRefusedInOneLine(String text, String why) {
        assertThatThrownBy(() -> Endpoint.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why)
                .hasMessageNotContainingAny("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "@", "abc@1.2.3.4:5", KEY, KEY + "@", KEY + "@1.2.3.4"})
    void badConnectLineIsRefused(String text) {
        assertThatThrownBy(() -> ConnectLine.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void weakKeyIsNobodys() {
        assertThatThrownBy(() -> ConnectLine.parse("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=@1.2.3.4:5"))
                .hasMessageContaining("weak");
    }

    @Test
    void overlayAddressesFollowFromTheKey() {
        OverlayAddresses addresses =
                OverlayAddresses.of(NoisePublicKey.parse(KEY), OverlayAddresses.DEFAULT_IPV4_PREFIX);

        assertThat(addresses.ipv4().getHostAddress()).isEqualTo("100.121.167.163");
        assertThat(NetUtil.toAddressString(addresses.ipv6())).isEqualTo("fd70:6565:7276:3223:5cf3:b22b:6ee6:c420");
        assertThat(OverlayAddresses.IPV6_PREFIX.contains(addresses.ipv6())).isTrue();
        assertThat(OverlayAddresses.DEFAULT_IPV4_PREFIX.contains(addresses.ipv4()))
                .isTrue();
    }

    @Test
    void noKeyGetsTheNetworksOwnOrTheBroadcastAddress() {
        Cidr narrow = Cidr.parse("10.0.0.16/28");
        for (int i = 0; i < 500; i++) {
            NoisePublicKey key = NoisePrivateKey.generate(new SecureRandom()).publicKey();
            int last = OverlayAddresses.of(key, narrow).ipv4().getAddress()[3] & 0xff;
            assertThat(last).isBetween(17, 30);
        }
    }
}
