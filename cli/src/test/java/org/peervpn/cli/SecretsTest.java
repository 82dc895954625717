package org.peervpn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.peervpn.cli.OptionsTest.KEY;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peervpn.node.NodeConfig;
import org.peervpn.node.Remembered;
import org.peervpn.node.runtime.NodeException;
import org.peervpn.tunnel.NoisePrivateKey;
import org.peervpn.tunnel.NoisePublicKey;

class SecretsTest {
    private static final NoisePublicKey PEER = NoisePublicKey.parse(KEY);
    private static final String PSK = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlYyE=";

    @TempDir
    private Path directory;

    private Path file(String content, String permissions) throws Exception {
        Path file = directory.resolve("psk");
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        return file;
    }

    private static Secrets read(Path file) throws NodeException {
        return Secrets.read(OptionsTest.read("--exit", "--psk-file=" + file), null);
    }

    @Test
    void thereNeedNotBeAny() throws Exception {
        Secrets secrets = Secrets.read(OptionsTest.read("--exit"), null);

        assertThat(secrets.passcode()).isNull();
        assertThat(secrets.presharedKeys().has(PEER)).isFalse();
    }

    @Test
    void presharedKeysComeFromTheirFile() throws Exception {
        assertThat(read(file(KEY + " " + PSK + "\n", "rw-------"))
                        .presharedKeys()
                        .has(PEER))
                .isTrue();
    }

    @Test
    void fileThatOthersCanReadIsRefused() throws Exception {
        Path file = file(KEY + " " + PSK + "\n", "rw-r-----");
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(NodeException.class)
                .hasMessage("--psk-file: %s is open to other users; close it with: chmod 600 %s".formatted(file, file));
    }

    @Test
    void whatIsWrongIsToldWithFileAndLine() throws Exception {
        Path file = file("# mine\n" + PSK + "\n", "rw-------");
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--psk-file: " + file + ": line 2: not of the form PUBKEY PSK");
        assertThatThrownBy(() -> read(directory.resolve("missing"))).hasMessageContaining("there is no file");
        assertThatThrownBy(() -> read(directory)).hasMessageEndingWith("is a directory");
    }

    @Test
    void fileIsReadAgainAndAPipeIsNot() throws Exception {
        Path file = file(KEY + " " + PSK + "\n", "rw-------");
        Options options = OptionsTest.read("--exit", "--psk-file=" + file);
        NodeConfig started = NodeConfigs.forNode(
                options,
                NoisePrivateKey.generate(new SecureRandom()),
                Secrets.read(options, "correct horse"),
                Remembered.NOTHING,
                "1");

        Files.writeString(file, "");
        Secrets again = Secrets.again(options, started);
        assertThat(again.presharedKeys().has(PEER)).isFalse();
        assertThat(again.passcode()).isSameAs(started.passcode());
        assertThat(Secrets.again(OptionsTest.read("--exit", "--psk-file=/dev/null"), started)
                        .presharedKeys()
                        .has(PEER))
                .isTrue();
        assertThat(Secrets.again(OptionsTest.read("--exit"), started)
                        .presharedKeys()
                        .has(PEER))
                .isFalse();
    }
}
