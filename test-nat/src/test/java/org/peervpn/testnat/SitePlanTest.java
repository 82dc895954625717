package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class SitePlanTest {
    @Test
    void advertisementsBringIpv6() {
        SitePlan plan = SitePlan.of("home", NatType.FULL_CONE).with(SiteFeature.ROUTER_ADVERTISEMENTS);

        assertThat(plan.has(SiteFeature.IPV6)).isTrue();
    }

    @Test
    void namesFitIntoInterfaceNames() {
        assertThatIllegalArgumentException().isThrownBy(() -> SitePlan.of("ninechars", NatType.PUBLIC));
    }

    @Test
    void onlyANatStandsInFrontOfANat() {
        SitePlan home = SitePlan.of("home", NatType.PORT_RESTRICTED);

        assertThatIllegalArgumentException().isThrownBy(() -> home.behind(NatType.FIREWALL));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> home.with(SiteFeature.IPV6).behind(NatType.SYMMETRIC));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SitePlan.of("host", NatType.PUBLIC).behind(NatType.SYMMETRIC));
    }
}
