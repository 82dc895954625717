package org.peervpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;

class RehearsalTest {
    /** Also a test of all that a download goes through but for the device itself, without privileges. */
    @Test
    void twoNodesOfOneProcessCarryADownload() {
        assertThatCode(() -> Rehearsal.run(5)).doesNotThrowAnyException();
    }

    @Test
    void strangersShakeHandsWithANode() {
        assertThat(Greetings.exchange(20)).isEqualTo(20);
    }

    /** As where the kernel gives no more. */
    @Test
    void nodesThatWantWorkersDoWithoutIfTheirDevicesHaveOneQueue() {
        assertThatCode(() -> Rehearsal.run(5, 2)).doesNotThrowAnyException();
    }
}
