package org.peervpn.cli;

import java.util.ArrayList;
import java.util.List;
import org.peervpn.node.NodeInfo;

/** {@code --info} for people. */
final class InfoText {

    private InfoText() {}

    static List<String> lines(NodeInfo info) {
        List<String> lines = new ArrayList<>();
        lines.add("Peer ID:         " + info.peerId());
        lines.add("Public key:      " + info.publicKey());
        lines.add("Overlay:         " + String.join("  ", info.addresses()));
        lines.add("Local endpoints: "
                + (info.localEndpoints().isEmpty() ? "none: no network" : String.join("  ", info.localEndpoints())));
        lines.add("Public endpoint: " + publicEndpoint(info));
        lines.add("Connect with:    " + connect(info));
        if (info.connect() != null && info.publicEndpoint() == null) {
            // On a line of its own, for the one before is copied whole.
            lines.add("                 (a local endpoint: no STUN server has told a public one)");
        }
        if (info.code() != null) {
            lines.add("Invitation code: " + info.code());
        }
        return lines;
    }

    private static String publicEndpoint(NodeInfo info) {
        if (info.publicEndpoint() == null) {
            return "unknown";
        }
        return info.publicEndpoint() + (info.confirmed() ? "" : "  (not confirmed by a second STUN server)");
    }

    private static String connect(NodeInfo info) {
        if (info.connect() == null) {
            return "unknown: no endpoint at which others could reach this node";
        }
        return "peervpn --connect=" + info.connect();
    }
}
