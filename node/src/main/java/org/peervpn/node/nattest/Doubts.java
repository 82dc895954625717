package org.peervpn.node.nattest;

import java.util.ArrayList;
import java.util.List;
import org.peervpn.nat.NatName;
import org.peervpn.nat.NatSummary;
import org.peervpn.nat.behavior.LifetimeTest;
import org.peervpn.nat.behavior.NatFindings;
import org.peervpn.nat.behavior.ServerFinding;

/** Why something remained unknown, or rests on one server's word. */
public final class Doubts {
    private Doubts() {}

    static List<String> of(NatFindings findings) {
        List<String> doubts = new ArrayList<>();
        if (findings.name() == NatName.BLOCKED) {
            return doubts;
        }
        if (!findings.anyAnswer()) {
            doubts.add("No STUN server has answered, and nothing shows that the network is up:"
                    + " this may be the network, or the servers.");
            return doubts;
        }
        ofMapping(findings, doubts);
        ofFiltering(findings, doubts);
        long contradicted =
                findings.servers().stream().filter(ServerFinding::contradicted).count();
        if (contradicted > 0) {
            doubts.add("What " + contradicted + (contradicted == 1 ? " server says" : " servers say")
                    + " cannot be so; it was left out.");
        }
        return doubts;
    }

    /** Empty if it was measured. */
    public static List<String> ofLifetime(LifetimeTest test) {
        if (test.aliveSeconds() != null) {
            return List.of();
        }
        return List.of("The lifetime was not measured: "
                + (test.foundServer()
                        ? "too much was lost."
                        : "no server answers to another port on request (RFC 5780)."));
    }

    private static void ofMapping(NatFindings findings, List<String> doubts) {
        NatSummary summary = findings.summary();
        if (findings.serversDisagree()) {
            doubts.add("The servers name different endpoints, and too few of them answer to tell whether the NAT or one"
                    + " of the servers is the reason.");
        } else if (findings.dependsOnDestination() && summary.mapping() == null) {
            doubts.add("The mapping depends on the destination; whether on its port too is unknown: no server"
                    + " answers at two ports.");
        } else if (summary.mapping() == null) {
            doubts.add("The mapping is unknown: servers at two addresses would have to answer.");
        } else if (!findings.dependsOnDestination() && !findings.endpointConfirmed()) {
            doubts.add("Only one server names the public endpoint.");
        }
    }

    private static void ofFiltering(NatFindings findings, List<String> doubts) {
        if (findings.summary().filtering() != null) {
            if (findings.filteringWitnesses() < 2) {
                doubts.add("The filtering was shown by one server only; no second one could.");
            }
        } else if (findings.filteringDisputed()) {
            doubts.add("The filtering is unknown: the servers show different things.");
        } else if (findings.filteringTestable()) {
            doubts.add("The filtering is unknown: no server could show it, or too much was lost.");
        } else {
            doubts.add("The filtering is unknown: no server has a second address to answer from (RFC 5780).");
        }
    }
}
