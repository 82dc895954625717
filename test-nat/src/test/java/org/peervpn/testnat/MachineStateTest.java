package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MachineStateTest {
    private static final MachineState BEFORE = new MachineState(Map.of("ip rule", List.of("0: local", "1: main")));

    @Test
    void theSameStateHasNoDifferences() {
        assertThat(new MachineState(BEFORE.sections()).differencesFrom(BEFORE)).isEmpty();
    }

    @Test
    void whatIsMissingAndWhatIsNewIsNamed() {
        MachineState after = new MachineState(Map.of("ip rule", List.of("0: local", "5: ours")));

        assertThat(after.differencesFrom(BEFORE)).containsExactly("ip rule: - 1: main", "ip rule: + 5: ours");
    }

    @Test
    void anotherOrderIsADifference() {
        MachineState after = new MachineState(Map.of("ip rule", List.of("1: main", "0: local")));

        assertThat(after.differencesFrom(BEFORE)).containsExactly("ip rule: the same lines in another order");
    }

    @Test
    void lifetimesAndLinkNumbersAreLeftOut() {
        assertThat(MachineState.withoutVolatile(
                        "default via fe80::1 dev eth0 proto ra metric 1024 expires 1797sec pref medium"))
                .isEqualTo("default via fe80::1 dev eth0 proto ra metric 1024 pref medium");
        assertThat(MachineState.withoutVolatile("2: eth0    inet6 fe80::1/64 scope link \\       valid_lft 5sec"))
                .isEqualTo("eth0    inet6 fe80::1/64 scope link");
    }

    @Test
    void prioritiesOfRulesStay() {
        assertThat(MachineState.withoutVolatile("32766:\tfrom all lookup main"))
                .isEqualTo("32766:\tfrom all lookup main");
    }
}
