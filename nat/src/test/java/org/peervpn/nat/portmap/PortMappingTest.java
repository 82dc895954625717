package org.peervpn.nat.portmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.nat.portmap.MappingProtocol.NAT_PMP;
import static org.peervpn.nat.portmap.MappingProtocol.PCP;
import static org.peervpn.nat.portmap.MappingProtocol.UPNP_IGD;
import static org.peervpn.nat.portmap.RouterNet.OWN;
import static org.peervpn.nat.portmap.RouterNet.PORT;
import static org.peervpn.nat.portmap.RouterNet.ROUTER;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.peervpn.nat.Candidate;
import org.peervpn.nat.CandidateType;

class PortMappingTest {

    @ParameterizedTest
    @EnumSource
    void eachProtocolOpensThePortAndClosesItAgain(MappingProtocol protocol) {
        RouterNet net = RouterNet.speaking(protocol).start();

        assertThat(net.told).containsExactly("11.22.33.44:51820 by " + protocol.text());
        assertThat(net.mappings).isEqualTo(Map.of(PORT, 7_200L));
        assertThat(net.mapping.mapped())
                .isNotNull()
                .satisfies(mapped -> assertThat(mapped.candidate())
                        .isEqualTo(new Candidate(
                                CandidateType.PORT_MAPPED,
                                new InetSocketAddress(RouterNet.ipv4("11.22.33.44"), PORT))));
        assertThat(net.findings().present()).containsExactly(protocol);

        net.mapping.release(net.nowNanos);
        net.runUntil(3);
        assertThat(net.mapping.isReleased()).isTrue();
        assertThat(net.mappings).isEmpty();
        assertThat(net.told).last().isEqualTo("none");
        net.runUntil(10_000);
        assertThat(net.mapping.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void onlyTheBestProtocolThatTheRouterSpeaksMaps() {
        RouterNet net = RouterNet.speaking(PCP, NAT_PMP, UPNP_IGD).start();

        assertThat(net.told).containsExactly("11.22.33.44:51820 by PCP");
        assertThat(net.asked).doesNotContain("NAT-PMP MAP 7200", "AddPortMapping");
        assertThat(net.findings().present()).containsExactly(PCP, NAT_PMP, UPNP_IGD);
    }

    @Test
    void theNextProtocolIsTriedWhenOneIsRefused() {
        RouterNet net = RouterNet.speaking(PCP, NAT_PMP);
        net.pcpResult = 2; // NOT_AUTHORIZED
        net.start();

        assertThat(net.told).containsExactly("11.22.33.44:51820 by NAT-PMP");
    }

    @Test
    void aSilentRouterIsAskedEverMoreSeldom() {
        RouterNet net = RouterNet.speaking().start();

        net.runUntil(64);
        assertThat(net.mapping.isSeeking()).isFalse();
        assertThat(net.findings().present()).isEmpty();
        net.speak(PCP);
        net.runUntil(63.8 + 61);
        assertThat(net.told).containsExactly("11.22.33.44:51820 by PCP");
    }

    @ParameterizedTest
    @EnumSource
    void theMappingIsRenewedAtHalfOfItsLife(MappingProtocol protocol) {
        RouterNet net = RouterNet.speaking(protocol).start();
        String request = protocol == UPNP_IGD ? "AddPortMapping" : protocol.text() + " MAP 7200";

        net.runUntil(3_590);
        assertThat(net.count(request)).isEqualTo(1);
        net.runUntil(3_660);
        assertThat(net.count(request)).isEqualTo(2);
        net.runUntil(100_000);
        assertThat(net.told).hasSize(1);
        assertThat(net.mapping.mapped()).isNotNull();
    }

    @Test
    void theNonceIsKept() {
        RouterNet net = RouterNet.speaking(PCP).start();
        byte[] first = net.nonce;

        net.runUntil(3_700);
        assertThat(net.nonce).isEqualTo(first);
        net.mapping.release(net.nowNanos);
        net.runUntil(3_701);
        assertThat(net.nonce).isEqualTo(first);
        assertThat(net.mappings).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aRouterThatHasForgottenTheMappingIsAskedAgain(MappingProtocol protocol) {
        RouterNet net = RouterNet.speaking(protocol).start();
        net.runUntil(1_000);

        net.reboot();
        net.runUntil(1_035);

        assertThat(net.mappings).isEqualTo(Map.of(PORT, 7_200L));
        assertThat(net.told).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource
    void aNewAddressOfTheRouterIsNoticedAtTheNextCheck(MappingProtocol protocol) {
        RouterNet net = RouterNet.speaking(protocol).start();

        net.external = "11.22.33.55";
        net.reboot(); // RFC 6887, section 8.5: a new address begins a new epoch
        net.mapping.check(net.nowNanos);
        net.runUntil(3);

        assertThat(net.told).last().isEqualTo("11.22.33.55:51820 by " + protocol.text());
    }

    @ParameterizedTest
    @EnumSource
    void aMappingThatCannotBeRenewedEndsInTime(MappingProtocol protocol) {
        RouterNet net = RouterNet.speaking(protocol).start();

        net.isDown = true;
        net.runUntil(7_250);
        assertThat(net.told).last().isEqualTo("none");
        net.isDown = false;
        net.reboot();
        net.runUntil(9_000);
        assertThat(net.told).last().isEqualTo("11.22.33.44:51820 by " + protocol.text());
    }

    @ParameterizedTest
    @EnumSource(names = {"PCP", "NAT_PMP"})
    void theRouterMayChooseThePort(MappingProtocol protocol) {
        RouterNet net = RouterNet.speaking(protocol);
        net.givenPort = 4_711;
        net.start();

        assertThat(net.told).containsExactly("11.22.33.44:4711 by " + protocol.text());
        net.mapping.release(net.nowNanos);
        net.runUntil(3);
        assertThat(net.mappings).isEmpty();
    }

    @Test
    void anotherPortIsAskedForIfSomebodyElseHasOurs() {
        RouterNet net = RouterNet.speaking(UPNP_IGD);
        net.takenPort = PORT;
        net.start();

        assertThat(net.told).singleElement().asString().matches("11\\.22\\.33\\.44:\\d{5} by UPnP-IGD");
        assertThat(net.mappings).doesNotContainKey(PORT).hasSize(1);
    }

    @Test
    void aRouterThatKnowsOnlyPermanentMappingsGetsOneThatWeTakeBack() {
        RouterNet net = RouterNet.speaking(UPNP_IGD);
        net.permanentOnly = true;
        net.start();

        assertThat(net.mappings).isEqualTo(Map.of(PORT, 0L));
        assertThat(net.mapping.mapped())
                .isNotNull()
                .extracting(PortMapped::expiresNanos)
                .isEqualTo(Long.MAX_VALUE);
        net.mapping.release(net.nowNanos);
        net.runUntil(3);
        assertThat(net.mappings).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10.1.2.3", "172.16.0.1", "192.168.0.7", "100.64.0.1", "169.254.1.1", "127.0.0.1", "192.0.0.2"})
    void anAddressThatIsNotPublicIsRefusedAndHintsAtASecondNat(String external) {
        for (MappingProtocol protocol : MappingProtocol.values()) {
            RouterNet net = RouterNet.speaking(protocol);
            net.external = external;
            net.start();

            assertThat(net.told).isEmpty();
            assertThat(net.mappings).as(protocol.text()).isEmpty();
            assertThat(net.findings())
                    .isEqualTo(new PortMapping.Findings(Set.of(protocol), Set.of(RouterNet.ipv4(external))));
            assertThat(net.findings().behindAnotherNat()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "224.0.0.1", "255.255.255.255"})
    void anAddressThatIsNoneIsRefusedAndHintsAtNothing(String external) {
        for (MappingProtocol protocol : MappingProtocol.values()) {
            RouterNet net = RouterNet.speaking(protocol);
            net.external = external;
            net.start();

            assertThat(net.told).isEmpty();
            assertThat(net.mappings).as(protocol.text()).isEmpty();
            assertThat(net.findings()).isEqualTo(new PortMapping.Findings(Set.of(protocol), Set.of()));
            assertThat(net.findings().behindAnotherNat()).isFalse();
        }
    }

    @Test
    void answersFromElsewhereAreDropped() {
        RouterNet net = RouterNet.speaking();
        net.mapping.gateway(new Gateway(ROUTER, OWN), 0);
        byte[] announce = ByteBuffer.allocate(24).put((byte) 2).put((byte) 0x80).array();
        byte[] address = {0, (byte) 128, 0, 0, 0, 0, 0, 1, 11, 22, 33, 44};

        for (String stranger : List.of("192.168.1.3", "11.22.33.44")) {
            net.deliver(stranger, 5351, announce);
            net.deliver(stranger, 5351, address);
            net.deliver(stranger, 1900, RouterNet.ssdp(net.location));
        }
        net.runUntil(5);

        assertThat(net.mapping.droppedDatagrams()).isEqualTo(6);
        assertThat(net.findings().present()).isEmpty();
        assertThat(net.asked).isEmpty();
    }

    @Test
    void anAnswerWithAnotherNonceIsDropped() {
        RouterNet net = RouterNet.speaking(PCP);
        net.mapping.gateway(new Gateway(ROUTER, OWN), 0);
        net.runUntil(0.0025); // the announcement is there, the request under way
        byte[] forged = new byte[60];
        ByteBuffer.wrap(forged)
                .put(0, (byte) 2)
                .put(1, (byte) 0x81)
                .putInt(4, 7_200)
                .put(36, (byte) 17)
                .putShort(40, (short) PORT)
                .putShort(42, (short) 4_711)
                .putShort(54, (short) -1)
                .put(56, RouterNet.ipv4("11.22.33.99").getAddress());

        long dropped = net.mapping.droppedDatagrams();
        net.deliver("192.168.1.1", 5351, forged);
        assertThat(net.mapping.droppedDatagrams()).isEqualTo(dropped + 1);
        net.runUntil(1);
        assertThat(net.told).containsExactly("11.22.33.44:51820 by PCP");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://192.168.1.3:5000/rootDesc.xml",
                "http://11.22.33.44/",
                "https://192.168.1.1:5000/rootDesc.xml",
                "http://router.lan:5000/rootDesc.xml",
                "http://192.168.1.1@11.22.33.44/",
                "http://192.168.1.1:0/",
                "http://192.168.1.1:70000/",
                "http://192.168.1.1:5000/a\tb",
                "file:///etc/passwd",
                ""
            })
    void aDescriptionElsewhereIsNotAskedFor(String location) {
        RouterNet net = RouterNet.speaking(UPNP_IGD);
        net.location = location;
        net.start();

        assertThat(net.asked).isEmpty();
        assertThat(net.told).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://11.22.33.44/ctl", "//11.22.33.44/ctl", "https://192.168.1.1/ctl", "a b", ""})
    void aServiceElsewhereIsNotCalled(String controlUrl) {
        RouterNet net = RouterNet.speaking(UPNP_IGD);
        net.description = RouterNet.description(controlUrl);
        net.start();

        assertThat(net.asked).containsExactly("GET /rootDesc.xml");
    }

    @Test
    void redirectsAreNotFollowed() {
        for (String to : List.of("http://192.168.1.3/", "http://192.168.1.1:5000/elsewhere")) {
            RouterNet net = RouterNet.speaking(UPNP_IGD);
            net.descriptionStatus = "302 Found\r\nLocation: " + to;
            net.start();

            assertThat(net.asked).containsExactly("GET /rootDesc.xml");
        }
    }

    @Test
    void anAnswerThatIsNoneIsTheEndOfUpnp() {
        for (String body : List.of("", "<root>", "<!DOCTYPE root><root/>", "x".repeat(70_000))) {
            RouterNet net = RouterNet.speaking(UPNP_IGD);
            net.description = body;
            net.start();

            assertThat(net.asked).containsExactly("GET /rootDesc.xml");
            assertThat(net.findings().present()).isEmpty();
        }
    }

    @Test
    void withoutAGatewayNothingIsAsked() {
        RouterNet net = RouterNet.speaking(PCP).start();

        net.mapping.gateway(null, net.nowNanos);
        net.runUntil(100);

        assertThat(net.told).containsExactly("11.22.33.44:51820 by PCP", "none");
        assertThat(net.mapping.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
        net.mapping.release(net.nowNanos);
        assertThat(net.mapping.isReleased()).isTrue();
    }

    @Test
    void anotherGatewayIsAskedAnewAndTheSameOnlyWhetherAllIsAsBefore() {
        RouterNet net = RouterNet.speaking(PCP).start();

        net.mapping.gateway(new Gateway(ROUTER, OWN), net.nowNanos);
        net.runUntil(3);
        assertThat(net.count("PCP MAP 7200")).isEqualTo(1);
        net.mapping.gateway(new Gateway(ROUTER, RouterNet.ipv4("192.168.1.77")), net.nowNanos);
        net.runUntil(4);
        assertThat(net.count("PCP MAP 7200")).isEqualTo(2);
    }

    @Test
    void aRouterThatDoesNotTakeTheMappingBackIsNotWaitedForLong() {
        for (MappingProtocol protocol : MappingProtocol.values()) {
            RouterNet net = RouterNet.speaking(protocol).start();
            net.isDown = true;

            net.mapping.release(net.nowNanos);
            assertThat(net.mapping.isReleased()).isFalse();
            net.runUntil(6);
            assertThat(net.mapping.isReleased()).isTrue();
        }
    }

    @Test
    void whoOnlyWantsToKnowMapsNothing() {
        RouterNet net = new RouterNet(false);
        net.speak(PCP, NAT_PMP, UPNP_IGD);
        assertThat(net.mapping.findings()).isNull(); // there is no router to ask yet
        net.start();

        assertThat(net.findings().present()).containsExactly(PCP, NAT_PMP, UPNP_IGD);
        assertThat(net.findings().routerAddresses()).containsExactly(RouterNet.ipv4("11.22.33.44"));
        assertThat(net.findings().behindAnotherNat()).isFalse();
        assertThat(net.mapping.isSeeking()).isFalse();
        assertThat(net.mappings).isEmpty();
        assertThat(net.told).isEmpty();
        assertThat(net.asked).noneMatch(request -> request.contains("MAP") || request.contains("AddPortMapping"));
    }

    @Test
    void whoOnlyWantsToKnowOfPcpLearnsNoAddress() {
        RouterNet net = new RouterNet(false);
        net.speak(PCP);
        net.start();

        assertThat(net.findings()).isEqualTo(new PortMapping.Findings(Set.of(PCP), Set.of()));
    }
}
