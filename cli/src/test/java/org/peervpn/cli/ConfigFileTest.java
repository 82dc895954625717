package org.peervpn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.peervpn.cli.OptionsTest.KEY;
import static org.peervpn.cli.OptionsTest.LINE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.peervpn.node.ConnectLine;
import org.peervpn.routing.Cidr;

/** What a configuration file may say, and how it goes together with the command line. */
class ConfigFileTest {
    private static final Path EXAMPLE = Path.of("../docs/config.example.yaml");
    private static final String OTHER_LINE = KEY + "@192.0.2.7:1";

    @Test
    void settingsAreTheOptionsOfTheSameName() {
        Options options = read("""
                exit: true
                port: 4444
                mtu: "1280"
                name: 007
                connect: [%s]
                stun: none
                allow:
                  - %s   # a friend
                route:
                exclude: []
                no-exit: false
                debug: true
                """.formatted(LINE, KEY));

        assertThat(options.mode.exit).isTrue();
        assertThat(options.port).isEqualTo(4444);
        assertThat(options.mtu).isEqualTo(1280);
        assertThat(options.name).isEqualTo("007");
        assertThat(options.mode.connect).containsExactly(ConnectLine.parse(LINE));
        assertThat(options.stun).containsExactly("none");
        assertThat(options.allow).singleElement().hasToString(KEY);
        assertThat(options.route).isEmpty();
        assertThat(options.noExit).isFalse();
        assertThat(options.debug).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "---\n", "\n\n"})
    void emptyFileSaysNothing(String text) {
        assertThat(read(text, "--listen").mode.listen).isTrue();
    }

    @Test
    void commandLineWins() {
        String file = "port: 1\nconnect: [%s, %s]\nstun: [a:1, b:2]\nroute: 10.0.0.0/8\n".formatted(LINE, LINE);

        Options options = read(file, "--port=2", "--connect=" + OTHER_LINE, "--stun=c:3");

        assertThat(options.port).isEqualTo(2);
        assertThat(options.mode.connect).containsExactly(ConnectLine.parse(OTHER_LINE));
        assertThat(options.stun).containsExactly("c:3");
        assertThat(options.route).containsExactly(Cidr.parse("10.0.0.0/8"));
    }

    @Test
    void modeThatServesOnTheCommandLineReplacesTheOneOfTheFile() {
        Options options = read("exit: true\nport: 1\n", "--listen");

        assertThat(options.mode.listen).isTrue();
        assertThat(options.mode.exit).isFalse();
        assertThat(options.port).isEqualTo(1);
    }

    @Test
    void connectOnTheCommandLineStandsBesideTheExitOfTheFile() {
        assertThat(read("exit: true\n", "--connect=" + LINE).mode.exit).isTrue();
    }

    @Test
    void modeThatDoesOneThingTakesOnlyTheOtherSettings() {
        Options options = read("listen: true\nconnect: [%s]\nport: 7\n".formatted(LINE), "--info");

        assertThat(options.runsNode()).isFalse();
        assertThat(options.port).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "port: 1~mtu: 1300~prot: 3     | f.yaml:3: unknown key 'prot'; did you mean 'port'?",
                "Exit_Via: x                   | f.yaml:1: unknown key 'Exit_Via'; did you mean 'exit-via'?",
                "loglevel: x                   | f.yaml:1: unknown key 'loglevel'; did you mean 'log-level'?",
                "zzzzzzzz: 1                   | f.yaml:1: unknown key 'zzzzzzzz'",
                "--port: 1                     | f.yaml:1: unknown key '--port'; did you mean 'port'?",
                "port: 1~~port: 2              | f.yaml:3: 'port' again, first in line 1",
                "port: x                       | f.yaml:1: port: not a whole number: \"x\"",
                "port: true                    | f.yaml:1: port: not a whole number: \"true\"",
                "port: [1]                     | f.yaml:1: port: one value is expected",
                "port:                         | f.yaml:1: port: one value is expected",
                "port: {a: 1}                  | f.yaml:1: port: a plain value, or a list of them, is expected",
                "allow: [[x]]                  | f.yaml:1: allow: a plain value, or a list of them, is expected",
                "name: &a x~endpoint: *a       | f.yaml:2: endpoint: a plain value, or a list of them, is expected",
                "exit: yes                     | f.yaml:1: exit: neither true nor false: \"yes\"",
                "exit: 1                       | f.yaml:1: exit: neither true nor false",
                "allow:~  - abc                | f.yaml:2: allow: not a WireGuard public key",
                "stun: [a:1]~connect:~- x      | f.yaml:3: connect: not of the form PUBKEY@ENDPOINT",
                "status: true                  | f.yaml:1: status: is for the command line",
                "down: true                    | f.yaml:1: down: is for the command line",
                "repair: false                 | f.yaml:1: repair: is for the command line",
                "home: /tmp                    | f.yaml:1: home: can be said only on the command line",
                "config: /tmp/x                | f.yaml:1: config: can be said only on the command line",
                "exit: true~listen: true       | f.yaml:2: listen: exit and listen cannot be combined",
                "- port                        | f.yaml:1: lines of the form \"name: value\" are expected",
                "just words                    | f.yaml:1: lines of the form \"name: value\" are expected",
                "port: 1~---~port: 2           | f.yaml:3: only one document is expected",
                "name: \"x                     | f.yaml:1: not YAML: found unexpected end of stream",
                "name: x~  port: 1             | not YAML: ",
                "name: @x                      | f.yaml:1: not YAML: ",
            })
    void whatIsWrongIsToldWithItsLine(String text, String reason) {
        assertThatThrownBy(() -> read(text.replace("~", "\n") + "\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(reason)
                .satisfies(e -> assertThat(e.getMessage()).startsWith("f.yaml:").hasLineCount(1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "passcode: hunter2",
                "Passcode: hunter2",
                "password: hunter2",
                "psk: hunter2",
                "private-key: hunter2",
                "privatekey: hunter2",
                "key: hunter2",
                "passcod: hunter2",
                "passcode: \"hunter2"
            })
    void secretIsRefusedAndNotRepeated(String text) {
        assertThatThrownBy(() -> read(text + "\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .startsWith("f.yaml:1: ")
                .doesNotContain("hunter2");
        assertThatThrownBy(() -> read("private-key: hunter2\n")).hasMessageContaining("private.key");
        assertThatThrownBy(() -> read("passcode: hunter2\n")).hasMessageContaining("use passcode-file");
        assertThatThrownBy(() -> read("psk: hunter2\n")).hasMessageContaining("use psk-file");
    }

    @Test
    void valueThatIsRefusedLaterIsFoundInTheFile() {
        ConfigFile file = ConfigFile.parse("name: x\nport: 0\n", "f.yaml");
        file.arguments(Main.parser(new Options()).parseArgs("--listen"));

        assertThat(file.explain("--port: 0 is not between 1 and 65535"))
                .isEqualTo("f.yaml:2: port: 0 is not between 1 and 65535");
        assertThat(file.explain("--mtu: 0 is not between")).isEqualTo("--mtu: 0 is not between");
    }

    @Test
    void exampleLoadsAndNamesEverySetting() throws IOException {
        String example = Files.readString(EXAMPLE);

        assertThat(read(example).mode.connect).hasSize(2);
        assertThat(ConfigText.parse(example, "example"))
                .extracting(ConfigText.Setting::name)
                .containsExactlyInAnyOrderElementsOf(ConfigFile.names());
    }

    @Test
    void namesAreAllOptionsButThoseForTheCommandLine() {
        assertThat(ConfigFile.names())
                .contains("exit", "listen", "connect", "port", "stun", "allow", "admission", "json", "debug")
                .doesNotContain("home", "config", "help", "info", "status", "add", "remove", "down", "repair");
    }

    /** As {@link Settings} puts file and command line together. */
    private static Options read(String text, String... arguments) {
        ConfigFile file = ConfigFile.parse(text, "f.yaml");
        List<String> all =
                new ArrayList<>(file.arguments(Main.parser(new Options()).parseArgs(arguments)));
        all.addAll(List.of(arguments));
        return OptionsTest.read(all.toArray(String[]::new));
    }
}
