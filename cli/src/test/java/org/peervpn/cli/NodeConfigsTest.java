package org.peervpn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.peervpn.cli.OptionsTest.KEY;
import static org.peervpn.cli.OptionsTest.LINE;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peervpn.node.Admission;
import org.peervpn.node.NodeConfig;
import org.peervpn.node.Origin;
import org.peervpn.node.Passcode;
import org.peervpn.node.PeerId;
import org.peervpn.node.PresharedKeys;
import org.peervpn.node.Remembered;
import org.peervpn.node.Remembered.RememberedPeer;
import org.peervpn.routing.Cidr;
import org.peervpn.tunnel.NoisePrivateKey;
import org.peervpn.tunnel.NoisePublicKey;

class NodeConfigsTest {
    private static final NoisePrivateKey OWN = NoisePrivateKey.generate(new SecureRandom());
    private static final NoisePublicKey PEER = NoisePublicKey.parse(KEY);

    @Test
    void exitServesWhoeverHoldsTheLine() {
        NodeConfig config = config("--exit");

        assertThat(config.offerExit()).isTrue();
        assertThat(config.waitForPeers()).isTrue();
        assertThat(config.admission()).isEqualTo(Admission.LINE);
    }

    @Test
    void listenerServesWithoutAnExit() {
        NodeConfig config = config("--listen");

        assertThat(config.offerExit()).isFalse();
        assertThat(config.waitForPeers()).isTrue();
        assertThat(config.admission()).isEqualTo(Admission.LINE);
    }

    @Test
    void clientAdmitsOnlyWhomItKnows() {
        NodeConfig config = config("--connect=" + LINE);

        assertThat(config.waitForPeers()).isFalse();
        assertThat(config.admission()).isEqualTo(Admission.KNOWN);
        assertThat(config.useExit()).isTrue();
        assertThat(config.connectTimeout()).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void admissionMayBeChosen() {
        assertThat(config("--exit", "--admission=known").admission()).isEqualTo(Admission.KNOWN);
        assertThat(config("--connect=" + LINE, "--admission=LINE").admission()).isEqualTo(Admission.LINE);
    }

    @Test
    void optionsReachTheNode() {
        NodeConfig config = config(
                "--connect=" + LINE,
                "--no-exit",
                "--name=me",
                "--mtu=1300",
                "--timeout=3",
                "--overlay=10.0.0.0/8",
                "--route=192.0.2.0/24",
                "--exclude=198.51.100.0/24",
                "--endpoint=1.2.3.4:5",
                "--stun=a:1",
                "--stun=b:2");

        assertThat(config.useExit()).isFalse();
        assertThat(config.name()).isEqualTo("me");
        assertThat(config.mtu()).isEqualTo(1300);
        assertThat(config.connectTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.overlay()).isEqualTo(Cidr.parse("10.0.0.0/8"));
        assertThat(config.routes()).containsExactly(Cidr.parse("192.0.2.0/24"));
        assertThat(config.excludes()).containsExactly(Cidr.parse("198.51.100.0/24"));
        assertThat(String.valueOf(config.announcedEndpoint())).isEqualTo("1.2.3.4:5");
        assertThat(config.stunServers()).extracting(Object::toString).containsExactly("a:1", "b:2");
    }

    @Test
    void severalServersAreAskedUnlessNone() {
        assertThat(config("--exit").stunServers()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(config("--exit", "--stun=none").stunServers()).isEmpty();
    }

    @Test
    void withoutANameItIsThatOfTheHost() {
        assertThat(config("--exit").name()).isNotBlank().doesNotContain("\n");
    }

    @Test
    void exitIsNamedByKeyPeerIdOrName() {
        String id = PeerId.of(PEER).text();

        assertThat(config("--connect=" + LINE, "--exit-via=" + KEY).exitVia()).containsExactly(KEY);
        assertThat(config("--connect=" + LINE, "--exit-via=" + id).exitVia()).containsExactly(id);
        assertThat(config("--listen", "--allow=" + KEY, "--exit-via=" + id, "--exit-via=attic")
                        .exitVia())
                .containsExactly(id, "attic");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "000000-000000-000000", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="})
    void exitThatIsNoPeerOfThisCommandLineIsRefused(String peer) {
        assertThatThrownBy(() -> config("--connect=" + LINE, "--exit-via=" + peer))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--exit-via: \"" + peer + "\"");
    }

    @Test
    void ownKeyAsPeerIsRefused() {
        assertThatThrownBy(() -> config("--connect=" + OWN.publicKey() + "@1.2.3.4:5"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--connect: that is this node's own public key");
        assertThatThrownBy(() -> config("--exit", "--allow=" + OWN.publicKey()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--allow: that is this node's own public key");
    }

    @Test
    void ownKeyInThePskFileIsRefused() {
        Secrets secrets = new Secrets(null, PresharedKeys.parse(OWN.publicKey() + " " + KEY));
        assertThatThrownBy(() -> NodeConfigs.forNode(OptionsTest.read("--exit"), OWN, secrets, Remembered.NOTHING, "1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("--psk-file: a line begins with this node's own public key; its peer's belongs there");
    }

    @Test
    void aPasscodeIsAskedForWhereverThereIsOne() {
        Secrets secrets = new Secrets(Passcode.of("correct horse"), PresharedKeys.NONE);
        for (String[] mode : new String[][] {{"--exit"}, {"--listen"}, {"--connect=" + LINE}}) {
            assertThat(NodeConfigs.forNode(OptionsTest.read(mode), OWN, secrets, Remembered.NOTHING, "1")
                            .admission())
                    .isEqualTo(Admission.PASSCODE);
        }
        assertThat(NodeConfigs.forNode(
                                OptionsTest.read("--exit", "--admission=known"), OWN, secrets, Remembered.NOTHING, "1")
                        .admission())
                .isEqualTo(Admission.KNOWN);
        assertThatThrownBy(() -> config("--exit", "--admission=passcode"))
                .hasMessage("--admission: passcode needs one: --passcode-file=FILE or PEERVPN_PASSCODE");
    }

    @Test
    void aRememberedPeerMayBeNamedAsExit() {
        Remembered remembered =
                new Remembered(List.of(new RememberedPeer(PEER, null, Origin.ADD, null, List.of(), null)), List.of());

        assertThat(NodeConfigs.forNode(
                                OptionsTest.read("--listen", "--exit-via=" + KEY), OWN, Secrets.NONE, remembered, "1")
                        .exitVia())
                .containsExactly(KEY);
    }

    private static NodeConfig config(String... arguments) {
        return NodeConfigs.forNode(OptionsTest.read(arguments), OWN, Secrets.NONE, Remembered.NOTHING, "1.2.3");
    }
}
