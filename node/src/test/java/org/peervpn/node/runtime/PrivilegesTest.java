package org.peervpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrivilegesTest {
    private static final String NET_ADMIN = "0000000000001000";
    private static final String NONE = "0000000000000000";
    private static final String ALL_OTHERS = "000001ffffffefff";

    @Test
    void effectiveUserDecides() {
        Privileges privileges = Privileges.of(status(1000, 0, NET_ADMIN, NONE));

        assertThat(privileges).isEqualTo(new Privileges(0, 1 << 12, 0));
        assertThat(privileges.isRoot()).isTrue();
    }

    @Test
    void rootNeedsTheCapabilityToo() {
        assertThat(Privileges.of(status(0, 0, NET_ADMIN, NONE)).lackForNetwork())
                .isEmpty();
        assertThat(Privileges.of(status(0, 0, ALL_OTHERS, NONE)).lackForNetwork())
                .hasValueSatisfying(lack -> assertThat(lack).contains("CAP_NET_ADMIN", "container"));
    }

    @Test
    void userNeedsItForTheProgramsThatItStartsToo() {
        assertThat(Privileges.of(status(7, 7, NET_ADMIN, NET_ADMIN)).lackForNetwork())
                .isEmpty();
        assertThat(Privileges.of(status(7, 7, NET_ADMIN, NONE)).lackForNetwork())
                .hasValueSatisfying(lack -> assertThat(lack).contains("CAP_NET_ADMIN", "ambient", "setpriv"));
        assertThat(Privileges.of(status(7, 7, NONE, NONE)).lackForNetwork())
                .hasValueSatisfying(lack -> assertThat(lack).contains("CAP_NET_ADMIN", "sudo"));
    }

    @Test
    void thisProcessHasAUser() throws Exception {
        assertThat(Privileges.current().userId()).isNotNegative();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Uid:\t0\t0\t0\t0\n", "Uid:\n", "Uid:\tx\tx\nCapEff:\t0\nCapAmb:\t0\n"})
    void otherTextIsNoStatus(String text) {
        assertThatThrownBy(() -> Privileges.of(text)).isInstanceOf(IllegalArgumentException.class);
    }

    private static String status(int realUser, int effectiveUser, String effective, String ambient) {
        return "Name:\tjava\nUid:\t%d\t%d\t%d\t%d\nCapEff:\t%s\nCapBnd:\t000001ffffffffff\nCapAmb:\t%s\n"
                .formatted(realUser, effectiveUser, effectiveUser, effectiveUser, effective, ambient);
    }
}
