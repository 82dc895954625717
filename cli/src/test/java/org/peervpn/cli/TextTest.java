package org.peervpn.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.peervpn.node.NodeEvent;
import org.peervpn.node.NodeEvent.EndpointMonitored.Form;
import org.peervpn.node.NodeEvent.NotLetIn.Reason;
import org.peervpn.node.NodeInfo;
import org.peervpn.node.NodeStatus;
import org.peervpn.node.NodeStatus.Exit;
import org.peervpn.node.NodeStatus.PathStatus;
import org.peervpn.node.NodeStatus.PathType;
import org.peervpn.node.NodeStatus.PeerStatus;
import org.peervpn.node.NodeStatus.State;
import org.peervpn.node.PeerId;
import org.peervpn.node.PeerLabel;
import org.peervpn.tunnel.NoisePublicKey;

/** What people and scripts read. */
class TextTest {
    private static final ObjectMapper JSON = new ObjectMapper().setDefaultPropertyInclusion(JsonInclude.Include.ALWAYS);
    private static final String KEY = OptionsTest.KEY;
    private static final PeerId ID = PeerId.of(NoisePublicKey.parse(KEY));
    private static final PeerLabel PEER = new PeerLabel("home", ID);
    private static final EventText EVENTS = new EventText(NoisePublicKey.parse(KEY));

    @Test
    void infoIsAsPeopleCopyIt() {
        assertThat(InfoText.lines(info("203.0.113.45:51820", true, KEY + "@203.0.113.45:51820")))
                .containsExactly(
                        "Peer ID:         139118-205156-230232",
                        "Public key:      " + KEY,
                        "Overlay:         100.64.1.2  fd70:6565:7276::1",
                        "Local endpoints: 192.168.1.2:51820",
                        "Public endpoint: 203.0.113.45:51820",
                        "Connect with:    peervpn --connect=" + KEY + "@203.0.113.45:51820");
    }

    @Test
    void infoSaysWhatIsNotKnown() {
        assertThat(InfoText.lines(info("203.0.113.45:51820", false, "x")))
                .contains("Public endpoint: 203.0.113.45:51820  (not confirmed by a second STUN server)");
        assertThat(InfoText.lines(info(null, false, null)))
                .contains("Public endpoint: unknown")
                .contains("Connect with:    unknown: no endpoint at which others could reach this node");
        assertThat(InfoText.lines(info(null, false, KEY + "@192.168.1.2:51820")))
                .endsWith(
                        "Public endpoint: unknown",
                        "Connect with:    peervpn --connect=" + KEY + "@192.168.1.2:51820",
                        "                 (a local endpoint: no STUN server has told a public one)");
    }

    @Test
    void infoHasTheseJsonFields() {
        JsonNode info = JSON.valueToTree(info(null, false, null));

        assertThat(names(info))
                .containsExactly(
                        "peerId",
                        "publicKey",
                        "name",
                        "addresses",
                        "port",
                        "localEndpoints",
                        "publicEndpoint",
                        "confirmed",
                        "connect",
                        "code",
                        "version");
        assertThat(info.path("publicEndpoint").isNull()).isTrue();
        assertThat(info.path("connect").isNull()).isTrue();
        assertThat(info.path("code").isNull()).isTrue();
    }

    @Test
    void statusHasTheseJsonFields() {
        JsonNode status = JSON.valueToTree(status(List.of(peer(null, false))));

        assertThat(names(status))
                .containsExactly(
                        "state",
                        "peerId",
                        "publicKey",
                        "interface",
                        "addresses",
                        "port",
                        "publicEndpoint",
                        "nat",
                        "portMapping",
                        "exit",
                        "openInvitations",
                        "peers",
                        "drops");
        assertThat(names(status.path("exit"))).containsExactly("offering", "using");
        assertThat(names(status.path("peers").path(0)))
                .containsExactly(
                        "peerId",
                        "publicKey",
                        "name",
                        "addresses",
                        "admitted",
                        "invitedAs",
                        "state",
                        "path",
                        "lastHandshakeSeconds",
                        "rxBytes",
                        "txBytes",
                        "rxPackets",
                        "txPackets");
        assertThat(names(status.path("peers").path(0).path("path")))
                .containsExactly("type", "endpoint", "via", "rttMillis", "since", "why", "events");
        assertThat(status.path("nat").isNull()).isTrue();
        assertThat(status.path("peers").path(0).path("name").isNull()).isTrue();
    }

    @Test
    void statesAndPathTypesHaveTheseNames() {
        assertThat(State.values())
                .extracting(State::name)
                .containsExactly("STARTING", "CONNECTING", "CONNECTED", "RECONNECTING", "STOPPING", "FAILED");
        assertThat(PathType.values()).extracting(PathType::name).containsExactly("DIRECT", "RELAY", "NONE");
    }

    @Test
    void statusTellsPeopleOfPeersAndPaths() {
        assertThat(StatusText.lines(JSON.valueToTree(status(List.of(peer("home", true), peer(null, false))))))
                .containsExactly(
                        "State:           CONNECTED",
                        "Peer ID:         139118-205156-230232",
                        "Public key:      " + KEY,
                        "Interface:       peervpn0  100.64.1.2  fd70:6565:7276::1",
                        "Port:            51820",
                        "Public endpoint: unknown",
                        "Offers an exit:  IPv4  IPv6",
                        "Exit in use:     none",
                        "",
                        "Peer home  139118-205156-230232  CONNECTED",
                        "  Public key:    " + KEY,
                        "  Addresses:     100.64.3.4  fd70:6565:7276::2",
                        "  Path:          direct  203.0.113.9:51820  12.5 ms",
                        "  Why:           it is the only one",
                        "  Handshake:     7 s ago",
                        "  Received:      1.5 KiB in 3 packets; sent 1.0 MiB in 4",
                        "",
                        "Peer 139118-205156-230232  CONNECTING  (not admitted)",
                        "  Public key:    " + KEY,
                        "  Addresses:     100.64.3.4  fd70:6565:7276::2",
                        "  Path:          none",
                        "  Handshake:     never",
                        "  Received:      0 B in 0 packets; sent 0 B in 0",
                        "",
                        "Dropped:         bad_mac1 3  replayed 1");
    }

    @Test
    void statusWithoutPeersSaysSo() {
        assertThat(StatusText.lines(JSON.valueToTree(status(List.of())))).contains("No peers.");
    }

    @Test
    void statusTellsOfInvitationsWhereThereAreSome() {
        JsonNode without = JSON.valueToTree(status(List.of(peer(null, true))));
        JsonNode with = without.deepCopy();
        ((ObjectNode) with).put("openInvitations", 2);
        ObjectNode peer = (ObjectNode) with.path("peers").path(0);
        peer.put("invitedAs", "anna");

        assertThat(StatusText.lines(without)).noneMatch(line -> line.contains("nvit"));
        assertThat(StatusText.lines(with)).contains("Invitations:     2 open", "  Invited as:    anna");
        peer.put("invitedAs", "");
        assertThat(StatusText.lines(with)).contains("  Invited as:    (no name)");
    }

    @Test
    void relayedPathNamesTheRelay() {
        PathStatus path = new PathStatus(PathType.RELAY, "203.0.113.9:51820", "office", null, null, null);
        PeerStatus peer =
                new PeerStatus(ID.text(), KEY, null, List.of(), true, null, State.CONNECTED, path, null, 0, 0, 0, 0);

        assertThat(StatusText.lines(JSON.valueToTree(status(List.of(peer)))))
                .contains("  Path:          relay  203.0.113.9:51820  via office", "  Why:           unknown");
    }

    @Test
    void eventsAreTheseLines() {
        assertThat(EVENTS.lines(new NodeEvent.Ready())).containsExactly("Ready.");
        assertThat(EVENTS.lines(new NodeEvent.NoExit())).containsExactly("No exit: internet traffic stays local.");
        assertThat(EVENTS.lines(new NodeEvent.PeerConnected(PEER, "1.2.3.4:5", List.of("100.64.1.2", "fd70::1"))))
                .containsExactly("Peer home (139118-205156-230232) connected by 1.2.3.4:5; its addresses: 100.64.1.2,"
                        + " fd70::1");
        assertThat(EVENTS.lines(new NodeEvent.PeerNamed(PEER, Set.of(6, 4))))
                .containsExactly("Peer home (139118-205156-230232) offers an exit for IPv4 and IPv6.");
        assertThat(EVENTS.lines(new NodeEvent.PeerNamed(PEER, Set.of())))
                .containsExactly("Peer home (139118-205156-230232) offers no exit.");
        assertThat(EVENTS.lines(new NodeEvent.PathChanged(PEER, "1.2.3.4:5", "6.7.8.9:10")))
                .containsExactly("Peer home (139118-205156-230232) changed its path: 1.2.3.4:5 -> 6.7.8.9:10");
        assertThat(EVENTS.lines(new NodeEvent.PeerGone(new PeerLabel(null, ID), "removed")))
                .containsExactly("Peer 139118-205156-230232 is gone: removed");
    }

    @Test
    void whoIsNotLetInIsToldWhyAndWhatToDo() {
        assertThat(refusal(Reason.WRONG_PASSCODE, 0))
                .isEqualTo("Peer home (139118-205156-230232) does not let us in: wrong passcode.");
        assertThat(refusal(Reason.NO_PASSCODE, 0)).contains("--passcode-file=FILE", "PEERVPN_PASSCODE");
        assertThat(refusal(Reason.TOO_MANY_TRIES, 60)).endsWith("trying again in 60 s.");
        assertThat(refusal(Reason.INVITATION_SPENT, 0))
                .isEqualTo("Peer home (139118-205156-230232): this invitation was used already or has expired.");
        assertThat(refusal(Reason.NOT_INVITED, 0)).endsWith(" lets in only whom it knows or has invited.");
        assertThat(EventText.refusal(Reason.INVITATION_SPENT))
                .isEqualTo("this invitation was used already or has expired; ask for a fresh one");
        assertThat(EventText.refusal(Reason.NOT_INVITED)).contains("peervpn --invite");
        assertThat(EventText.refusal(Reason.NO_PASSCODE)).contains("--passcode-file=FILE");
        assertThat(EventText.refusal(Reason.WRONG_PASSCODE)).startsWith("wrong passcode");
        assertThat(refusal(Reason.ASKS_OPERATOR, 0)).endsWith("There: peervpn --admit=139118-205156-230232");
    }

    private static String refusal(Reason reason, int seconds) {
        return EVENTS.lines(new NodeEvent.NotLetIn(PEER, reason, seconds)).get(0);
    }

    @Test
    void theOperatorReadsHowToAnswerAGuest() {
        assertThat(EVENTS.lines(new NodeEvent.GuestAsks(new PeerLabel(null, ID), KEY, "1.2.3.4:5")))
                .containsExactly(
                        "Peer 139118-205156-230232 asks to be let in, from 1.2.3.4:5, key " + KEY,
                        "  yes: peervpn --admit=139118-205156-230232   no: peervpn --remove=139118-205156-230232");
    }

    @Test
    void theOperatorReadsWhichInvitationWasUsed() {
        assertThat(EVENTS.lines(new NodeEvent.InvitationUsed(PEER, "anna")))
                .containsExactly("Peer home (139118-205156-230232) was let in by the invitation for anna.");
        assertThat(EVENTS.lines(new NodeEvent.InvitationUsed(PEER, "")))
                .containsExactly("Peer home (139118-205156-230232) was let in by an invitation.");
        assertThat(EVENTS.lines(new NodeEvent.InvitationNotNeeded(PEER, "anna")))
                .containsExactly(
                        "Peer home (139118-205156-230232) was in already; the invitation for anna is used up by it.");
        assertThat(EVENTS.lines(new NodeEvent.InvitationNotNeeded(PEER, "")))
                .containsExactly("Peer home (139118-205156-230232) was in already; an invitation is used up by it.");
    }

    @Test
    void whoInvitesReadsWhatTheCodeIsWorth() {
        JsonNode answer = JSON.createObjectNode()
                .put("code", "peervpn1abc")
                .put("name", "my friend")
                .put("validUntil", "2026-01-08T00:00:00Z");

        assertThat(InvitedText.lines(answer))
                .containsExactly(
                        "Invitation code: peervpn1abc",
                        "                 It lets in whoever uses it first, once, until 2026-01-08 00:00 UTC.",
                        "                 Send it to nobody else; peervpn --remove='my friend' withdraws it.");
        assertThat(InvitedText.lines(((ObjectNode) answer).putNull("name")))
                .last()
                .isEqualTo("                 Send it to nobody else; peervpn --remove=CODE withdraws it.");
    }

    @Test
    void exitTellsWhatItOffers() {
        assertThat(EVENTS.lines(new NodeEvent.ExitOffer(Set.of(6, 4))))
                .containsExactly("Offering an exit for IPv4 and IPv6.");
        assertThat(EVENTS.lines(new NodeEvent.ExitOffer(Set.of())))
                .containsExactly("No exit is offered now: this machine has no default route.");
    }

    @Test
    void exitInUseSaysWhatItDoesNotCarryAndThatDnsIsNotProtected() {
        assertThat(EVENTS.lines(new NodeEvent.ExitInUse(PEER, Set.of(4), Set.of(6))))
                .containsExactly(
                        "Internet traffic goes through home (139118-205156-230232).",
                        "The exit carries no IPv6: it is refused, not leaked.",
                        "DNS is not protected yet: queries to a resolver on the local network do not pass the exit.");
    }

    @Test
    void publicEndpointComesWithTheLineToConnect() {
        String connect = "Connect with:    peervpn --connect=" + KEY + "@1.2.3.4:5";

        assertThat(EVENTS.lines(new NodeEvent.PublicEndpoint(null, "1.2.3.4:5", false)))
                .containsExactly("Public endpoint: 1.2.3.4:5", connect);
        assertThat(EVENTS.lines(new NodeEvent.PublicEndpoint("6.7.8.9:10", "1.2.3.4:5", true)))
                .containsExactly("Public endpoint: 1.2.3.4:5  (changed, was 6.7.8.9:10)", connect);
        assertThat(EVENTS.lines(new NodeEvent.PublicEndpoint("1.2.3.4:5", "1.2.3.4:5", true)))
                .isEmpty();
        assertThat(EVENTS.lines(new NodeEvent.PublicEndpoint("1.2.3.4:5", null, false)))
                .containsExactly("Public endpoint: unknown now, was 1.2.3.4:5");
    }

    @Test
    void anotherPublicEndpointComesWithAnotherCode() {
        assertThat(EVENTS.lines(new NodeEvent.InvitationCode("1.2.3.4:5", "peervpn1abc")))
                .containsExactly("Invitation code: peervpn1abc");
    }

    @Test
    void silenceOfAllPeersComesWithReasons() {
        assertThat(EVENTS.lines(new NodeEvent.StillTrying(Duration.ofMillis(15_001), List.of("one", "two"))))
                .containsExactly("No peer has answered for 15 s. Still trying; likely reasons:", "  - one", "  - two");
    }

    static List<NodeEvent> everyEvent() {
        return List.of(
                new NodeEvent.Ready(),
                new NodeEvent.NoExit(),
                new NodeEvent.ExitOffer(Set.of(4)),
                new NodeEvent.ExitInUse(PEER, Set.of(4, 6), Set.of()),
                new NodeEvent.PeerConnected(PEER, "1.2.3.4:5", List.of("fd70::1")),
                new NodeEvent.PeerNamed(PEER, Set.of(4)),
                new NodeEvent.PathChanged(PEER, "a", "b"),
                new NodeEvent.PeerGone(PEER, "removed"),
                new NodeEvent.PublicEndpoint(null, "1.2.3.4:5", true),
                new NodeEvent.InvitationCode("1.2.3.4:5", "peervpn1abc"),
                new NodeEvent.PortMapping("1.2.3.4:5", "PCP", true),
                new NodeEvent.EndpointMonitored(Form.DISCOVERED, "1.2.3.4:5", null),
                new NodeEvent.StillTrying(Duration.ofSeconds(15), List.of("one")),
                new NodeEvent.NotLetIn(PEER, Reason.TOO_MANY_TRIES, 60),
                new NodeEvent.Refused(Reason.WRONG_PASSCODE),
                new NodeEvent.GuestAsks(PEER, KEY, "1.2.3.4:5"),
                new NodeEvent.InvitationUsed(PEER, "anna"),
                new NodeEvent.InvitationNotNeeded(PEER, "anna"),
                new NodeEvent.Unreachable(Duration.ofMinutes(2)));
    }

    @ParameterizedTest
    @MethodSource("everyEvent")
    void everyEventIsOneLineOfJson(NodeEvent event) throws Exception {
        String written = written(console -> console.event(EventText.json(event)));

        assertThat(written).hasLineCount(1);
        assertThat(JSON.readTree(written).path("event").asText())
                .isEqualTo(event.getClass().getSimpleName());
    }

    @Test
    void peersAndTimesInEventsAreReadable() {
        assertThat(EventText.json(new NodeEvent.PeerGone(PEER, "removed")).toString())
                .isEqualTo("{\"event\":\"PeerGone\",\"peer\":{\"name\":\"home\",\"id\":\"139118-205156-230232\"},"
                        + "\"why\":\"removed\"}");
        assertThat(EventText.json(new NodeEvent.Unreachable(Duration.ofMinutes(2)))
                        .toString())
                .isEqualTo("{\"event\":\"Unreachable\",\"after\":120}");
    }

    @Test
    void everyEventIsKnown() {
        assertThat(everyEvent())
                .extracting(Object::getClass)
                .containsExactlyInAnyOrder(NodeEvent.class.getPermittedSubclasses());
    }

    @Test
    void textFromTheNetworkCannotWriteOnTheTerminal() throws Exception {
        String evil = "a\u001b]0;b\u0007\nReady.\r\u202e\u2028\u0085c";
        String line = written(console -> EVENTS.lines(new NodeEvent.PeerGone(new PeerLabel(evil, ID), evil))
                .forEach(console::line));
        assertThat(line)
                .hasLineCount(1)
                .isEqualTo("Peer a?]0;b??Ready.????c (139118-205156-230232) is gone:" + " a?]0;b??Ready.????c\n");

        String status = written(console -> StatusText.lines(JSON.valueToTree(status(List.of(peer(evil, true)))))
                .forEach(console::line));
        assertThat(status.lines()).doesNotContain("Ready.");
        assertThat(status.chars()).noneMatch(c -> c != '\n' && Character.isISOControl(c));

        String json = written(
                console -> console.result(JsonNodeFactory.instance.objectNode().put("name", evil)));
        assertThat(json.chars()).noneMatch(c -> c == 0x1b || c == 7 || c == '\r');
        assertThat(JSON.readTree(json).path("name").asText()).isEqualTo(evil);
    }

    @Test
    void ordinaryTextStaysAsItIs() {
        assertThat(Printable.line("  Zoë's café \u2615 \ud83d\ude80")).isEqualTo("  Zoë's café \u2615 \ud83d\ude80");
    }

    @Test
    void aPortMappingIsTold() {
        EventText text = new EventText(NoisePublicKey.parse(KEY));

        assertThat(text.lines(new NodeEvent.PortMapping("203.0.113.5:51820", "PCP", true)))
                .containsExactly("Port mapping: 203.0.113.5:51820 by PCP");
        assertThat(text.lines(new NodeEvent.PortMapping("203.0.113.5:51820", "NAT-PMP", false)))
                .containsExactly(
                        "Port mapping: 203.0.113.5:51820 by NAT-PMP, of no use: another NAT stands behind the router");
        assertThat(text.lines(new NodeEvent.PortMapping(null, null, false)))
                .containsExactly("Port mapping: none any more");
    }

    @Test
    void aLookAtTheNatIsTold() {
        assertThat(looks(Form.DISCOVERED, "1.2.3.4:5", null)).isEqualTo("NAT: discovered 1.2.3.4:5");
        assertThat(looks(Form.PERSISTENT, "1.2.3.4:5", "1.2.3.4:5")).isEqualTo("NAT: persistent 1.2.3.4:5 (unchanged)");
        assertThat(looks(Form.CHANGED, "1.2.3.4:6", "1.2.3.4:5")).isEqualTo("NAT: changed: 1.2.3.4:5 -> 1.2.3.4:6");
        assertThat(looks(Form.UNKNOWN, null, null)).isEqualTo("NAT: public endpoint unknown");
        assertThat(looks(Form.UNKNOWN, null, "1.2.3.4:5")).isEqualTo("NAT: public endpoint unknown, was 1.2.3.4:5");
    }

    private static String looks(Form form, @Nullable String endpoint, @Nullable String old) {
        return String.join("|", EVENTS.lines(new NodeEvent.EndpointMonitored(form, endpoint, old)));
    }

    private static String written(Consumer<Console> what) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        what.accept(new Console(new PrintStream(out, true, UTF_8), true));
        return out.toString(UTF_8);
    }

    private static NodeInfo info(@Nullable String publicEndpoint, boolean confirmed, @Nullable String connect) {
        return new NodeInfo(
                ID.text(),
                KEY,
                "me",
                List.of("100.64.1.2", "fd70:6565:7276::1"),
                51820,
                List.of("192.168.1.2:51820"),
                publicEndpoint,
                confirmed,
                connect,
                null,
                "0.1.0");
    }

    private static NodeStatus status(List<PeerStatus> peers) {
        return new NodeStatus(
                State.CONNECTED,
                ID.text(),
                KEY,
                "peervpn0",
                List.of("100.64.1.2", "fd70:6565:7276::1"),
                51820,
                null,
                null,
                null,
                new Exit(List.of("IPv4", "IPv6"), null),
                0,
                peers,
                new TreeMap<>(Map.of("bad_mac1", 3L, "replayed", 1L)));
    }

    private static PeerStatus peer(@Nullable String name, boolean connected) {
        return new PeerStatus(
                ID.text(),
                KEY,
                name,
                List.of("100.64.3.4", "fd70:6565:7276::2"),
                connected,
                null,
                connected ? State.CONNECTED : State.CONNECTING,
                connected
                        ? new PathStatus(
                                PathType.DIRECT,
                                "203.0.113.9:51820",
                                null,
                                12.5,
                                "2026-01-01T00:00:00Z",
                                "it is the only one")
                        : new PathStatus(PathType.NONE, null, null, null, null, null),
                connected ? 7L : null,
                connected ? 1536 : 0,
                connected ? 1 << 20 : 0,
                connected ? 3 : 0,
                connected ? 4 : 0);
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
