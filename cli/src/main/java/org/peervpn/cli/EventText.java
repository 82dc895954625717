package org.peervpn.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.StdDelegatingSerializer;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.databind.util.StdConverter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.peervpn.node.NodeEvent;
import org.peervpn.node.PeerId;
import org.peervpn.tunnel.NoisePublicKey;

/** What a running node tells: lines for people, or one JSON object for each event. */
final class EventText {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new SimpleModule()
                    .addSerializer(PeerId.class, ToStringSerializer.instance)
                    .addSerializer(Duration.class, new StdDelegatingSerializer(Duration.class, seconds())))
            .build();

    private final String publicKey;
    private final PeerId ownId;

    EventText(NoisePublicKey ownKey) {
        this.publicKey = ownKey.toString();
        this.ownId = PeerId.of(ownKey);
    }

    List<String> lines(NodeEvent event) {
        if (event instanceof NodeEvent.Ready) {
            return List.of("Ready.");
        } else if (event instanceof NodeEvent.NoExit) {
            return List.of("No exit: internet traffic stays local.");
        } else if (event instanceof NodeEvent.ExitOffer offer) {
            return List.of(
                    offer.families().isEmpty()
                            ? "No exit is offered now: this machine has no default route."
                            : "Offering an exit for " + families(offer.families()) + ".");
        } else if (event instanceof NodeEvent.ExitInUse exit) {
            return exitLines(exit);
        } else if (event instanceof NodeEvent.PeerConnected peer) {
            return List.of("Peer " + peer.peer() + " connected by " + peer.endpoint() + "; its addresses: "
                    + String.join(", ", peer.addresses()));
        } else if (event instanceof NodeEvent.PeerNamed peer) {
            return List.of("Peer " + peer.peer()
                    + (peer.exitFamilies().isEmpty()
                            ? " offers no exit."
                            : " offers an exit for " + families(peer.exitFamilies()) + "."));
        } else if (event instanceof NodeEvent.PathChanged path) {
            return List.of("Peer " + path.peer() + " changed its path: " + path.from() + " -> " + path.to());
        } else if (event instanceof NodeEvent.PeerGone peer) {
            return List.of("Peer " + peer.peer() + " is gone: " + peer.why());
        } else if (event instanceof NodeEvent.NotLetIn refusal) {
            return notLetIn(refusal);
        } else if (event instanceof NodeEvent.InvitationUsed used) {
            return List.of("Peer " + used.peer() + " was let in by "
                    + (used.name().isEmpty() ? "an invitation." : "the invitation for " + used.name() + "."));
        } else if (event instanceof NodeEvent.InvitationNotNeeded used) {
            return List.of("Peer " + used.peer() + " was in already; "
                    + (used.name().isEmpty() ? "an invitation" : "the invitation for " + used.name())
                    + " is used up by it.");
        } else if (event instanceof NodeEvent.GuestAsks guest) {
            return List.of(
                    "Peer " + guest.peer() + " asks to be let in, from " + guest.endpoint() + ", key "
                            + guest.publicKey(),
                    "  yes: peervpn --admit=" + guest.peer().id() + "   no: peervpn --remove="
                            + guest.peer().id());
        } else if (event instanceof NodeEvent.PublicEndpoint endpoint) {
            return endpointLines(endpoint);
        } else if (event instanceof NodeEvent.InvitationCode invitation) {
            return List.of("Invitation code: " + invitation.code());
        } else if (event instanceof NodeEvent.PortMapping mapping) {
            return List.of("Port mapping: " + portMapping(mapping));
        } else if (event instanceof NodeEvent.EndpointMonitored look) {
            return List.of("NAT: " + monitored(look));
        } else if (event instanceof NodeEvent.StillTrying trying) {
            return stillTrying(trying);
        } else {
            return List.of();
        }
    }

    private static List<String> exitLines(NodeEvent.ExitInUse exit) {
        List<String> lines = new ArrayList<>();
        lines.add("Internet traffic goes through " + exit.peer() + ".");
        exit.refused().stream()
                .sorted()
                .forEach(family -> lines.add("The exit carries no IPv" + family + ": it is refused, not leaked."));
        lines.add("DNS is not protected yet: queries to a resolver on the local network do not pass the exit.");
        return lines;
    }

    private List<String> endpointLines(NodeEvent.PublicEndpoint endpoint) {
        if (endpoint.current() == null) {
            return List.of("Public endpoint: unknown now, was " + endpoint.old());
        }
        if (endpoint.current().equals(endpoint.old())) {
            return List.of(); // only confirmed now
        }
        String changed = endpoint.old() == null ? "" : "  (changed, was " + endpoint.old() + ")";
        return List.of(
                "Public endpoint: " + endpoint.current() + changed,
                "Connect with:    peervpn --connect=" + publicKey + "@" + endpoint.current());
    }

    private static String monitored(NodeEvent.EndpointMonitored look) {
        return switch (look.form()) {
            case UNKNOWN -> "public endpoint unknown" + (look.old() == null ? "" : ", was " + look.old());
            case DISCOVERED -> "discovered " + look.endpoint();
            case PERSISTENT -> "persistent " + look.endpoint() + " (unchanged)";
            case CHANGED -> "changed: " + look.old() + " -> " + look.endpoint();
        };
    }

    private static String portMapping(NodeEvent.PortMapping mapping) {
        if (mapping.endpoint() == null) {
            return "none any more";
        }
        return mapping.endpoint() + " by " + mapping.protocol()
                + (mapping.usable() ? "" : ", of no use: another NAT stands behind the router");
    }

    private static List<String> stillTrying(NodeEvent.StillTrying trying) {
        List<String> lines = new ArrayList<>();
        lines.add("No peer has answered for " + trying.since().toSeconds() + " s. Still trying; likely reasons:");
        trying.reasons().forEach(reason -> lines.add("  - " + reason));
        return lines;
    }

    /** Why a client ends that nobody lets in. */
    static String refusal(NodeEvent.NotLetIn.Reason reason) {
        return switch (reason) {
            case NO_PASSCODE ->
                "the peer asks for a passcode: give it by --passcode-file=FILE or " + Passcodes.VARIABLE;
            case INVITATION_SPENT -> "this invitation was used already or has expired; ask for a fresh one";
            case NOT_INVITED -> "the peer lets in only whom it knows; ask there for an invitation (peervpn --invite)";
            case WRONG_PASSCODE, TOO_MANY_TRIES, ASKS_OPERATOR -> "wrong passcode: the peer does not let us in";
        };
    }

    private List<String> notLetIn(NodeEvent.NotLetIn refusal) {
        String peer = "Peer " + refusal.peer();
        return List.of(
                switch (refusal.reason()) {
                    case NO_PASSCODE ->
                        peer + " asks for a passcode: give it by --passcode-file=FILE or " + Passcodes.VARIABLE + ".";
                    case WRONG_PASSCODE -> peer + " does not let us in: wrong passcode.";
                    case TOO_MANY_TRIES ->
                        peer + " has heard too many wrong passcodes or codes; trying again in " + refusal.seconds()
                                + " s.";
                    case INVITATION_SPENT -> peer + ": this invitation was used already or has expired.";
                    case NOT_INVITED -> peer + " lets in only whom it knows or has invited.";
                    case ASKS_OPERATOR ->
                        peer + " asks its operator whether to let us in. There: peervpn --admit=" + ownId;
                });
    }

    private static String families(Set<Integer> families) {
        return families.stream().sorted().map(family -> "IPv" + family).collect(Collectors.joining(" and "));
    }

    private static StdConverter<Duration, Long> seconds() {
        return new StdConverter<>() {
            @Override
            public Long convert(Duration duration) {
                return duration.toSeconds();
            }
        };
    }

    static ObjectNode json(NodeEvent event) {
        ObjectNode object = JSON.createObjectNode();
        object.put("event", event.getClass().getSimpleName());
        object.setAll((ObjectNode) JSON.valueToTree(event));
        return object;
    }
}
