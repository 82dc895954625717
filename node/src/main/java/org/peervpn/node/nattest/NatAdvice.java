package org.peervpn.node.nattest;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.NatName;
import org.peervpn.nat.PortAllocation;
import org.peervpn.nat.behavior.NatFindings;

/** What a verdict means for being reached, for being an exit and for direct paths, and what to do about it. */
final class NatAdvice {
    private static final String OPEN_A_PORT =
            "A port forwarded at the router (UDP, the node's port), or UPnP or NAT-PMP switched on there, would let"
                    + " everybody reach this node.";

    private static final Set<NatName> REACHED = EnumSet.of(NatName.OPEN, NatName.FULL_CONE);
    private static final Set<NatName> NEED_A_PORT =
            EnumSet.of(NatName.RESTRICTED_CONE, NatName.PORT_RESTRICTED_CONE, NatName.SYMMETRIC);

    private NatAdvice() {}

    static List<String> of(NatFindings ipv4, @Nullable NatFindings ipv6, RouterWord router) {
        List<String> advice = new ArrayList<>(List.of(reached(ipv4.name()), direct(ipv4)));
        boolean needsPort = NEED_A_PORT.contains(ipv4.name());
        boolean isCarriers = Boolean.TRUE.equals(router.carrierGrade());
        boolean asks = router.mayOpen() && (needsPort || ipv4.name() == NatName.UNKNOWN);
        if (asks) {
            advice.add(opened(router));
        }
        if (needsPort ? !asks && !isCarriers : !REACHED.contains(ipv4.name())) {
            advice.add(remedy(ipv4));
        }
        if (isCarriers) {
            advice.add(
                    "Another NAT, mostly the provider's, stands in front of yours: a port opened at your router is not"
                            + " enough. Ask the provider for a public address, or use IPv6.");
        }
        if (ipv4.severalAddresses()) {
            advice.add("The NAT uses several public addresses, so peers may see different ones.");
        }
        if (ipv6 != null && ipv6.anyAnswer() && ipv6.name() != NatName.SYMMETRIC) {
            advice.add("IPv6 works here: peers that have it too reach this node by it, past the NAT"
                    + (ipv6.name() == NatName.OPEN ? "." : ", if both call at the same time."));
        }
        return advice;
    }

    private static String opened(RouterWord router) {
        return router.opens()
                ? "The router opens a port on request: a running node asks it to, and then everybody can call it."
                : "The router may open a port on request: a running node asks it to, and says whether that is of use.";
    }

    private static String reached(NatName name) {
        return switch (name) {
            case OPEN -> "Everybody can call this node; a good exit.";
            case FIREWALL ->
                "A firewall lets in answers only: others reach this node, also as their exit, if both sides add each"
                        + " other.";
            case FULL_CONE -> "Everybody who knows the public endpoint can call this node; a good exit.";
            case RESTRICTED_CONE, PORT_RESTRICTED_CONE ->
                "Others reach this node, also as their exit, if both sides add each other.";
            case SYMMETRIC ->
                "Others cannot call this node at an endpoint told to them; it can call those who can be called. Not"
                        + " fit as exit.";
            case BLOCKED -> "No UDP gets out here, so no tunnel can be made.";
            case UNKNOWN -> "Whether others can call this node is not known.";
        };
    }

    private static String direct(NatFindings findings) {
        return switch (findings.name()) {
            case OPEN, FULL_CONE -> "Direct paths: with everybody whose network lets UDP pass.";
            case RESTRICTED_CONE -> "Direct paths: with everybody whose network lets UDP pass, if both call.";
            case FIREWALL, PORT_RESTRICTED_CONE ->
                "Direct paths: with all but symmetric NATs; with those only by trying many ports.";
            case SYMMETRIC ->
                findings.summary().ports() == PortAllocation.SEQUENTIAL
                        ? "Direct paths: with open, full-cone and restricted-cone peers. This NAT counts its ports, so"
                                + " peers that guess the next one succeed from other cones, too."
                        : "Direct paths: with open, full-cone and restricted-cone peers; with other cones only by trying"
                                + " many ports; with symmetric NATs none.";
            case BLOCKED -> "Direct paths: none.";
            case UNKNOWN ->
                findings.summary().mapping() == null
                        ? "Direct paths: not known."
                        : "Direct paths: probably with all but symmetric NATs, for the endpoint is the same for all.";
        };
    }

    private static String remedy(NatFindings findings) {
        return switch (findings.name()) {
            case FIREWALL ->
                "A rule in the firewall that lets UDP in to the node's port would let everybody reach this node.";
            case BLOCKED -> "Ask who runs this network to let UDP out, or use another network.";
            case UNKNOWN ->
                findings.anyAnswer()
                        ? "Try again, or name more STUN servers with --stun=HOST:PORT."
                        : "Check the network with peervpn --diagnostics, or name other servers with --stun=HOST:PORT.";
            default -> OPEN_A_PORT;
        };
    }
}
