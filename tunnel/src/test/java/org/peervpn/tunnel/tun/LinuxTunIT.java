package org.peervpn.tunnel.tun;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A child JVM runs {@link TunProbe} in a network namespace of its own. */
class LinuxTunIT {
    private NetworkNamespace namespace;

    @BeforeEach
    void makeNamespace() throws Exception {
        namespace = new NetworkNamespace();
    }

    @AfterEach
    void removeNamespace() throws Exception {
        namespace.delete();
    }

    @Test
    void packetsPassInBothDirections() throws Exception {
        assertThat(probe("echo")).contains("answered 300 of 300", "dropped 0");
    }

    @Test
    void deviceHasOneQueueWhereTheKernelRefusesMore() throws Exception {
        assertThat(probe("too-many-queues")).contains("queues 1", "answered 300 of 300", "dropped 0");
    }

    @Test
    void flowStaysInTheQueueByWhichItIsAnswered() throws Exception {
        assertThat(probe("queues"))
                .contains(
                        "queues 3",
                        "each flow in one queue: true",
                        "queues used: 3",
                        "answered: in queue 2",
                        "dropped 0");
    }

    @Test
    void queuesAreLostAndClosedTogether() throws Exception {
        assertThat(probe("lost-queues")).contains("lost 1", "threads: 0", "interface exists: false");
    }

    @Test
    void interfaceHasItsNameAndMtuAndIsUp() throws Exception {
        assertThat(probe("show")).containsPattern("ptun0: <[A-Z_,]*UP[A-Z_,]*> mtu 1380");
    }

    @Test
    void closedDeviceIsGoneAndItsThreadHasEnded() throws Exception {
        assertThat(probe("close")).contains("interface exists: false", "threads: 0", "late packets dropped: 1");
    }

    @Test
    void takenNameIsReported() throws Exception {
        assertThat(probe("taken")).contains("NAME_TAKEN the interface name ptun0 is already in use");
        assertThat(probe("taken-by-other")).contains("NAME_TAKEN the interface name lo is already in use");
    }

    @Test
    void templateIsFilledInByTheKernel() throws Exception {
        assertThat(probe("template")).contains("name ptun1");
    }

    @Test
    void removedDeviceIsReportedAsLost() throws Exception {
        assertThat(probe("lost")).contains("lost", "write dropped: true");
    }

    @Test
    void childProcessDoesNotKeepTheDevice() throws Exception {
        assertThat(probe("child")).contains("interface exists: false");
    }

    @Test
    void badPacketsAreDroppedAndCounted() throws Exception {
        assertThat(probe("bad")).contains("dropped 3");
    }

    @Test
    void failingReaderIsReportedOnceAndPacketsKeepComing() throws Exception {
        assertThat(probe("failing-reader")).contains("packets went on");
    }

    @Test
    void unprivilegedUserIsTold() throws Exception {
        assertThat(namespace.javaUnprivileged(TunProbe.class, "unprivileged")).contains("NOT_PERMITTED");
    }

    private String probe(String what) throws Exception {
        return namespace.java(TunProbe.class, what);
    }
}
