package org.peervpn.tunnel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeysTest {
    private static final String TEXT = "QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH0=";

    @Test
    void aPublicKeyPrintsAsItsText() {
        NoisePublicKey key = NoisePublicKey.parse(TEXT);
        assertThat(key)
                .hasToString(TEXT)
                .isEqualTo(NoisePublicKey.of(key.bytes()))
                .hasSameHashCodeAs(NoisePublicKey.of(key.bytes()));
        assertThat(key.isWeak()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "abc",
                "QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH1=", // the last character has bits that belong to no byte
                "QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH0", // no padding
                "QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeA==", // 31 bytes
                "QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeHAA", // 33 bytes
                "QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyV_H0=", // the other base64
                " GCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH0="
            })
    void whatIsNoKeyIsRefusedAndOnlyAPublicOneIsShown(String text) {
        assertThatThrownBy(() -> NoisePublicKey.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a WireGuard public key (44 characters of base64, ending in =): \"" + text + '"');
        assertThatThrownBy(() -> NoisePrivateKey.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a WireGuard private key (44 characters of base64, ending in =)");
        assertThatThrownBy(() -> PresharedKey.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a WireGuard preshared key (44 characters of base64, ending in =)");
    }

    @Test
    void theMessageStaysOneLine() {
        assertThatThrownBy(() -> NoisePublicKey.parse("a\nb\u001b[31m" + "x".repeat(1000)))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200).doesNotContain("\n", "\u001b"));
    }

    @Test
    void aPrivateKeyComesBackFromItsFile() {
        NoisePrivateKey key = NoisePrivateKey.generate(new TestRandom(1));
        NoisePrivateKey read = NoisePrivateKey.parse(key.encodeSecret());
        assertThat(read).isEqualTo(key).hasToString("NoisePrivateKey(secret)");
        assertThat(read.publicKey()).isEqualTo(key.publicKey());
        read.wipe();
        assertThat(read).isNotEqualTo(key).hasSameHashCodeAs(key);
    }

    @Test
    void aPresharedKeySaysNothingOfItself() {
        PresharedKey key = PresharedKey.parse(TEXT);
        assertThat(key).hasToString("PresharedKey(secret)").isEqualTo(PresharedKey.parse(TEXT));
        key.wipe();
        assertThat(key).isEqualTo(PresharedKey.NONE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000000",
                "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
            })
    void pointsOfSmallOrderAreWeak(String hex) {
        assertThat(NoisePublicKey.of(HexFormat.of().parseHex(hex)).isWeak()).isTrue();
    }
}
