package org.peervpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeLockTest {
    @TempDir
    private Path directory;

    private Home home;
    private Path file;

    @BeforeEach
    void home() throws NodeException {
        home = Home.open(directory);
        file = directory.resolve("node.lock");
    }

    @Test
    void secondNodeIsToldWhoHasTheLock() throws Exception {
        NodeLock first = NodeLock.take(file, home);
        try (first) {
            assertThatThrownBy(() -> NodeLock.take(file, home))
                    .isInstanceOf(NodeException.class)
                    .hasMessageContaining("already running in " + home.directory())
                    .hasMessageContaining("process " + ProcessHandle.current().pid())
                    .hasMessageContaining("peervpn --down")
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void lockIsFreeAfterwards() throws Exception {
        NodeLock.take(file, home).close();

        NodeLock.take(file, home).close();
    }

    @Test
    void lockFileIsTheOwnersOnlyAndBearsTheProcess() throws Exception {
        Files.writeString(file, "a long text of somebody who was here before");
        NodeLock lock = NodeLock.take(file, home);
        try (lock) {
            assertThat(Files.readString(file))
                    .isEqualTo(Long.toString(ProcessHandle.current().pid()));
        }
        Files.delete(file);
        NodeLock.take(file, home).close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void whatCannotBeALockIsNamed() throws Exception {
        Files.createDirectory(file);

        assertThatThrownBy(() -> NodeLock.take(file, home))
                .isInstanceOf(NodeException.class)
                .hasMessageContaining("the lock " + file + " cannot be taken")
                .hasMessageNotContaining("\n");
    }

    @Test
    void namesFollowFromTheHome() throws Exception {
        Home other = Home.open(directory.resolve("other"));

        assertThat(RuntimeFiles.ofRoot(home)).isNotEqualTo(RuntimeFiles.ofRoot(other));
        assertThat(RuntimeFiles.ofRoot(home).socket()).hasParentRaw(Path.of("/run/peervpn"));
        assertThat(RuntimeFiles.inHome(other).lock()).hasParentRaw(other.directory());
    }
}
