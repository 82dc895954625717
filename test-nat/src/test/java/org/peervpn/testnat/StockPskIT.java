package org.peervpn.testnat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.testnat.BadInputIT.UNREACHABLE;
import static org.peervpn.testnat.BadInputIT.home;
import static org.peervpn.testnat.StockPeerIT.assertThatTrafficLeavesByTheExit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Debian's wireguard-go with a preshared key: the right one connects, another one does not. */
@ExtendWith(LabExtension.class)
class StockPskIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final SitePlan EXIT = SitePlan.of("exit", NatType.PUBLIC).with(SiteFeature.IPV6);
    private static final SitePlan CLIENT =
            SitePlan.of("client", NatType.PORT_RESTRICTED).with(SiteFeature.IPV6);

    @Test
    void stockClientComesInWithTheKeyOfThePskFileOnly(Lab lab) throws IOException {
        Scenery scenery = Scenery.build(lab, EXIT, CLIENT);
        Host exit = scenery.exitSite().host();
        Host client = scenery.clientSite().host();
        WireGuardGo stock = WireGuardGo.start(client, StockClient.INTERFACE, Peervpn.PORT);
        String key = stock.newPresharedKey();
        Path file = write(exit, "psk", stock.publicKey() + " " + stock.newPresharedKey() + "\n");
        write(exit, "config.yaml", "exit: true\npsk-file: " + file + "\n");
        scenery.exit().startReady();

        try (Sniffer responses = Sniffer.start(exit, "eth0", "udp src port " + Peervpn.PORT + " and udp[8] = 2")) {
            stock.addPeer(scenery.exit().publicKey(), exit.ipv4() + ":" + Peervpn.PORT, "0.0.0.0/0, ::/0", key);
            responses.awaitPacket("length 92", PATIENCE);
        }
        assertThat(scenery.exit().peer(stock.publicKey()).path("admitted").asBoolean())
                .as("with another key at the exit")
                .isFalse();
        assertThat(stock.lastHandshakeSeconds()).isZero();

        write(exit, "psk", "# mended\n" + stock.publicKey() + " " + key + "\n");
        scenery.exit().node().signal("HUP");
        StockClient.connect(scenery.exit(), stock, client, scenery.web(), key);
        assertThatTrafficLeavesByTheExit(scenery);
        assertThat(scenery.exit().node().lines()).noneMatch(line -> line.contains(key));
    }

    @Test
    void ourClientReachesAStockExitWithItsKeyOnly(Lab lab) throws IOException {
        Scenery scenery = Scenery.build(lab, EXIT, CLIENT);
        Host client = scenery.clientSite().host();
        String key = client.output("wg", "genpsk");
        StockExit stock = StockExit.start(scenery.exitSite().host(), scenery.client(), key);
        String[] options = stock.connectOptions();
        String publicKey = stock.wireGuard().publicKey();

        Path file = write(client, "psk", publicKey + " " + client.output("wg", "genpsk") + "\n");
        scenery.client().start(options[0], options[1], "--psk-file=" + file, "--timeout=3");
        assertThat(scenery.client().awaitExit()).as("with another key").isEqualTo(UNREACHABLE);

        write(client, "psk", publicKey + " " + key + "\n");
        scenery.client().startReady(options[0], options[1], "--psk-file=" + file);
        assertThatTrafficLeavesByTheExit(scenery);
    }

    static Path write(Host host, String name, String text) throws IOException {
        Path file = Files.createDirectories(home(host)).resolve(name);
        Files.writeString(file, text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }
}
