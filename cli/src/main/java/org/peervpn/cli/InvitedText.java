package org.peervpn.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;

/** {@code --invite} for people. */
final class InvitedText {
    private static final String INDENT = " ".repeat(17);

    private InvitedText() {}

    /** @param answer of the running node */
    static List<String> lines(JsonNode answer) {
        String name = answer.path("name").asText("");
        return List.of(
                "Invitation code: " + answer.path("code").asText(),
                INDENT + "It lets in whoever uses it first, once, until "
                        + MeetingText.minute(
                                Instant.parse(answer.path("validUntil").asText())) + ".",
                INDENT + "Send it to nobody else; peervpn --remove=" + (name.isEmpty() ? "CODE" : quoted(name))
                        + " withdraws it.");
    }

    private static String quoted(String name) {
        return name.matches("[A-Za-z0-9._-]+") ? name : "'" + name.replace("'", "'\\''") + "'";
    }
}
