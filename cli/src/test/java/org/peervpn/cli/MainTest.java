package org.peervpn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.cli.OptionsTest.KEY;
import static org.peervpn.cli.OptionsTest.LINE;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that end at once: exit codes, and what is said on which stream. Never one that would start a node. */
class MainTest {

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h"})
    void helpGoesToStandardOutput(String option) {
        Call call = Call.of(option);

        assertThat(call.exitCode()).isZero();
        assertThat(call.errors()).isEmpty();
        assertThat(call.output())
                .contains("peervpn MODE [OPTIONS]")
                .contains(
                        "--info",
                        "--exit",
                        "--connect=PUBKEY@ENDPOINT",
                        "--listen",
                        "--status",
                        "--add",
                        "--remove",
                        "--admit")
                .contains("--down", "--repair", "--diagnostics", "--version", "--help")
                .contains(
                        "--home=DIR",
                        "--config=FILE",
                        "--port=N",
                        "--interface=NAME",
                        "--mtu=N",
                        "--overlay=CIDR",
                        "--name=TEXT")
                .contains(
                        "--stun=HOST:PORT",
                        "--endpoint=HOST:PORT",
                        "--allow=PUBKEY",
                        "--admission=line|passcode|ask|known",
                        "--passcode-file=FILE")
                .contains(
                        "--workers=N",
                        "--no-exit",
                        "--exit-via=PEER",
                        "--route=CIDR",
                        "--exclude=CIDR",
                        "--timeout=SECONDS")
                .contains("--json", "--log-level=LEVEL", "--log-format=text|json", "--debug")
                .contains("Exit codes: 0 done, 1 failed, 2 wrong usage, 3 needs root, 4 peer not reached in time.");
        assertThat(call.output().lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(120));
    }

    @Test
    void noModeGivesTheHelpOnStandardError(@TempDir Path home) {
        Call call = Call.of("--home=" + home);

        assertThat(call.exitCode()).isEqualTo(2);
        assertThat(call.output()).isEmpty();
        assertThat(call.errors()).startsWith("peervpn: say what to do").contains("--connect=PUBKEY@ENDPOINT");
    }

    @Test
    void optionsAloneAreNoMode(@TempDir Path home) {
        assertThat(Call.of("--home=" + home, "--json", "--port=1").exitCode()).isEqualTo(2);
    }

    @Test
    void twoModesGiveTheHelpOnStandardError() {
        Call call = Call.of("--info", "--status");

        assertThat(call.exitCode()).isEqualTo(2);
        assertThat(call.output()).isEmpty();
        assertThat(call.errors())
                .startsWith("peervpn: --info and --status cannot be combined\n")
                .contains("--connect=PUBKEY@ENDPOINT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--killswitch", "--dns=9.9.9.9", "--metrics=127.0.0.1:9", "--secure"})
    void flagsOfLaterVersionsAreUnknown(String flag) {
        Call call = Call.of("--status", flag); // should it be known after all, nothing is begun

        assertOneLine(call, 2, "unknown argument: " + flag);
        assertThat(Call.of("--help").output()).doesNotContain(flag.replaceFirst("=.*", ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--port=0             | --port: 0 is not between 1 and 65535",
                "--port=65536         | --port: 65536 is not between 1 and 65535",
                "--port=-1            | --port: -1 is not between",
                "--port=abc           | not a whole number",
                "--port=1.5           | not a whole number",
                "--port=              | --port",
                "--mtu=1279           | --mtu: 1279 is not between 1280 and 9000",
                "--mtu=9001           | --mtu: 9001 is not between",
                "--mtu=x              | not a whole number",
                "--workers=17         | --workers: 17 is not between 0 and 16",
                "--workers=-1         | --workers: -1 is not between",
                "--timeout=-1         | --timeout: -1 is not between",
                "--timeout=9999999999 | not a whole number",
                "--timeout=soon       | not a whole number",
                "--interface=         | --interface: not a name",
                "--interface=a b      | --interface: not a name",
                "--interface=a/b      | --interface: not a name",
                "--interface=..       | --interface: not a name",
                "--interface=sixteen-letters- | --interface: not a name",
                "--overlay=x          | --overlay: not an address prefix",
                "--overlay=10.0.0.0/33 | --overlay: not an address prefix",
                "--overlay=10.0.0.1/8 | --overlay: \"10.0.0.1/8\" has host bits set; did you mean 10.0.0.0/8?",
                "--overlay=10.0.0.0/29 | --overlay: not an IPv4 prefix of length 8 to 28",
                "--overlay=8.0.0.0/7  | --overlay: not an IPv4 prefix of length 8 to 28",
                "--overlay=10.0.0.0   | --overlay: not an IPv4 prefix of length 8 to 28",
                "--overlay=fd00::/16  | --overlay: not an IPv4 prefix of length 8 to 28",
                "--route=300.0.0.0/8  | --route: not an address prefix",
                "--route=10.0.0.0/-1  | --route: not an address prefix",
                "--route=example.org  | --route: not an address prefix",
                "--exclude=10.0.0.1/8 | --exclude: \"10.0.0.1/8\" has host bits set",
                "--exclude=           | --exclude: not an address prefix",
                "--stun=server        | --stun: no port in endpoint",
                "--stun=server:0      | --stun: not a port",
                "--stun=server:x      | --stun: not a port",
                "--stun=              | --stun: no port",
                "--endpoint=1.2.3.4   | --endpoint: no port in endpoint",
                "--endpoint=2001:db8::1:1 | --endpoint: an IPv6 address needs brackets",
                "--endpoint=[2001:db8::x]:1 | --endpoint: not an IPv6 address",
                "--endpoint=1.2.3:1   | --endpoint: not an address or host name",
                "--endpoint=a b:1     | --endpoint: not an address or host name",
                "--endpoint=1.2.3.4:65536 | --endpoint: not a port (1 to 65535)",
                "--allow=abc          | --allow: not a WireGuard public key",
                "--admission=nobody | --admission: not an admission (line, passcode, ask or known)",
                "--admission=         | --admission: not an admission",
                "--log-level=loud     | --log-level: not one of error, warn, info, debug, trace",
                "--log-format=xml     | --log-format: not text or json",
                "--home=              | --home: an empty path",
                "surplus              | unknown argument: surplus",
                "--por=1              | unknown argument: --por=1",
                "@/etc/hostname       | unknown argument: @/etc/hostname",
                "-x                   | unknown argument: -x"
            })
    void badValueIsOneClearLine(String argument, String reason) {
        assertOneLine(Call.of("--status", argument), 2, reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "abc                  | not of the form PUBKEY@ENDPOINT",
                "                     | not of the form PUBKEY@ENDPOINT",
                "@1.2.3.4:1           | not a WireGuard public key",
                "abc@1.2.3.4:1        | not a WireGuard public key (44 characters of base64, ending in =): \"abc\"",
                "KEY@                 | no port in endpoint",
                "KEY@1.2.3.4          | no port in endpoint",
                "KEY@1.2.3.4:         | no port in endpoint",
                "KEY@:51820           | not an address or host name",
                "KEY@1.2.3.4:0        | not a port (1 to 65535)",
                "KEY@1.2.3.4:65536    | not a port (1 to 65535)",
                "KEY@1.2.3.4:5182O    | not a port (1 to 65535)",
                "KEY@1.2.3.400:51820  | not an address or host name",
                "KEY@1.2.3:51820      | not an address or host name",
                "KEY@2001:db8::1:51820 | an IPv6 address needs brackets",
                "KEY@[nope]:51820     | not an IPv6 address",
                "KEY@-name:51820      | not an address or host name",
                "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=@1.2.3.4:1 | this public key is weak"
            })
    void badLineIsOneClearLine(String line, String reason) {
        for (String option : new String[] {"--connect", "--add"}) {
            String written = line == null ? "" : line.replace("KEY", KEY);

            assertOneLine(Call.of(option + "=" + written), 2, option + ": " + reason);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--connect", "--add", "--remove", "--port", "--home", "--stun", "--allow"})
    void missingValueIsOneClearLine(String option) {
        assertOneLine(Call.of(option), 2, option);
    }

    @Test
    void optionGivenTwiceIsOneClearLine() {
        assertOneLine(Call.of("--status", "--port=1", "--port=2"), 2, "--port");
    }

    @Test
    void noStunAndAServerContradictOneAnother() {
        assertOneLine(Call.of("--status", "--stun=none", "--stun=a:1"), 2, "--stun: none cannot be combined");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--connect=%s",
                "--add=%s",
                "--allow=%s",
                "--stun=%s",
                "--endpoint=%s",
                "--exclude=%s",
                "--interface=%s",
                "--log-level=%s",
                "--log-format=%s",
                "--admission=%s",
                "--port=%s",
                "--%s",
                "%s"
            })
    void whatWasTypedCannotWriteOnTheTerminal(String option) {
        Call call = Call.of("--status", option.formatted("a\u001b[2J\nroot\r\u0007\u202e\u0085b:1"));

        assertOneLine(call, 2, "");
        assertThat(call.errors().strip().chars()).allMatch(c -> !Character.isISOControl(c) && c != '\u202e');
    }

    @Test
    void versionIsThatOfTheBuild() throws Exception {
        assertThat(Call.of("--version").output()).matches("peervpn \\d+\\.\\d+\\.\\d+\\S*\\n");
        assertThat(new ObjectMapper()
                        .readTree(Call.of("--version", "--json").output())
                        .path("version")
                        .asText())
                .matches("\\d+\\.\\d+\\.\\d+\\S*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--status", "--down", "--remove=x", "--add=" + LINE})
    void withoutANodeThereIsNobodyToTalkTo(String mode, @TempDir Path directory) {
        Path home = directory.resolve("home");

        for (Path where : new Path[] {home, directory}) {
            assertOneLine(Call.of(mode, "--home=" + where), 1, "no node is running in " + where + "; start one with");
            assertOneLine(Call.of(mode, "--home=" + where, "--json"), 1, "no node is running in " + where);
        }
        assertThat(home).as("asking creates nothing").doesNotExist();
    }

    @Test
    void homeThatIsAFileIsOneClearLine(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "mine");

        assertOneLine(
                Call.of("--info", "--stun=none", "--home=" + file), 1, "the home " + file + " is not a directory");
        assertThat(file).hasContent("mine");
    }

    @Test
    void damagedKeyIsOneClearLineAndStays(@TempDir Path directory) throws Exception {
        Path key = Files.writeString(directory.resolve("private.key"), "no key\n");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));

        assertOneLine(Call.of("--info", "--stun=none", "--home=" + directory), 1, "is damaged");
        assertThat(key).hasContent("no key\n");
    }

    static void assertOneLine(Call call, int exitCode, String reason) {
        assertThat(call.exitCode()).as(call.toString()).isEqualTo(exitCode);
        assertThat(call.output()).isEmpty();
        assertThat(call.errors())
                .startsWith("peervpn: ")
                .contains(reason)
                .endsWith("\n")
                .doesNotContain("Exception")
                .hasLineCount(1);
    }
}
