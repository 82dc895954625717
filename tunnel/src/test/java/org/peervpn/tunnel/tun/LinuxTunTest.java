package org.peervpn.tunnel.tun;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinuxTunTest {

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "a b", "a\tb", "a:b", "sixteen-letters-", "fünfzehn-oktete"})
    void badNameIsRefusedBeforeAnythingIsOpened(String name) {
        assertThatThrownBy(() -> LinuxTun.open(name, 1420))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("no name for an interface");
    }
}
