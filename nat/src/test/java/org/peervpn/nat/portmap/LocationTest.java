package org.peervpn.nat.portmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.nat.portmap.RouterNet.ROUTER;

import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LocationTest {
    private static final Location OWN =
            Objects.requireNonNull(Location.parse("http://192.168.1.1:5000/a/b.xml", ROUTER));

    @Test
    void theRoutersOwnPagesAreRead() {
        assertThat(OWN).isEqualTo(new Location(new InetSocketAddress(ROUTER, 5000), "/a/b.xml"));
        assertThat(OWN.host()).isEqualTo("192.168.1.1:5000");
        assertThat(Location.parse("HTTP://192.168.1.1", ROUTER))
                .isEqualTo(new Location(new InetSocketAddress(ROUTER, 80), "/"));
    }

    @Test
    void referencesAreReadAsTheRouterMeansThem() {
        assertThat(path("/ctl")).isEqualTo("/ctl");
        assertThat(path("ctl?x")).isEqualTo("/a/ctl?x");
        assertThat(path("http://192.168.1.1:80/c#d")).isEqualTo("/c");
        assertThat(path("http://192.168.1.2/c")).isNull();
        assertThat(path("//192.168.1.2/c")).isNull();
        assertThat(path("c\r\nX: y")).isNull();
        assertThat(path("")).isNull();
        assertThat(path("c".repeat(600))).isNull();
    }

    private static @Nullable String path(String reference) {
        Location location = OWN.resolve(reference, ROUTER);
        return location == null ? null : location.path();
    }
}
