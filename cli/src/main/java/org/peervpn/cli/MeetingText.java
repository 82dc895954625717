package org.peervpn.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.NodeInfo;
import org.peervpn.node.PeerId;
import org.peervpn.node.invitation.CheckWords;
import org.peervpn.node.invitation.Invitation;
import org.peervpn.node.invitation.Outlook;
import org.peervpn.tunnel.NoisePublicKey;

/** What this node has to say to a code that it was given: what will come of it, and what to answer. */
final class MeetingText {
    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'");
    private static final String INDENT = " ".repeat(17);

    private final NoisePublicKey ownKey;
    private final @Nullable Invitation own;
    private final Invitation theirs;
    private final Outlook outlook;
    private final List<String> words;

    /** Slow: it makes the check words. */
    MeetingText(NodeInfo own, Invitation theirs) {
        this.ownKey = NoisePublicKey.parse(own.publicKey());
        this.own = own.code() == null ? null : Invitation.parse(own.code());
        this.theirs = theirs;
        this.outlook = Outlook.of(this.own, theirs);
        this.words = CheckWords.of(ownKey, theirs.publicKey());
    }

    static String minute(Instant moment) {
        return moment.atOffset(ZoneOffset.UTC).format(MINUTE);
    }

    /** For {@code --check}. */
    List<String> checkLines() {
        List<String> lines = new ArrayList<>();
        lines.add("Peer:            " + theirs.label());
        lines.add("Public key:      " + theirs.publicKey());
        lines.add("Valid until:     " + minute(theirs.validUntil()));
        lines.add("Endpoints:       " + String.join("  ", theirs.endpoints()));
        lines.add("Will it work:    "
                + switch (outlook.chance()) {
                    case YES -> "yes";
                    case LIKELY -> "probably";
                    case UNKNOWN -> "unknown: probably, unless one of the NATs is hard";
                    case NO -> "no";
                });
        lines.add("Method:          " + outlook.method().text());
        outlook.reasons().forEach(reason -> lines.add(INDENT + reason));
        lines.add("Reply code:      "
                + (outlook.reply() == null
                        ? "perhaps needed: --connect prints it"
                        : outlook.reply() ? "needed: --connect prints it" : "not needed"));
        lines.add(wordsLine());
        return lines;
    }

    /** For {@code --connect} and {@code --add}: what people have to do besides. */
    List<String> introductionLines() {
        List<String> lines = new ArrayList<>();
        lines.add(wordsLine());
        String reply = reply();
        if (reply != null) {
            lines.add("Reply code:      " + reply);
            lines.add(INDENT
                    + (outlook.reply() == null ? "If it does not connect by itself, the" : "The")
                    + " other side has to enter it: peervpn --add=CODE");
        } else if (own == null && !Boolean.FALSE.equals(outlook.reply())) {
            lines.add(INDENT + "There is no network to tell of; the other side may need: peervpn --allow=" + ownKey);
        }
        return lines;
    }

    /** Null if the other side need not know this node, or nothing can be told of it. */
    @Nullable
    String reply() {
        if (own == null || Boolean.FALSE.equals(outlook.reply())) {
            return null;
        }
        return own.inReplyTo(theirs.publicKey()).code();
    }

    ObjectNode json() {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("peerId", PeerId.of(theirs.publicKey()).text());
        object.put("publicKey", theirs.publicKey().toString());
        object.put("name", theirs.name().isEmpty() ? null : theirs.name());
        object.put("validUntil", theirs.validUntil().toString());
        array(object.putArray("endpoints"), theirs.endpoints());
        object.put("works", outlook.chance().name());
        object.put("method", outlook.method().name());
        array(object.putArray("why"), outlook.reasons());
        object.put("replyNeeded", outlook.reply());
        object.put("replyCode", reply());
        array(object.putArray("checkWords"), words);
        return object;
    }

    private static void array(ArrayNode array, List<String> texts) {
        texts.forEach(array::add);
    }

    private String wordsLine() {
        return "Check words:     " + String.join(" ", words) + "  (the other side must read the same)";
    }
}
