package org.peervpn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import picocli.CommandLine.ParameterException;

class ConfigFileFuzzTest {

    /** What a file says, a command line could say; or it is refused in one line, which names the line in the file. */
    @FuzzTest
    void text(byte[] input) {
        List<String> arguments;
        try {
            ConfigFile config = ConfigFile.parse(new String(input, UTF_8), "config.yaml");
            arguments = config.arguments(Main.parser(new Options()).parseArgs());
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).matches("config\\.yaml:[0-9]+: [^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]{1,1000}");
            return;
        }
        assertThat(arguments).allMatch(argument -> argument.startsWith("--"));
        Options options = new Options();
        try {
            Main.parser(options).parseArgs(arguments.toArray(String[]::new));
            options.check();
        } catch (UsageException | ParameterException e) {
            assertThat(e.getMessage()).isNotEmpty(); // no mode, or some that do not go together
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).startsWith("--");
        }
        assertThat(options.home).isNull();
        assertThat(options.mode.down || options.mode.repair || options.mode.info)
                .isFalse();
    }
}
