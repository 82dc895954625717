package org.peervpn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peervpn.node.Admission;
import org.peervpn.node.ConnectLine;
import org.peervpn.node.Endpoint;
import org.peervpn.routing.Cidr;
import org.peervpn.tunnel.NoisePublicKey;

/** What is accepted, and what it means. */
class OptionsTest {
    static final String KEY = "QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH0=";
    static final String LINE = KEY + "@203.0.113.45:51820";

    @Test
    void everyModeIsRead() {
        assertThat(read("--info").mode.info).isTrue();
        assertThat(read("--exit").mode.exit).isTrue();
        assertThat(read("--listen").mode.listen).isTrue();
        assertThat(read("--status").mode.status).isTrue();
        assertThat(read("--down").mode.down).isTrue();
        assertThat(read("--repair").mode.repair).isTrue();
        assertThat(read("--diagnostics").mode.diagnostics).isTrue();
        assertThat(read("--version").mode.version).isTrue();
        assertThat(read("--connect=" + LINE).mode.connect).containsExactly(ConnectLine.parse(LINE));
        assertThat(read("--add=" + LINE).mode.add).isEqualTo(ConnectLine.parse(LINE));
        assertThat(read("--remove=somebody").mode.remove).isEqualTo("somebody");
    }

    @Test
    void onlyModesThatNeedANodeRunOne() {
        assertThat(read("--exit").runsNode()).isTrue();
        assertThat(read("--listen").runsNode()).isTrue();
        assertThat(read("--connect=" + LINE).runsNode()).isTrue();
        assertThat(read("--info").runsNode()).isFalse();
        assertThat(read("--repair").runsNode()).isFalse();
    }

    @Test
    void defaultsAreThoseThatUsersAreTold() {
        Options options = read("--exit");

        assertThat(options.home).isNull();
        assertThat(options.port).isNull();
        assertThat(options.portOrDefault()).isEqualTo(51820);
        assertThat(options.interfaceName).isEqualTo("peervpn0");
        assertThat(options.mtu).isEqualTo(1420);
        assertThat(options.overlay).isEqualTo(Cidr.parse("100.64.0.0/10"));
        assertThat(options.name).isNull();
        assertThat(options.stun).isEmpty();
        assertThat(options.endpoint).isNull();
        assertThat(options.allow).isEmpty();
        assertThat(options.admission).isNull();
        assertThat(options.noExit).isFalse();
        assertThat(options.exitVia).isEmpty();
        assertThat(options.route).isEmpty();
        assertThat(options.exclude).isEmpty();
        assertThat(options.timeout).isEqualTo(120);
        assertThat(options.json).isFalse();
        assertThat(options.debug).isFalse();
        assertThat(options.logLevel).isEqualTo("info");
        assertThat(options.logFormat).isEqualTo("text");
    }

    @Test
    void everyOptionIsRead() {
        Options options = read(
                "--exit",
                "--home=/h",
                "--port=65535",
                "--interface=vpn-0.a_b",
                "--mtu=1280",
                "--overlay=10.0.0.0/8",
                "--name=my node",
                "--endpoint=vpn.example.org:1",
                "--allow=" + KEY,
                "--admission=known",
                "--no-exit",
                "--timeout=0",
                "--json",
                "--debug",
                "--log-level=trace",
                "--log-format=json");

        assertThat(options.home).isEqualTo(Path.of("/h"));
        assertThat(options.portOrDefault()).isEqualTo(65535);
        assertThat(options.interfaceName).isEqualTo("vpn-0.a_b");
        assertThat(options.mtu).isEqualTo(1280);
        assertThat(options.overlay).isEqualTo(Cidr.parse("10.0.0.0/8"));
        assertThat(options.name).isEqualTo("my node");
        assertThat(options.endpoint).isEqualTo(new Endpoint("vpn.example.org", 1));
        assertThat(options.allow).containsExactly(NoisePublicKey.parse(KEY));
        assertThat(options.admission).isEqualTo(Admission.KNOWN);
        assertThat(options.noExit).isTrue();
        assertThat(options.timeout).isZero();
        assertThat(options.json).isTrue();
        assertThat(options.debug).isTrue();
        assertThat(options.logLevel).isEqualTo("trace");
        assertThat(options.logFormat).isEqualTo("json");
    }

    @Test
    void listsGrowInTheirOrder() {
        Options options = read(
                "--connect=" + LINE,
                "--connect=" + KEY + "@[2001:db8::1]:51820",
                "--connect=" + KEY + "@name:1",
                "--stun=a:1",
                "--stun=[2001:db8::1]:2",
                "--route=10.0.0.0/8",
                "--route=2001:db8::/32",
                "--exclude=192.0.2.1",
                "--exclude=fd00::/8",
                "--exit-via=one",
                "--exit-via=two");

        assertThat(options.mode.connect)
                .extracting(ConnectLine::toString)
                .containsExactly(LINE, KEY + "@[2001:db8::1]:51820", KEY + "@name:1");
        assertThat(options.stun).containsExactly("a:1", "[2001:db8::1]:2");
        assertThat(options.route).containsExactly(Cidr.parse("10.0.0.0/8"), Cidr.parse("2001:db8::/32"));
        assertThat(options.exclude).containsExactly(Cidr.parse("192.0.2.1/32"), Cidr.parse("fd00::/8"));
        assertThat(options.exitVia).containsExactly("one", "two");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--exit", "--listen"})
    void connectMayStandBesideAModeThatServes(String serving) {
        assertThat(read(serving, "--connect=" + LINE).mode.connect).hasSize(1);
        assertThat(read("--connect=" + LINE, serving).mode.connect).hasSize(1);
    }

    @Test
    void modesExcludeOneAnother() {
        List<String> modes = List.of(
                "--info",
                "--nattest",
                "--exit",
                "--listen",
                "--status",
                "--add=" + LINE,
                "--remove=x",
                "--invite=x",
                "--down",
                "--repair",
                "--diagnostics",
                "--version",
                "--connect=" + LINE);
        for (String one : modes) {
            for (String other : modes) {
                boolean beside = List.of(one, other).contains("--connect=" + LINE)
                        && (List.of("--exit", "--listen").contains(one)
                                || List.of("--exit", "--listen").contains(other));
                if (!one.equals(other) && !beside) {
                    assertThatThrownBy(() -> read(one, other))
                            .as(one + " " + other)
                            .isInstanceOf(UsageException.class)
                            .hasMessageContaining("cannot be combined");
                }
            }
        }
    }

    @Test
    void smallMachinesHaveNoWorkersAndLargeOnesNotTooMany() {
        assertThat(IntStream.of(1, 2, 3, 4, 5, 8, 15, 16, 64).map(Options::defaultWorkers))
                .containsExactly(0, 0, 0, 2, 2, 4, 7, 8, 8);
        assertThat(read("--exit", "--workers=16").workersOrDefault()).isEqualTo(16);
    }

    /** As {@link Main} reads them. */
    static Options read(String... arguments) {
        Options options = new Options();
        Main.parser(options).parseArgs(arguments);
        options.check();
        return options;
    }
}
