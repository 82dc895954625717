package org.peervpn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.cli.MainTest.assertOneLine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peervpn.node.runtime.NodeException;
import org.peervpn.node.runtime.Privileges;

/** Where the configuration file is found, and which one is believed. */
class SettingsTest {
    @TempDir
    private Path directory;

    @Test
    void fileInTheHomeIsRead() throws Exception {
        write("config.yaml", "port: 7\n");

        assertThat(settings("--info").port).isEqualTo(7);
    }

    @Test
    void homeWithoutAFileIsFine() throws Exception {
        assertThat(settings("--info").port).isNull();
        assertThat(new Settings("--info", "--home=" + directory.resolve("none")).read().port)
                .isNull();
    }

    @Test
    void namedFileIsReadInsteadOfTheOneInTheHome() throws Exception {
        write("config.yaml", "port: 7\nname: home\n");
        Path other = write("other.yaml", "port: 8\n");
        Path link = Files.createSymbolicLink(directory.resolve("link.yaml"), other);

        for (Path named : new Path[] {other, link}) {
            Options options = settings("--info", "--config=" + named);
            assertThat(options.port).isEqualTo(8);
            assertThat(options.name).isNull();
        }
    }

    @Test
    void namedFileHasToBeThere() {
        assertOneLine(call("--info", "--config=" + directory.resolve("x")), 2, "--config: no such file: " + directory);
    }

    @Test
    void fileAloneSaysWhatToRun() throws Exception {
        write("config.yaml", "listen: true\nmtu: 1300\n");

        Options options = settings();

        assertThat(options.mode.listen).isTrue();
        assertThat(options.mtu).isEqualTo(1300);
    }

    @Test
    void badFileIsOneLineWithFileAndLine() throws IOException {
        Path file = write("config.yaml", "\n\nprot: 7\n");

        assertOneLine(call("--info"), 2, file + ":3: unknown key 'prot'; did you mean 'port'?");
        assertOneLine(call(), 2, file + ":3: unknown key 'prot'");
    }

    @Test
    void valueThatOnlyTheWholeCanRefuseIsFoundInTheFile() throws IOException {
        Path file = write("config.yaml", "listen: true\nport: 70000\nlog-level: loud\n");

        assertOneLine(call(), 2, file + ":2: port: 70000 is not between 1 and 65535");
        assertOneLine(call("--info", "--port=1"), 2, file + ":3: log-level: not one of error, warn");
        assertOneLine(call("--info", "--port=0"), 2, "--port: 0 is not between");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--status", "--down", "--remove=x"})
    void badFileIsNotInTheWayOfThoseWhoOnlyTalkToANode(String mode) throws IOException {
        write("config.yaml", "prot: 7\n");

        assertOneLine(call(mode), 1, "no node is running");
        assertThat(Call.of("--version", "--home=" + directory).exitCode()).isZero();
        assertThat(Call.of("--help", "--home=" + directory).exitCode()).isZero();
    }

    @Test
    void fileThatOthersMayWriteIsRefused() throws IOException {
        Path file = write("config.yaml", "port: 7\n");
        for (String permissions : new String[] {"rw--w----", "rw-----w-"}) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));

            assertOneLine(call("--info"), 2, file + ": other users can write it; close it with: chmod go-w");
        }
    }

    @Test
    void fileOfAnotherUserIsRefused() throws Exception {
        Assumptions.assumeTrue(Privileges.current().isRoot(), "only root can give files away");
        Path other = write("other.yaml", "port: 7\n");
        Files.setAttribute(other, "unix:uid", 65_534);

        assertOneLine(call("--info", "--config=" + other), 2, other + ": belongs to user 65534");
    }

    @Test
    void whatIsNoPlainFileIsRefused() throws IOException {
        Path file = directory.resolve("config.yaml");
        Files.createSymbolicLink(file, write("other.yaml", "port: 7\n"));
        assertOneLine(call("--info"), 2, file + ": not a regular file");

        Files.delete(file);
        Files.createDirectory(file);
        assertOneLine(call("--info"), 2, file + ": not a regular file");
        assertOneLine(call("--info", "--config=/dev/null"), 2, "/dev/null: not a regular file");
    }

    @Test
    void hugeFileIsRefused() throws IOException {
        Path file = write("config.yaml", "#".repeat(300_000));

        assertOneLine(call("--info"), 2, file + ": longer than 262144 bytes");
    }

    @Test
    void fileThatIsNoTextIsRefused() throws IOException {
        Path file = directory.resolve("config.yaml");
        Files.write(file, new byte[] {'n', ':', (byte) 0xff});
        assertOneLine(call("--info"), 2, file + ": not a text in UTF-8");

        Files.write(file, new byte[] {'n', 'a', 'm', 'e', ':', ' ', 0, 7});
        assertOneLine(call("--info"), 2, file + ":1: not YAML: ");
    }

    private Path write(String name, String text) throws IOException {
        Path file = Files.writeString(directory.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        return file;
    }

    private Options settings(String... arguments) throws NodeException {
        Options options = new Settings(withHome(arguments)).read();
        options.check();
        return options;
    }

    private Call call(String... arguments) {
        return Call.of(withHome(arguments));
    }

    private String[] withHome(String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = "--home=" + directory;
        return all;
    }
}
