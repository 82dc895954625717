package org.peervpn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.NatName;
import org.peervpn.nat.PortAllocation;
import org.peervpn.nat.portmap.MappingProtocol;
import org.peervpn.node.nattest.NatReport;

/** {@code --nattest} for people and for scripts. */
class NatTextTest {

    @Test
    void portMappingIsSaidInOneLine() {
        assertThat(portMapping(null, null)).isEqualTo("no router was asked");
        assertThat(portMapping(List.of(), null)).isEqualTo("none: the router speaks neither PCP nor NAT-PMP nor UPnP");
        assertThat(portMapping(List.of(MappingProtocol.values()), false)).isEqualTo("PCP, NAT-PMP, UPnP-IGD");
        assertThat(portMapping(List.of(MappingProtocol.PCP), null)).isEqualTo("PCP");
        assertThat(portMapping(List.of(MappingProtocol.NAT_PMP), true))
                .isEqualTo("NAT-PMP, but of no use: another NAT stands behind the router");
    }

    @Test
    void scriptsReadTheNamesOfTheProtocols() {
        JsonNode json = Json.MAPPER.valueToTree(
                report(List.of(MappingProtocol.PCP, MappingProtocol.NAT_PMP, MappingProtocol.UPNP_IGD), false));

        assertThat(json.path("portMapping").toString()).isEqualTo("[\"PCP\",\"NAT_PMP\",\"UPNP_IGD\"]");
        assertThat(json.path("cgn").isBoolean()).isTrue();
        assertThat(Json.MAPPER
                        .<JsonNode>valueToTree(report(List.of(), null))
                        .path("portMapping")
                        .toString())
                .isEqualTo("[]");
        assertThat(Json.MAPPER
                        .<JsonNode>valueToTree(report(null, null))
                        .path("portMapping")
                        .isNull())
                .isTrue();
    }

    @Test
    void aRunningNodesReportIsReadAsItWasWritten() {
        for (List<MappingProtocol> protocols : List.of(List.<MappingProtocol>of(), List.of(MappingProtocol.PCP))) {
            NatReport report = report(protocols, true);

            JsonNode json = Json.MAPPER.valueToTree(report);

            assertThat(Json.MAPPER.convertValue(json, NatReport.class)).isEqualTo(report);
        }
    }

    private static String portMapping(@Nullable List<MappingProtocol> protocols, @Nullable Boolean cgn) {
        String name = "Port mapping:";
        return NatText.lines(report(protocols, cgn)).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip())
                .findFirst()
                .orElseThrow();
    }

    private static NatReport report(@Nullable List<MappingProtocol> portMapping, @Nullable Boolean cgn) {
        return new NatReport(
                NatName.PORT_RESTRICTED_CONE,
                Behavior.ENDPOINT_INDEPENDENT,
                Behavior.ADDRESS_AND_PORT_DEPENDENT,
                true,
                PortAllocation.PRESERVED,
                null,
                false,
                "203.0.113.45:51820",
                true,
                2,
                false,
                "192.168.1.2:51820",
                cgn,
                null,
                portMapping,
                null,
                true,
                List.of(),
                List.of("advice"),
                List.of(new NatReport.Server("stun.example:3478", 12.5, "203.0.113.45:51820", false)));
    }
}
