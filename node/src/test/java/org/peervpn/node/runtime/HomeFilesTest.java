package org.peervpn.node.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a home's {@code read} and {@code write} do with what may lie in a directory. */
class HomeFilesTest {
    private static final String NAME = "peers.yaml";
    private static final int MAX = 100;
    private static final int SOMEBODY = 1_999_999_999;

    @TempDir
    private Path directory;

    private Path elsewhere;
    private Path file;
    private Home home;

    @BeforeEach
    void home() throws NodeException, IOException {
        elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        home = Home.open(directory.resolve("home"));
        file = home.directory().resolve(NAME);
    }

    @Test
    void whatIsWrittenIsReadAgain() throws Exception {
        assertThat(home.read(NAME, MAX)).isEmpty();

        home.write(NAME, bytes("first"));
        home.write(NAME, bytes("second"));

        assertThat(home.read(NAME, MAX)).hasValue(bytes("second"));
        assertThat(names(home.directory())).containsExactly(NAME);
    }

    @Test
    void fileIsItsOwnersOnlyWhateverWasThereBefore() throws Exception {
        Files.writeString(file, "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));

        home.write(NAME, bytes("new"));

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void fileMayBeSoLongAndNoLonger() throws Exception {
        home.write(NAME, new byte[MAX]);
        assertThat(home.read(NAME, MAX).orElseThrow()).hasSize(MAX);

        home.write(NAME, new byte[MAX + 1]);
        assertRefused(() -> home.read(NAME, MAX), "is too long");

        home.write(NAME, new byte[0]);
        assertThat(home.read(NAME, MAX).orElseThrow()).isEmpty();
    }

    @Test
    void linkIsNeitherReadNorWrittenThrough() throws Exception {
        Path target = Files.writeString(elsewhere.resolve("target"), "theirs");
        Files.createSymbolicLink(file, target);

        assertRefused(() -> home.read(NAME, MAX), "it is a link");
        home.write(NAME, bytes("ours"));

        assertThat(target).hasContent("theirs");
        assertThat(Files.isSymbolicLink(file)).isFalse();
        assertThat(file).hasContent("ours");
    }

    @Test
    void hardLinkIsNotWrittenThrough() throws Exception {
        Path target = Files.writeString(elsewhere.resolve("target"), "theirs");
        Files.createLink(file, target);

        home.write(NAME, bytes("ours"));

        assertThat(target).hasContent("theirs");
    }

    @Test
    void linkInThePlaceOfTheDraftIsNotFollowed() throws Exception {
        Path target = Files.writeString(elsewhere.resolve("target"), "theirs");
        Path draft = file.resolveSibling(NAME + "." + ProcessHandle.current().pid() + ".new");
        Files.createSymbolicLink(draft, target);

        home.write(NAME, bytes("ours"));

        assertThat(target).hasContent("theirs");
        assertThat(names(home.directory())).containsExactly(NAME);
    }

    @Test
    @Timeout(20)
    void pipeIsNotWaitedFor() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();

        assertRefused(() -> home.read(NAME, MAX), "not a regular file");
        home.write(NAME, bytes("ours"));

        assertThat(home.read(NAME, MAX)).hasValue(bytes("ours"));
    }

    @Test
    void directoryInThePlaceOfAFileIsLeftThere() throws Exception {
        Files.createDirectory(file);

        assertRefused(() -> home.read(NAME, MAX), "not a regular file");
        assertRefused(() -> home.write(NAME, bytes("ours")), "cannot be written");

        assertThat(names(home.directory())).containsExactly(NAME);
        assertThat(file).isEmptyDirectory();
    }

    @Test
    void anotherUsersFileIsNotRead() throws Exception {
        assumeTrue(Privileges.current().isRoot(), "only root gives files away");
        Files.writeString(file, "theirs");
        Files.setAttribute(file, "unix:uid", SOMEBODY, LinkOption.NOFOLLOW_LINKS);

        assertRefused(() -> home.read(NAME, MAX), "belongs to another user");
    }

    @Test
    void homeThatHasVanishedIsToldSo() throws Exception {
        Files.delete(home.directory());

        assertThatThrownBy(() -> home.read(NAME, MAX)).hasMessageEndingWith("has vanished");
        assertThatThrownBy(() -> home.write(NAME, bytes("ours"))).hasMessageEndingWith("has vanished");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "/etc/passwd", "../elsewhere/target", "a/b"})
    void whatIsNoNameIsAMistakeOfOurs(String name) {
        assertThatThrownBy(() -> home.write(name, bytes("x"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> home.read(name, MAX)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertRefused(ThrowingCallable call, String reason) {
        assertThatThrownBy(call)
                .isInstanceOf(NodeException.class)
                .hasMessageContaining(NAME)
                .hasMessageContaining(reason)
                .hasMessageNotContaining("\n")
                .hasMessageNotContaining("Exception")
                .hasMessageNotContaining("null");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(each -> each.getFileName().toString()).toList();
        }
    }
}
