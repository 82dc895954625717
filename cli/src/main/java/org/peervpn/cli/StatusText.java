package org.peervpn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** {@code --status} for people, from its JSON. */
final class StatusText {

    private StatusText() {}

    static List<String> lines(JsonNode status) {
        List<String> lines = new ArrayList<>();
        lines.add("State:           " + status.path("state").asText());
        lines.add("Peer ID:         " + status.path("peerId").asText());
        lines.add("Public key:      " + status.path("publicKey").asText());
        lines.add("Interface:       " + status.path("interface").asText() + "  " + join(status.path("addresses")));
        lines.add("Port:            " + status.path("port").asText());
        lines.add("Public endpoint: " + orElse(status.path("publicEndpoint"), "unknown"));
        JsonNode mapping = status.path("portMapping");
        if (mapping.isObject()) {
            lines.add("Port mapping:    " + mapping.path("endpoint").asText() + " by "
                    + mapping.path("protocol").asText()
                    + (mapping.path("usable").asBoolean()
                            ? ""
                            : "  (of no use: another NAT stands behind the router)"));
        }
        JsonNode exit = status.path("exit");
        if (!exit.path("offering").isEmpty()) {
            lines.add("Offers an exit:  " + join(exit.path("offering")));
        }
        lines.add("Exit in use:     " + orElse(exit.path("using"), "none"));
        int invitations = status.path("openInvitations").asInt();
        if (invitations > 0) {
            lines.add("Invitations:     " + invitations + " open");
        }
        for (JsonNode peer : status.path("peers")) {
            lines.add("");
            peer(peer, lines);
        }
        if (status.path("peers").isEmpty()) {
            lines.add("");
            lines.add("No peers.");
        }
        String drops = drops(status.path("drops"));
        if (!drops.isEmpty()) {
            lines.add("");
            lines.add("Dropped:         " + drops);
        }
        return lines;
    }

    private static void peer(JsonNode peer, List<String> lines) {
        String name = orElse(peer.path("name"), "");
        lines.add("Peer " + (name.isEmpty() ? "" : name + "  ")
                + peer.path("peerId").asText() + "  " + peer.path("state").asText()
                + (peer.path("admitted").asBoolean() ? "" : "  (not admitted)"));
        lines.add("  Public key:    " + peer.path("publicKey").asText());
        lines.add("  Addresses:     " + join(peer.path("addresses")));
        JsonNode invitedAs = peer.path("invitedAs");
        if (invitedAs.isTextual()) {
            lines.add("  Invited as:    " + (invitedAs.asText().isEmpty() ? "(no name)" : invitedAs.asText()));
        }
        JsonNode path = peer.path("path");
        if (path.path("endpoint").isTextual()) {
            String rtt = path.path("rttMillis").isNumber()
                    ? "  " + path.path("rttMillis").asText() + " ms"
                    : "";
            lines.add("  Path:          " + path.path("type").asText().toLowerCase(Locale.ROOT) + "  "
                    + path.path("endpoint").asText()
                    + (path.path("via").isTextual()
                            ? "  via " + path.path("via").asText()
                            : "") + rtt);
            lines.add("  Why:           " + orElse(path.path("why"), "unknown"));
        } else {
            lines.add("  Path:          none");
            if (path.path("why").isTextual()) {
                lines.add("  Why:           " + path.path("why").asText());
            }
        }
        JsonNode handshake = peer.path("lastHandshakeSeconds");
        lines.add("  Handshake:     " + (handshake.isNumber() ? handshake.asText() + " s ago" : "never"));
        lines.add("  Received:      " + bytes(peer.path("rxBytes").asLong()) + " in "
                + peer.path("rxPackets").asText() + " packets; sent "
                + bytes(peer.path("txBytes").asLong()) + " in "
                + peer.path("txPackets").asText());
    }

    private static String drops(JsonNode drops) {
        StringJoiner text = new StringJoiner("  ");
        drops.properties()
                .forEach(drop -> text.add(drop.getKey() + " " + drop.getValue().asText()));
        return text.toString();
    }

    private static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        int unit = (63 - Long.numberOfLeadingZeros(bytes)) / 10;
        return String.format(Locale.ROOT, "%.1f %ciB", (double) bytes / (1L << (unit * 10)), " KMGTPE".charAt(unit));
    }

    private static String join(JsonNode array) {
        StringJoiner text = new StringJoiner("  ");
        array.forEach(element -> text.add(element.asText()));
        return text.toString();
    }

    private static String orElse(JsonNode text, String unknown) {
        return text.isTextual() ? text.asText() : unknown;
    }
}
