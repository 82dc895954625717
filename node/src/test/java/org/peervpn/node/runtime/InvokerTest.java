package org.peervpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InvokerTest {
    private static final int NO_SUCH_USER = 1_999_999_999;

    @Test
    void withoutSudoTheHomeIsThatOfTheEnvironment() {
        Invoker invoker = Invoker.of(Map.of("HOME", "/home/somebody"), "/process", true);

        assertThat(invoker).isEqualTo(new Invoker(Path.of("/home/somebody"), null, null));
    }

    @Test
    void withoutHomeItIsThatOfTheProcess() {
        assertThat(Invoker.of(Map.of(), "/process", false).homeDirectory()).isEqualTo(Path.of("/process"));
        assertThat(Invoker.of(Map.of("HOME", ""), "/process", false).homeDirectory())
                .isEqualTo(Path.of("/process"));
    }

    @Test
    void underSudoTheHomeIsThatOfTheCallingUser() {
        Invoker invoker = Invoker.of(Map.of("HOME", "/elsewhere", "SUDO_UID", "0", "SUDO_GID", "0"), "/process", true);

        assertThat(invoker).isEqualTo(new Invoker(Path.of("/root"), 0, 0));
    }

    @Test
    void underSudoOfAnUnknownUserTheHomeIsThatOfTheProcess() {
        String user = Integer.toString(NO_SUCH_USER);
        Invoker invoker = Invoker.of(Map.of("SUDO_UID", user, "SUDO_GID", user), "/process", true);

        assertThat(invoker).isEqualTo(new Invoker(Path.of("/process"), NO_SUCH_USER, NO_SUCH_USER));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "root", "1e3", "99999999999", " 0"})
    void sudoVariablesThatAreNoNumbersAreIgnored(String user) {
        Map<String, String> environment = Map.of("HOME", "/home/somebody", "SUDO_UID", user, "SUDO_GID", "0");

        assertThat(Invoker.of(environment, "/process", true).userId()).isNull();
    }

    @Test
    void whoIsNotRootIsNotUnderSudoWhateverTheEnvironmentSays() {
        Map<String, String> environment = Map.of("HOME", "/home/somebody", "SUDO_UID", "0", "SUDO_GID", "0");

        assertThat(Invoker.of(environment, "/process", false))
                .isEqualTo(new Invoker(Path.of("/home/somebody"), null, null));
    }

    @Test
    void whatRootMakesForAUserIsTheUsers(@TempDir Path directory) throws Exception {
        assumeTrue(Invoker.isRoot(), "only root gives files away");
        Path home = directory.resolve("home");

        Home.open(home, new Invoker(directory, NO_SUCH_USER, NO_SUCH_USER - 1)).privateKey(new SecureRandom());

        for (Path path : new Path[] {home, home.resolve("private.key")}) {
            assertThat(Files.getAttribute(path, "unix:uid")).isEqualTo(NO_SUCH_USER);
            assertThat(Files.getAttribute(path, "unix:gid")).isEqualTo(NO_SUCH_USER - 1);
        }
    }
}
