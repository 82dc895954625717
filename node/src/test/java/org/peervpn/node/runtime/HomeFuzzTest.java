package org.peervpn.node.runtime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.peervpn.tunnel.NoisePrivateKey;

class HomeFuzzTest {
    private static final String KEY = "[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=";

    @TempDir
    private static Path directory;

    /** A file is a key or it is refused in a line that shows nothing of it; it stays as it is. */
    @FuzzTest
    void privateKey(byte[] content) throws IOException, NodeException {
        Path file = directory.resolve("private.key");
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, content);
        String text = new String(content, ISO_8859_1).strip();
        boolean isKey = content.length <= 1024 && text.matches(KEY);
        try {
            NoisePrivateKey key = Home.open(directory).privateKey(new SecureRandom());
            assertThat(isKey).isTrue();
            assertThat(key.encodeSecret()).isEqualTo(text);
        } catch (NodeException e) {
            assertThat(isKey).isFalse();
            String shown = String.valueOf(e.getMessage()).replace(file.toString(), "FILE");
            assertThat(shown)
                    .isIn(
                            "the private key FILE is damaged (not a WireGuard private key (44 characters of base64, ending in =));"
                                    + " restore it from a backup, or move it away to begin with a new identity",
                            "the private key FILE cannot be read: it is too long");
        }
        assertThat(file).hasBinaryContent(content);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }
}
