package org.peervpn.node.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peervpn.tunnel.NoisePrivateKey;

class HomeTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String KEY = NoisePrivateKey.generate(RANDOM).encodeSecret();

    @TempDir
    private Path directory;

    private Path keyFile;

    @BeforeEach
    void keyFile() {
        keyFile = directory.resolve("private.key");
    }

    @Test
    void homeIsMadeForItsOwnerOnly() throws Exception {
        Path home = directory.resolve("a/b/home");

        Home.open(home);

        assertThat(mode(home)).isEqualTo("rwx------");
    }

    @Test
    void homeThatIsThereKeepsItsMode() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));

        Home.open(directory);

        assertThat(mode(directory)).isEqualTo("rwxr-x---");
    }

    @Test
    void homeThatIsAFileIsRefused() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "mine");

        assertRefused(() -> Home.open(file), "not a directory");
        assertRefused(() -> Home.open(file.resolve("below")), "file");
        assertThat(file).hasContent("mine");
    }

    @Test
    void lookingForARunningNodeCreatesNothing() throws Exception {
        Path home = directory.resolve("home");

        assertThat(Home.find(home).directory()).isEqualTo(home);
        assertThat(home).doesNotExist();
    }

    @Test
    void homeIsTheSameByAnyPath() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link"), Files.createDirectory(directory.resolve("d")));

        assertThat(Home.find(link).directory())
                .isEqualTo(Home.open(directory.resolve("x/../d")).directory());
    }

    @Test
    void keyIsMadeOnceAndForItsOwnerOnly() throws Exception {
        NoisePrivateKey key = home().privateKey(RANDOM);

        assertThat(mode(keyFile)).isEqualTo("rw-------");
        assertThat(Files.readString(keyFile)).isEqualTo(key.encodeSecret() + "\n");
        assertThat(home().privateKey(RANDOM)).isEqualTo(key);
        assertThat(files()).containsExactly(keyFile);
    }

    @Test
    void startsAtTheSameTimeAgreeOnOneKey() throws Exception {
        List<NoisePrivateKey> keys = inParallel(16, () -> home().privateKey(RANDOM));

        assertThat(keys).hasSize(16).containsOnly(keys.get(0));
        assertThat(files()).containsExactly(keyFile);
    }

    @Test
    void keyFileMayEndWithoutALineEnd() throws Exception {
        write(KEY);

        assertThat(home().privateKey(RANDOM).encodeSecret()).isEqualTo(KEY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "\0",
                "no key at all",
                "AAAA",
                "QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH0",
                "QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH1=",
                "QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH0=AAAA",
                "QGCuHmJxKvB94NwXEZP4 VwQgLLKURwmfxbR9fyVeH0=",
                "QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH0=\nQGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH0=\n",
                "QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH\u00e9=",
            })
    void damagedKeyIsNeverReplacedNorShown(String text) throws Exception {
        write(text);

        assertRefused(() -> home().privateKey(RANDOM), "is damaged");

        assertThat(keyFile).hasContent(text);
        assertThatThrownBy(() -> home().privateKey(RANDOM)).hasMessageNotContaining("QGCu");
    }

    @Test
    void hugeKeyFileIsNotReadIn() throws Exception {
        write("A".repeat(100_000));

        assertRefused(() -> home().privateKey(RANDOM), "too long");
        assertThat(keyFile).hasSize(100_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "rw-r-----", "rw----r--", "rw--w----", "rwxrwxrwx"})
    void keyOpenToOthersIsRefused(String mode) throws Exception {
        write(KEY);
        Files.setPosixFilePermissions(keyFile, PosixFilePermissions.fromString(mode));

        assertRefused(() -> home().privateKey(RANDOM), "chmod 600 " + keyFile);

        assertThat(keyFile).hasContent(KEY);
        assertThat(mode(keyFile)).isEqualTo(mode);
    }

    @Test
    void directoryInThePlaceOfTheKeyIsRefused() throws Exception {
        Files.createDirectory(keyFile);

        assertRefused(() -> home().privateKey(RANDOM), "not a regular file");
        assertThat(keyFile).isEmptyDirectory();
    }

    @Test
    void linkInThePlaceOfTheKeyIsRefused() throws Exception {
        Path elsewhere = Files.createTempFile(directory, "elsewhere", "");
        Files.writeString(elsewhere, KEY);
        Files.createSymbolicLink(keyFile, elsewhere);

        assertRefused(() -> home().privateKey(RANDOM), "not a regular file");
        assertThat(elsewhere).hasContent(KEY);
        assertThat(keyFile).isSymbolicLink();
    }

    @Test
    void linkToNowhereIsNotFollowed() throws Exception {
        Path nowhere = directory.resolve("nowhere");
        Files.createSymbolicLink(keyFile, nowhere);

        assertRefused(() -> home().privateKey(RANDOM), "not a regular file");
        assertThat(nowhere).doesNotExist();
    }

    @Test
    void homeThatHasVanishedIsToldSo() throws Exception {
        Home home = Home.open(directory.resolve("home"));
        Files.delete(home.directory());

        assertRefused(() -> home.privateKey(RANDOM), "has vanished");
    }

    private static void assertRefused(Callable<?> call, String reason) {
        assertThatThrownBy(call::call)
                .isInstanceOf(NodeException.class)
                .hasMessageContaining(reason)
                .hasMessageNotContaining("\n")
                .hasMessageNotContaining("Exception");
    }

    private static <T> List<T> inParallel(int count, Callable<T> task) throws InterruptedException, ExecutionException {
        ExecutorService pool = Executors.newFixedThreadPool(count);
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> future :
                    pool.invokeAll(Stream.generate(() -> task).limit(count).toList())) {
                results.add(future.get());
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }

    private Home home() throws NodeException {
        return Home.open(directory);
    }

    private void write(String text) throws IOException {
        Files.write(keyFile, text.getBytes(UTF_8));
        Files.setPosixFilePermissions(keyFile, PosixFilePermissions.fromString("rw-------"));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
    }
}
