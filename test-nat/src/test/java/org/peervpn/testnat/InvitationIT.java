package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** People who meet by codes, and by the files of a stock WireGuard. */
@ExtendWith(LabExtension.class)
class InvitationIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String CODE = "peervpn1[0-9a-z]+";

    @Test
    void twoBehindFilteringNatsMeetByCodeAndReplyCode(Lab lab) {
        Scenery scenery = scenery(lab, NatType.PORT_RESTRICTED);
        scenery.exit().startReady("--exit", "--name=exit");
        String code = scenery.exit().info().path("code").asText();

        RunningProcess client = scenery.client().start("--connect=" + code, "--name=laptop");
        String words = client.awaitLine("^Check words: ", PATIENCE);
        String reply = client.awaitLine("^Reply code: +" + CODE + "$", PATIENCE).replaceFirst(".* ", "");
        CommandResult added = scenery.exit().call("--add=" + reply).orThrow();

        scenery.client().awaitReady();
        assertThat(added.output().lines())
                .anyMatch(line -> line.startsWith("Calling "))
                .contains(words);
        assertThat(scenery.seenByWebOverIpv4(scenery.clientSite().host()))
                .isEqualTo(scenery.exitSite().publicAddress());
        assertThat(scenery.exit().call("--add=" + code).errors()).contains("this code is this node's own");
        assertThat(scenery.client().call("--add=" + reply).errors()).contains("this code is this node's own");
    }

    @Test
    void aCodeWithASecretLetsInWhoeverUsesItFirst(Lab lab) throws IOException {
        Scenery scenery = scenery(lab, NatType.PUBLIC);
        Peervpn exit = scenery.exit();
        exit.startReady("--exit", "--admission=known");
        JsonNode invited = new ObjectMapper()
                .readTree(exit.call("--invite=anna", "--json").orThrow().output());
        String code = invited.path("code").asText();
        assertThat(code).matches(CODE);
        assertThat(invited.path("name").asText()).isEqualTo("anna");

        scenery.client().startReady("--connect=" + code);
        assertThat(scenery.seenByWebOverIpv4(scenery.clientSite().host()))
                .isEqualTo(scenery.exitSite().publicAddress());
        exit.node().awaitLine("^Peer .* was let in by the invitation for anna\\.$", PATIENCE);

        Peervpn late =
                Peervpn.on(lab.add(SitePlan.of("late", NatType.PORT_RESTRICTED)).host());
        late.start("--connect=" + code);
        assertThat(late.awaitExit()).isEqualTo(1);
        assertThat(late.node().errors())
                .last()
                .isEqualTo("peervpn: this invitation was used already or has expired; ask for a fresh one");
        assertThat(exit.peer(late.publicKey()).path("admitted").asBoolean()).isFalse();
        assertThat(exit.peer(scenery.client().publicKey()).path("invitedAs").asText())
                .isEqualTo("anna");
        assertThat(exit.call("--remove=" + code).errors())
                .isEqualTo("peervpn: the invitation of this code is not open: it was used or withdrawn already;"
                        + " look at --status\n");
        String unnamed = new ObjectMapper()
                .readTree(exit.call("--invite", "--json").orThrow().output())
                .path("code")
                .asText();
        assertThat(exit.status().path("openInvitations").asInt()).isEqualTo(1);
        assertThat(exit.call("--remove=" + unnamed).orThrow().output())
                .isEqualTo("Removed the invitation of this code.\n");
        assertThat(exit.status().path("openInvitations").asInt()).isZero();
    }

    @Test
    void checkSaysBeforeWhetherItWillWork(Lab lab) throws IOException {
        Scenery scenery = scenery(lab, NatType.PORT_RESTRICTED);
        String code = scenery.exit().info().path("code").asText();

        JsonNode check = new ObjectMapper()
                .readTree(scenery.client()
                        .call(
                                "--check=" + code,
                                "--json",
                                "--stun=" + Lab.STUN_ADDRESS + ":" + Coturn.PORT,
                                "--stun=" + Lab.OTHER_STUN_ADDRESS + ":" + Coturn.PORT)
                        .orThrow()
                        .output());

        assertThat(check.path("works").asText()).isEqualTo("YES");
        assertThat(check.path("method").asText()).isEqualTo("SIMULTANEOUS");
        assertThat(check.path("replyNeeded").asBoolean()).isTrue();
        assertThat(check.path("replyCode").asText()).matches(CODE);
    }

    @Test
    void anExportedFileMakesAStockWireGuardAClient(Lab lab) {
        Scenery scenery = scenery(lab, NatType.PUBLIC);
        scenery.exit().startReady("--exit", "--admission=known");

        String file = scenery.exit().call("--export=phone").orThrow().output();
        Host host = scenery.clientSite().host();
        WireGuardGo stock = WireGuardGo.start(host, "wg0", Peervpn.PORT);
        stock.take(file);
        stock.awaitHandshake(PATIENCE);
        host.ip("route add " + scenery.web().ipv4() + " dev wg0");

        assertThat(file).startsWith("# phone\n[Interface]\nPrivateKey = ").contains("AllowedIPs = 0.0.0.0/0, ::/0");
        assertThat(scenery.seenByWebOverIpv4(host)).isEqualTo(scenery.exitSite().publicAddress());
        stock.stop();
    }

    @Test
    void anExportedFileIsAlsoGoodForOurOwn(Lab lab) throws IOException {
        Scenery scenery = scenery(lab, NatType.PUBLIC);
        CommandResult export = scenery.exit().call("--export=laptop", "--stun=none");
        scenery.exit().startReady("--exit", "--admission=known");
        Path file = Files.createFile(
                scenery.clientSite().host().directory().resolve("laptop.conf"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                file,
                export.orThrow()
                        .output()
                        .replaceFirst(
                                "Endpoint = .*",
                                "Endpoint = "
                                        + scenery.exit()
                                                .info()
                                                .path("publicEndpoint")
                                                .asText()));

        scenery.client().startReady("--import=" + file);

        assertThat(scenery.seenByWebOverIpv4(scenery.clientSite().host()))
                .isEqualTo(scenery.exitSite().publicAddress());
    }

    private static Scenery scenery(Lab lab, NatType exit) {
        return Scenery.build(lab, SitePlan.of("exit", exit), SitePlan.of("client", NatType.PORT_RESTRICTED));
    }
}
