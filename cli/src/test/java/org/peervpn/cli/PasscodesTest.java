package org.peervpn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peervpn.node.runtime.NodeException;

class PasscodesTest {
    @TempDir
    private Path directory;

    private Path file(String content) throws Exception {
        Path file = directory.resolve("passcode");
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    @Test
    void thereNeedNotBeOne() throws Exception {
        assertThat(Passcodes.read(null, null)).isNull();
        assertThat(Passcodes.read(null, "")).isNull();
    }

    @Test
    void itComesFromTheFileOrTheEnvironment() throws Exception {
        assertThat(Passcodes.read(file("correct horse\n"), "abc")).isNotNull();
        assertThat(Passcodes.read(null, "correct horse")).isNotNull();
    }

    @Test
    void whatIsNoPasscodeIsNotShown() throws Exception {
        Path tooShort = file("s3cr\n");
        assertThatThrownBy(() -> Passcodes.read(tooShort, null))
                .hasMessage("--passcode-file: " + tooShort + ": a passcode has 6 to 128 characters, this one 4");
        assertThatThrownBy(() -> Passcodes.read(null, "s3cr"))
                .hasMessage("PEERVPN_PASSCODE: a passcode has 6 to 128 characters, this one 4");
        assertThatThrownBy(() -> Passcodes.read(file("s3cret\ns3cret\n"), null))
                .hasMessageEndingWith("a passcode is one line of text");
        assertThatThrownBy(() -> Passcodes.read(file("s".repeat(2000)), null))
                .hasMessageEndingWith("longer than 1024 bytes");
    }

    @Test
    void aFileThatOthersCanReadIsRefused() throws Exception {
        Path file = file("correct horse");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

        assertThatThrownBy(() -> Passcodes.read(file, null))
                .isInstanceOf(NodeException.class)
                .hasMessageEndingWith("is open to other users; close it with: chmod 600 " + file);
    }

    @Test
    void aFileThatIsNoneIsToldAsSuch() {
        assertThatThrownBy(() -> Passcodes.read(directory.resolve("missing"), null))
                .hasMessageContaining("there is no file");
        assertThatThrownBy(() -> Passcodes.read(directory, null)).hasMessageEndingWith("is a directory");
    }
}
