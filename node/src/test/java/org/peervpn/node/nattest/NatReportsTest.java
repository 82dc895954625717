package org.peervpn.node.nattest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.peervpn.nat.portmap.MappingProtocol.NAT_PMP;
import static org.peervpn.nat.portmap.MappingProtocol.PCP;
import static org.peervpn.nat.portmap.MappingProtocol.UPNP_IGD;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.NatSummary;
import org.peervpn.nat.PortAllocation;
import org.peervpn.nat.behavior.NatFindings;
import org.peervpn.nat.behavior.ServerFinding;
import org.peervpn.nat.portmap.MappingProtocol;
import org.peervpn.nat.portmap.PortMapping.Findings;
import org.peervpn.node.Endpoint;

/** What the router says of itself, in the report. */
class NatReportsTest {
    private static final String OWN = "11.22.33.44";
    private static final String OTHER = "11.22.33.99";

    @Test
    void aRouterThatWasNotAskedIsUnknownAndOneThatIsSilentSpeaksNothing() {
        NatFindings cone = cone(null, OWN, OWN);

        assertThat(report(cone, null).portMapping()).isNull();
        assertThat(report(cone, null).cgn()).isNull();
        assertThat(report(cone, findings(Set.of())).portMapping()).isEmpty();
        assertThat(report(cone, findings(Set.of())).cgn()).isNull();
        assertThat(report(cone, null).advice()).anyMatch(sentence -> sentence.contains("switched on there"));
    }

    @Test
    void protocolsStandInTheirOrder() {
        Findings router = findings(Set.of(UPNP_IGD, PCP, NAT_PMP), OWN);

        assertThat(report(cone(null, OWN, OWN), router).portMapping()).containsExactly(PCP, NAT_PMP, UPNP_IGD);
    }

    @Test
    void theAddressThatServersSeeToIsTheInternets() {
        NatReport report = report(cone(null, OWN, OWN), findings(Set.of(NAT_PMP), OWN));

        assertThat(report.cgn()).isFalse();
        assertThat(report.advice())
                .anyMatch(sentence -> sentence.contains("then everybody can call it"))
                .noneMatch(sentence -> sentence.contains("Another NAT"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.7", "192.168.7.2", "100.64.1.2", "172.20.1.1"})
    void anAddressThatIsNotPublicShowsASecondNat(String address) {
        for (NatFindings seen : List.of(cone(null, OWN, OWN), cone(null, OWN), symmetric(OWN, OWN))) {
            NatReport report = report(seen, findings(Set.of(NAT_PMP), address));

            assertThat(report.cgn()).isTrue();
            assertThat(report.portMapping()).containsExactly(NAT_PMP);
            assertThat(report.advice())
                    .anyMatch(sentence -> sentence.startsWith("Another NAT"))
                    .noneMatch(sentence -> sentence.contains("switched on there") || sentence.contains("asks it to"));
        }
    }

    @Test
    void anotherAddressThanTwoServersSeeShowsASecondNat() {
        assertThat(report(cone(null, OTHER, OTHER), findings(Set.of(PCP), OWN)).cgn())
                .isTrue();
        assertThat(report(symmetric(OTHER, OTHER), findings(Set.of(PCP), OWN)).cgn())
                .isTrue();
    }

    @Test
    void oneServersWordMakesNoSecondNat() {
        assertThat(report(cone(null, OTHER), findings(Set.of(PCP), OWN)).cgn()).isNull();
        assertThat(report(cone(null, OTHER, OWN), findings(Set.of(PCP), OWN)).cgn())
                .isNull();
        assertThat(report(cone(null), findings(Set.of(PCP), OWN)).cgn()).isNull();
    }

    @Test
    void aRouterThatContradictsItselfOrTellsNothingShowsNothing() {
        assertThat(report(cone(null, OWN, OWN), findings(Set.of(PCP, UPNP_IGD), OWN, OTHER))
                        .cgn())
                .isNull();
        assertThat(report(cone(null, OWN, OWN), findings(Set.of(PCP))).cgn()).isNull();
    }

    @Test
    void whatIsKnownOtherwiseStays() {
        // The provider's NAT is itself the router: its address is the internet's.
        assertThat(report(cone(true, OWN, OWN), findings(Set.of(PCP), OWN)).cgn())
                .isTrue();
        assertThat(report(cone(false, OWN, OWN), findings(Set.of(PCP), OTHER)).cgn())
                .isFalse();
    }

    @Test
    void whoseNatIsSymmetricCanBeAnExitIfTheRouterOpensPorts() {
        NatFindings symmetric = symmetric(OWN, OWN);

        assertThat(report(symmetric, null).canBeExit()).isFalse();
        assertThat(report(symmetric, findings(Set.of())).canBeExit()).isFalse();
        assertThat(report(symmetric, findings(Set.of(UPNP_IGD), OWN)).canBeExit())
                .isTrue();
        assertThat(report(symmetric, findings(Set.of(PCP))).canBeExit()).isNull();
        assertThat(report(symmetric, findings(Set.of(UPNP_IGD), "10.0.0.1")).canBeExit())
                .isFalse();
    }

    @Test
    void whereNothingPassesNoPortHelps() {
        NatReport report = report(findings(NatSummary.BLOCKED, false), findings(Set.of(PCP), OWN));

        assertThat(report.canBeExit()).isFalse();
        assertThat(report.portMapping()).containsExactly(PCP);
        assertThat(report.advice())
                .anyMatch(sentence -> sentence.startsWith("Ask who runs this network"))
                .noneMatch(sentence -> sentence.contains("asks it to"));
    }

    private static NatReport report(NatFindings ipv4, @Nullable Findings router) {
        return NatReports.of(new NatReports.Side(ipv4, ipv4("192.168.1.2"), 51_820, Map.of()), null, router);
    }

    private static Findings findings(Set<MappingProtocol> protocols, String... addresses) {
        return new Findings(
                protocols, Arrays.stream(addresses).map(NatReportsTest::ipv4).collect(Collectors.toSet()));
    }

    private static NatFindings cone(@Nullable Boolean carrierGrade, String... seen) {
        return findings(
                new NatSummary(
                        carrierGrade == null || carrierGrade,
                        Behavior.ENDPOINT_INDEPENDENT,
                        Behavior.ADDRESS_AND_PORT_DEPENDENT,
                        PortAllocation.PRESERVED,
                        0,
                        false,
                        carrierGrade),
                false,
                seen);
    }

    private static NatFindings symmetric(String... seen) {
        return findings(
                new NatSummary(
                        true,
                        Behavior.ADDRESS_AND_PORT_DEPENDENT,
                        Behavior.ADDRESS_AND_PORT_DEPENDENT,
                        PortAllocation.RANDOM,
                        0,
                        false,
                        null),
                true,
                seen);
    }

    /** @param seen what each of the servers, all at another address, sees */
    private static NatFindings findings(NatSummary summary, boolean dependent, String... seen) {
        List<ServerFinding> servers = new ArrayList<>();
        for (String address : seen) {
            InetSocketAddress server = new InetSocketAddress(ipv4("11.1.1." + (servers.size() + 1)), 3478);
            servers.add(new ServerFinding(
                    server, 1_000_000L, new InetSocketAddress(ipv4(address), 40_000 + servers.size()), false));
        }
        return new NatFindings(summary, dependent, null, seen.length > 1, false, 1, false, true, false, null, servers);
    }

    private static Inet4Address ipv4(String text) {
        return (Inet4Address)
                Objects.requireNonNull(Endpoint.parse(text + ":1").literal()).getAddress();
    }
}
