package org.peervpn.node.wgquick;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peervpn.node.Endpoint;
import org.peervpn.tunnel.NoisePrivateKey;
import org.peervpn.tunnel.NoisePublicKey;
import org.peervpn.tunnel.PresharedKey;

class WgQuickFileTest {
    private static final String SECRET = "KAnuThZKAOq4bpEbi6GSQ4GJImGGwsJt+8QBm9bo8Xc=";
    private static final String KEY = "QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH0=";

    @Test
    void whatAStockFileSaysIsUnderstood() {
        WgQuickFile file = WgQuickFile.parse("""
                # laptop
                [Interface]
                PrivateKey=%s
                Address = 10.0.0.2/32, fd00::2/128
                ListenPort = 51821
                MTU = 1400
                DNS = 10.0.0.1
                PostUp = iptables -A FORWARD -j ACCEPT

                [peer] # the exit
                publickey = %s
                PresharedKey = %s
                Endpoint = vpn.example.org:51820
                AllowedIPs = 0.0.0.0/0
                AllowedIPs = ::/0
                PersistentKeepalive = 25
                """.formatted(SECRET, KEY, SECRET));

        assertThat(file.privateKey()).isEqualTo(NoisePrivateKey.parse(SECRET));
        assertThat(file.addresses()).containsExactly("10.0.0.2/32", "fd00::2/128");
        assertThat(file.listenPort()).isEqualTo(51821);
        assertThat(file.mtu()).isEqualTo(1400);
        assertThat(file.notHonoured()).containsExactly("DNS", "PostUp");
        assertThat(file.peers())
                .containsExactly(new WgQuickFile.WgQuickPeer(
                        NoisePublicKey.parse(KEY),
                        Endpoint.parse("vpn.example.org:51820"),
                        PresharedKey.parse(SECRET),
                        List.of("0.0.0.0/0", "::/0")));
        assertThat(file.toString()).doesNotContain(SECRET);
    }

    @Test
    void whatWeWriteWeUnderstand() {
        StockClient client = new StockClient(
                "phone",
                NoisePrivateKey.parse(SECRET),
                List.of("100.64.1.2", "fd70:6565:7276::1"),
                List.of("9.9.9.9"),
                NoisePublicKey.parse(KEY),
                Endpoint.parse("203.0.113.45:51820"),
                List.of("0.0.0.0/0", "::/0"));

        WgQuickFile file = WgQuickFile.parse(String.join("\n", client.fileLines()));

        assertThat(client.fileLines()).startsWith("# phone", "[Interface]", "PrivateKey = " + SECRET);
        assertThat(file.privateKey()).isEqualTo(client.privateKey());
        assertThat(file.addresses()).containsExactly("100.64.1.2/32", "fd70:6565:7276::1/128");
        assertThat(file.peers().get(0).endpoint()).isEqualTo(client.endpoint());
        assertThat(file.peers().get(0).allowedIps()).isEqualTo(client.allowedIps());
        assertThat(client.toString()).doesNotContain(SECRET);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hello                           | line 1: not of the form NAME = VALUE",
                "PrivateKey = SECRET             | line 1: PrivateKey stands before [Interface] and [Peer]",
                "[Interfaces]                    | line 1: neither [Interface] nor [Peer]",
                "[Interface]~PrivateKey = SECREX | line 2: PrivateKey is not a WireGuard key",
                "[Peer]~PublicKey = SECREX       | line 2: PublicKey is not a WireGuard key",
                "[Peer]~PresharedKey = SECREX    | line 2: not a WireGuard preshared key",
                "[Peer]~PublicKey = KEY~PublicKey = KEY | line 3: PublicKey is there twice",
                "[Peer]~Endpoint = 1.2.3.4       | line 2: no port in endpoint",
                "[Peer]~Endpoint = a:1~[Peer]    | line 3: the [Peer] before has no PublicKey",
                "[Peer]~PublicKey = KEY~[Peer]~PublicKey = KEY | the [Peer] before has the key of an earlier one",
                "[Interface]~ListenPort = 0      | line 2: ListenPort is not between 1 and 65535",
                "[Interface]~MTU = 100           | line 2: MTU is not between 1280 and 9000",
                "[Interface]                     | there is no [Peer] in it",
            })
    void aBrokenFileIsRefusedInOneLineWithoutItsSecrets(String text, String reason) {
        String content = text.replace("SECRET", SECRET)
                .replace("SECREX", SECRET.substring(1))
                .replace("KEY", KEY)
                .replace('~', '\n');
        assertThatThrownBy(() -> WgQuickFile.parse(content))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(reason)
                .hasMessageNotContaining(SECRET.substring(1, 20));
    }
}
