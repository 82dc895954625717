package org.peervpn.nat.behavior;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.NatName;
import org.peervpn.nat.NatSummary;
import org.peervpn.nat.PortAllocation;
import org.peervpn.nat.behavior.SimNat.Kind;

class NatTestTest {
    private static final List<Kind> KINDS = kinds();

    private static List<Kind> kinds() {
        List<Kind> kinds = new ArrayList<>();
        for (Behavior filtering : Behavior.values()) {
            kinds.add(new Kind(false, Behavior.ENDPOINT_INDEPENDENT, filtering, PortAllocation.PRESERVED, 0, true));
            for (Behavior mapping : Behavior.values()) {
                for (boolean hairpin : new boolean[] {true, false}) {
                    if (mapping == Behavior.ENDPOINT_INDEPENDENT) {
                        kinds.add(new Kind(true, mapping, filtering, PortAllocation.PRESERVED, 0, hairpin));
                    }
                    kinds.add(new Kind(true, mapping, filtering, PortAllocation.RANDOM, 0, hairpin));
                    for (int step : new int[] {1, 2, -1, 5}) {
                        kinds.add(new Kind(true, mapping, filtering, PortAllocation.SEQUENTIAL, step, hairpin));
                    }
                }
            }
        }
        return kinds;
    }

    @Test
    void everyNatIsNamedExactly() {
        for (int i = 0; i < KINDS.size(); i++) {
            Kind kind = KINDS.get(i);
            SimInternet internet = new SimInternet(kind, 0, i)
                    .with(SimServer.Kind.RFC5780)
                    .with(SimServer.Kind.RFC5780)
                    .with(SimServer.Kind.RFC5389);
            NatFindings findings = internet.run(i);
            String as = kind + ": " + findings;
            neverWrong(kind, internet, findings, as);
            assertThat(findings.summary().mapping()).as(as).isEqualTo(kind.mapping());
            assertThat(findings.summary().filtering()).as(as).isEqualTo(kind.filtering());
            assertThat(findings.summary().ports()).as(as).isEqualTo(kind.ports());
            assertThat(findings.filteringWitnesses()).as(as).isEqualTo(2);
            assertThat(findings.hairpinning()).as(as).isNotNull();
        }
    }

    @Test
    void silenceIsABlockadeOnlyIfTcpPasses() {
        for (boolean tcpPasses : new boolean[] {true, false}) {
            SimInternet internet = new SimInternet(KINDS.get(0), 0, 1).with(SimServer.Kind.RFC5780);
            internet.udpPasses = false;
            internet.tcpPasses = tcpPasses;

            NatFindings findings = internet.run(1);

            assertThat(findings.name()).isEqualTo(tcpPasses ? NatName.BLOCKED : NatName.UNKNOWN);
            assertThat(findings.summary().mapping()).isNull();
        }
    }

    @Test
    void oneServerWithTwoAddressesSuffices() {
        for (int i = 0; i < KINDS.size(); i++) {
            Kind kind = KINDS.get(i);
            SimInternet internet = new SimInternet(kind, 0, i).with(SimServer.Kind.RFC5780);
            NatFindings findings = internet.run(i);
            String as = kind + ": " + findings;
            neverWrong(kind, internet, findings, as);
            assertThat(findings.name()).as(as).isEqualTo(name(kind));
            assertThat(findings.summary().filtering()).as(as).isEqualTo(kind.filtering());
            assertThat(findings.filteringWitnesses()).as(as).isEqualTo(1);
        }
    }

    @Test
    void whatIsSaidIsTrueThoughThirtyPercentAreLost() {
        int runs = 1500;
        int named = 0;
        int filtering = 0;
        int ports = 0;
        for (int seed = 0; seed < runs; seed++) {
            Kind kind = KINDS.get(seed % KINDS.size());
            SimInternet internet = new SimInternet(kind, 0.3, seed)
                    .with(SimServer.Kind.RFC5780)
                    .with(SimServer.Kind.RFC5780)
                    .with(SimServer.Kind.RFC5389);
            NatFindings findings = internet.run(seed);
            neverWrong(kind, internet, findings, "seed " + seed + " " + kind + ": " + findings);
            named += findings.name() != NatName.UNKNOWN ? 1 : 0;
            filtering += findings.summary().filtering() != null ? 1 : 0;
            ports += findings.summary().ports() != null ? 1 : 0;
        }
        System.out.println("of " + runs + ": named " + named + ", filtering " + filtering + ", ports " + ports);
        assertThat(named).isGreaterThan(runs * 95 / 100);
    }

    @ParameterizedTest
    @EnumSource
    void oneServerOfThreeMayDoWhatItWants(SimServer.Kind bad) {
        Random random = new Random(bad.name().hashCode());
        int known = 0;
        for (int i = 0; i < 2 * KINDS.size(); i++) {
            Kind kind = KINDS.get(i % KINDS.size());
            double loss = i < KINDS.size() ? 0 : 0.3;
            List<SimServer.Kind> servers = new ArrayList<>(List.of(
                    SimServer.Kind.RFC5780, random.nextBoolean() ? SimServer.Kind.RFC5780 : SimServer.Kind.RFC5389));
            servers.add(random.nextInt(3), bad);
            SimInternet internet = new SimInternet(kind, loss, i);
            servers.forEach(internet::with);
            NatFindings findings = internet.run(i);
            neverWrong(kind, internet, findings, "seed " + i + " " + servers + " " + kind + ": " + findings);
            known += loss == 0 && findings.name() == name(kind) ? 1 : 0;
        }
        System.out.println(bad + ": without loss " + known + " of " + KINDS.size() + " named");
    }

    static void neverWrong(Kind kind, SimInternet internet, NatFindings findings, String as) {
        NatSummary summary = findings.summary();
        assertThat(summary.translated()).as(as).isIn(null, kind.translates());
        assertThat(summary.mapping()).as(as).isIn(null, kind.mapping());
        assertThat(summary.filtering()).as(as).isIn(null, kind.filtering());
        assertThat(summary.ports()).as(as).isIn(null, kind.ports());
        assertThat(findings.name()).as(as).isIn(NatName.UNKNOWN, name(kind));
        assertThat(findings.severalAddresses()).as(as).isFalse();
        if (summary.ports() == PortAllocation.SEQUENTIAL) {
            assertThat(summary.portStep()).as(as).isEqualTo(kind.step());
        }
        if (kind.mapping() == Behavior.ENDPOINT_INDEPENDENT) {
            assertThat(findings.hairpinning()).as(as).isIn(null, kind.hairpin());
        }
        if (findings.endpointConfirmed()) {
            assertThat(findings.endpoint()).as(as).isEqualTo(internet.endpoint());
        }
    }

    private static NatName name(Kind kind) {
        return new NatSummary(kind.translates(), kind.mapping(), kind.filtering(), null, 0, false, null).name();
    }
}
