package org.peervpn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.Candidate;
import org.peervpn.nat.CandidateType;
import org.peervpn.nat.NatSummary;
import org.peervpn.node.Admission;
import org.peervpn.node.ConnectLine;
import org.peervpn.node.NodeInfo;
import org.peervpn.node.OverlayAddresses;
import org.peervpn.node.invitation.Invitation;
import org.peervpn.node.invitation.OneTimeSecret;
import org.peervpn.node.runtime.NodeException;
import org.peervpn.tunnel.NoisePublicKey;

/** Invitation codes and stock WireGuard's files on the command line. */
class CodesTest {
    private static final NoisePublicKey OWN = NoisePublicKey.parse(OptionsTest.KEY);
    private static final NoisePublicKey PEER = NoisePublicKey.parse("xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=");
    private static final String SECRET = "KAnuThZKAOq4bpEbi6GSQ4GJImGGwsJt+8QBm9bo8Xc=";
    private static final NatSummary EASY =
            new NatSummary(true, Behavior.ENDPOINT_INDEPENDENT, null, null, 0, false, null);

    @Test
    void aCodeIsTakenWhereALineIs() throws NodeException {
        String code = invitation(PEER, Instant.now()).code();
        Options options = new Settings("--connect=" + code, "--home=/nowhere").read();
        assertThat(options.mode.connect).containsExactly(ConnectLine.parse(code));
        assertThat(new Settings("--add=" + code.toUpperCase(java.util.Locale.ROOT)).read().mode.add)
                .isEqualTo(ConnectLine.parse(code));
    }

    @Test
    void whatIsWrongWithACodeIsOneClearLine(@TempDir Path home) {
        String fresh = invitation(PEER, Instant.now()).code();
        String old = invitation(PEER, Instant.now().minus(Duration.ofDays(20))).code();
        String early = invitation(PEER, Instant.now().plus(Duration.ofDays(2))).code();

        refused(Call.of("--connect=" + fresh.substring(0, 60)), 2, "--connect: this code is cut off: its last ");
        refused(Call.of("--add=" + swapped(fresh)), 2, "--add: this code is damaged: ");
        refused(Call.of("--check=" + fresh + "x"), 2, "--check: this code has 1 characters too many");
        refused(Call.of("--check=hello"), 2, "--check: not a code");
        refused(Call.of("--check=peervpn2" + fresh.substring(8)), 2, "--check: this code is of format 2");
        refused(Call.of("--check=" + old, "--home=" + home), 2, "this code expired 13 days ago");
        refused(Call.of("--check=" + early, "--home=" + home), 2, "this code was made ");
    }

    @Test
    void checkSaysWhatWillHappen(@TempDir Path home) throws IOException {
        Path own = Files.createDirectory(
                home.resolve("home"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        String code = invitation(PEER, Instant.now()).code();

        Call call = Call.of("--check=" + code, "--home=" + own, "--stun=none", "--json");

        assertThat(call.errors()).isEmpty();
        JsonNode answer = new ObjectMapper().readTree(call.output());
        assertThat(answer.path("publicKey").asText()).isEqualTo(PEER.toString());
        assertThat(answer.path("works").asText()).isIn("UNKNOWN", "NO");
        assertThat(answer.path("checkWords")).hasSize(4);
    }

    @Test
    void theAnswerToACodeIsForWhoeverSentIt() {
        MeetingText meeting = new MeetingText(info(invitation(OWN, Instant.now())), invitation(PEER, Instant.now()));

        String reply = meeting.reply();
        assertThat(reply).isNotNull();
        Invitation.parse(String.valueOf(reply)).checkReader(PEER);
        assertThat(Invitation.parse(String.valueOf(reply)).publicKey()).isEqualTo(OWN);
        assertThat(meeting.introductionLines())
                .anyMatch(line -> line.equals("Reply code:      " + reply))
                .anyMatch(line -> line.matches("Check words:     ([a-z]+ ){4} .*"));
        assertThat(meeting.checkLines())
                .contains("Will it work:    yes", "Reply code:      needed: --connect prints it");
    }

    /** Whoever lets it in by a secret need not know it before; its NAT may still have to. */
    @Test
    void aCodeWithASecretNeedsNoReplyToBeLetIn() {
        Invitation known = new Invitation(
                PEER,
                "zebra",
                Instant.now(),
                Instant.now().plus(Invitation.VALIDITY),
                Admission.KNOWN,
                List.of(new Candidate(CandidateType.PORT_MAPPED, new InetSocketAddress("198.51.100.1", 51820))),
                EASY,
                NatSummary.UNKNOWN,
                null,
                null);
        NodeInfo own = info(invitation(OWN, Instant.now()));
        Invitation invited = known.with(OneTimeSecret.generate(new SecureRandom()));

        assertThat(new MeetingText(own, known).reply()).isNotNull();
        MeetingText meeting = new MeetingText(own, invited);
        assertThat(meeting.reply()).isNull();
        assertThat(meeting.checkLines())
                .anyMatch(line -> line.strip().equals("The code lets in whoever uses it first, once."));
        assertThat(meeting.json().toString() + meeting.checkLines())
                .doesNotContain(Objects.requireNonNull(invited.secret()).text(), invited.code());
    }

    @Test
    void inviteMayNameWhomTheCodeIsFor() throws NodeException {
        assertThat(new Settings("--invite").read().mode.invite).isEmpty();
        assertThat(new Settings("--invite=anna").read().mode.invite).isEqualTo("anna");
        assertThat(new Settings("--invite", "--json").read().mode.invite).isEmpty();
        assertThat(new Settings("--info").read().mode.invite).isNull();
    }

    @Test
    void aStockFileBecomesOptions(@TempDir Path directory) throws IOException, NodeException {
        Path file = Files.createFile(
                directory.resolve("wg0.conf"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                file,
                "[Interface]\nPrivateKey = " + SECRET + "\nAddress = 10.0.0.2/32\nListenPort = 5555\n"
                        + "DNS = 1.1.1.1\n[Peer]\nPublicKey = " + PEER + "\nPresharedKey = " + SECRET
                        + "\nEndpoint = 198.51.100.1:51820\nAllowedIPs = 0.0.0.0/0, 192.168.7.0/24\n");

        Options options = new Settings("--import=" + file, "--home=" + directory).read();
        options.check();

        assertThat(options.mode.connect).containsExactly(ConnectLine.parse(PEER + "@198.51.100.1:51820"));
        assertThat(options.exitVia).containsExactly(PEER.toString());
        assertThat(options.port).isEqualTo(5555);
        assertThat(Secrets.read(options, null).presharedKeys().has(PEER)).isTrue();
        Imported imported = Imported.read(file);
        assertThat(imported.notices(
                        OverlayAddresses.of(OWN, OverlayAddresses.DEFAULT_IPV4_PREFIX),
                        OverlayAddresses.DEFAULT_IPV4_PREFIX))
                .hasSize(3)
                .anyMatch(line -> line.startsWith("Address 10.0.0.2/32 is not taken"))
                .anyMatch(line -> line.startsWith("AllowedIPs 192.168.7.0/24 are not routed to " + PEER))
                .anyMatch(line -> line.startsWith("DNS means nothing"))
                .noneMatch(line -> line.contains(SECRET));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> Imported.read(file)).hasMessageContaining("is open to other users");
    }

    @Test
    void badStockFilesAndNamesAreOneClearLine(@TempDir Path directory) {
        refused(Call.of("--import=" + directory.resolve("none")), 1, "--import: there is no file");
        refused(Call.of("--export="), 2, "--export: not a name of 1 to 64 printable characters");
        refused(Call.of("--export=a\nb"), 2, "--export: not a name");
        refused(Call.of("--invite=a\nb", "--home=" + directory), 2, "--invite: not a name");
        refused(Call.of("--invite", "--home=" + directory), 1, "no node is running in ");
        assertThat(Call.of("--status", "--qr").errors()).contains("--qr is for --info, --invite and --export");
        assertThat(Call.of("--info", "--qr", "--json").exitCode()).isEqualTo(2);
    }

    private static void refused(Call call, int exitCode, String reason) {
        assertThat(call.exitCode()).as(call.toString()).isEqualTo(exitCode);
        assertThat(call.output()).isEmpty();
        assertThat(call.errors().lines()).hasSize(1);
        assertThat(call.errors()).contains(reason);
    }

    private static String swapped(String code) {
        char wrong = code.charAt(90) == 'q' ? 'p' : 'q';
        return code.substring(0, 90) + wrong + code.substring(91);
    }

    private static Invitation invitation(NoisePublicKey key, Instant created) {
        return new Invitation(
                key,
                "zebra",
                created,
                created.plus(Invitation.VALIDITY),
                Admission.LINE,
                List.of(
                        new Candidate(CandidateType.HOST, new InetSocketAddress("192.168.1.2", 51820)),
                        new Candidate(
                                CandidateType.SERVER_REFLEXIVE,
                                new InetSocketAddress(key.equals(OWN) ? "203.0.113.1" : "198.51.100.1", 51820))),
                EASY,
                NatSummary.UNKNOWN,
                null,
                null);
    }

    private static NodeInfo info(Invitation own) {
        return new NodeInfo(
                "", own.publicKey().toString(), "x", List.of(), 51820, List.of(), null, false, null, own.code(), "1");
    }
}
