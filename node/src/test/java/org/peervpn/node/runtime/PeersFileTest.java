package org.peervpn.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.peervpn.nat.Candidate;
import org.peervpn.nat.CandidateType;
import org.peervpn.nat.NatSummary;
import org.peervpn.node.Admission;
import org.peervpn.node.Endpoint;
import org.peervpn.node.Origin;
import org.peervpn.node.PeerId;
import org.peervpn.node.Remembered;
import org.peervpn.node.Remembered.OpenInvitation;
import org.peervpn.node.Remembered.RememberedPeer;
import org.peervpn.node.control.Hello;
import org.peervpn.node.invitation.Invitation;
import org.peervpn.node.invitation.OneTimeSecret;
import org.peervpn.tunnel.NoisePrivateKey;
import org.peervpn.tunnel.NoisePublicKey;

class PeersFileTest {
    private static final NoisePublicKey ONE = NoisePublicKey.parse("QGCuHmJxKvB94NwXEZP4LVwQgLLKURwmfxbR9fyVeH0=");
    private static final NoisePublicKey OTHER = NoisePublicKey.parse("hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=");
    private static final Invitation CODE = new Invitation(
            OTHER,
            "a node",
            Instant.parse("2026-01-31T12:00:00Z"),
            Instant.parse("2026-02-07T12:00:00Z"),
            Admission.KNOWN,
            List.of(new Candidate(CandidateType.HOST, new InetSocketAddress("11.22.33.44", 51820))),
            NatSummary.UNKNOWN,
            NatSummary.UNKNOWN,
            null,
            OneTimeSecret.parse("0123456789abcdef0123456789abcdef"));
    private static final Remembered REMEMBERED = new Remembered(
            List.of(
                    new RememberedPeer(
                            ONE,
                            "it's a: \"name\" # yes",
                            Origin.ADD,
                            Endpoint.parse("home.example:51820"),
                            List.of(Endpoint.parse("[2001:db8::1]:51820"), Endpoint.parse("192.168.1.2:51820")),
                            Instant.parse("2026-01-31T12:00:00.123Z")),
                    new RememberedPeer(
                            OTHER,
                            null,
                            Origin.ADD,
                            Endpoint.parse("11.22.33.44:51820"),
                            List.of(),
                            null,
                            CODE,
                            "anna: \"x\"")),
            List.of(OTHER),
            List.of(
                    new OpenInvitation(
                            OneTimeSecret.parse("000102030405060708090a0b0c0d0e0f"),
                            "for: \"anna\"",
                            Instant.parse("2026-02-07T12:00:00Z")),
                    new OpenInvitation(
                            OneTimeSecret.parse("f".repeat(32)), "", Instant.parse("2026-02-08T12:00:00Z"))));

    @TempDir
    private Path directory;

    private Home home;

    @BeforeEach
    void home() throws Exception {
        home = Home.open(directory.resolve("home"));
    }

    private Path file() {
        return home.directory().resolve("peers.yaml");
    }

    @Test
    void whatIsWrittenIsReadAgain() throws Exception {
        try (PeersFile file = new PeersFile(home)) {
            file.stage(REMEMBERED);
            file.writeStaged();
        }

        assertThat(PeersFile.read(home)).isEqualTo(REMEMBERED);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file()))
                .startsWith("# The peers that this node remembers.")
                .contains(
                        "- publicKey: \"" + ONE + '"',
                        "  calls: \"home.example:51820\"",
                        "removed:\n- \"" + OTHER + '"');
    }

    /** As earlier versions have written it. */
    @Test
    void aFileWithOneEndpointIsStillRead() throws Exception {
        home.write("peers.yaml", """
                version: 1
                peers:
                - publicKey: "KEY"
                  origin: "line"
                  lastEndpoint: "[2001:db8::1]:51820"
                removed: []
                """.replace("KEY", ONE.toString()).getBytes(StandardCharsets.UTF_8));

        assertThat(PeersFile.read(home).peers())
                .containsExactly(new RememberedPeer(
                        ONE, null, Origin.LINE, null, List.of(Endpoint.parse("[2001:db8::1]:51820")), null));
    }

    /** A node that cannot read its file does not start. */
    @Test
    void whateverMayBeRememberedFits() throws Exception {
        List<Endpoint> endpoints = IntStream.range(0, Remembered.MAX_ENDPOINTS)
                .mapToObj(i -> Endpoint.parse("[2001:db8:1111:2222:3333:4444:5555:666" + i + "]:51820"))
                .toList();
        String name = "\uD83D\uDE00".repeat(Hello.MAX_NAME_LENGTH);
        SecureRandom random = new SecureRandom();
        List<RememberedPeer> peers = Stream.generate(
                        () -> NoisePrivateKey.generate(random).publicKey())
                .limit(Remembered.MAX_ENTRIES)
                .map(key -> new RememberedPeer(
                        key,
                        name,
                        Origin.INVITATION,
                        endpoints.get(0),
                        endpoints,
                        Instant.parse("2026-01-31T12:00:00Z"),
                        code(key),
                        name))
                .toList();
        List<NoisePublicKey> removed = peers.stream().map(RememberedPeer::key).toList();
        Remembered most = new Remembered(peers, removed, List.of());
        try (PeersFile file = new PeersFile(home)) {
            file.write(most);
        }

        assertThat(PeersFile.read(home)).isEqualTo(most);
    }

    private static Invitation code(NoisePublicKey key) {
        return new Invitation(
                key,
                "n".repeat(32),
                CODE.created(),
                CODE.validUntil(),
                Admission.KNOWN,
                IntStream.range(0, Invitation.MAX_CANDIDATES)
                        .mapToObj(
                                i -> new Candidate(CandidateType.HOST, new InetSocketAddress("2001:db8::" + i, 1 + i)))
                        .toList(),
                NatSummary.UNKNOWN,
                NatSummary.UNKNOWN,
                PeerId.of(OTHER),
                CODE.secret());
    }

    @Test
    void nothingIsRememberedAtFirst() throws Exception {
        assertThat(PeersFile.read(home)).isEqualTo(Remembered.NOTHING);
    }

    @Test
    void theLastOfManyWritingsStays() throws Exception {
        PeersFile file = new PeersFile(home);
        try (file) {
            for (int i = 0; i < 100; i++) {
                file.write(Remembered.NOTHING);
            }
            file.write(REMEMBERED);
        }

        assertThat(PeersFile.read(home)).isEqualTo(REMEMBERED);
    }

    @Test
    void aDecisionThatCannotBeWrittenDownIsToldAsSuch() throws Exception {
        Files.createDirectory(file());
        try (PeersFile file = new PeersFile(home)) {
            file.stage(REMEMBERED);
            assertThatThrownBy(file::writeStaged)
                    .isInstanceOf(NodeException.class)
                    .hasMessageStartingWith("done, but only until the node ends, for it cannot be written down: ");
        }
    }

    @Test
    void whatCouldNotBeWrittenIsTriedAgain() throws Exception {
        Files.createDirectory(file());
        try (PeersFile file = new PeersFile(home)) {
            file.stage(REMEMBERED);
            assertThatThrownBy(file::writeStaged).isInstanceOf(NodeException.class);
            Files.delete(file());
        }

        assertThat(PeersFile.read(home)).isEqualTo(REMEMBERED);
    }

    /** Whoever was removed must stay out: what cannot be read is never taken for nothing. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "peers: [                                                 | line 1: not as this program writes it",
                "version: 2                                               | version 2 is not known",
                "version: one                                             | line 1: not as this program writes it",
                "peers: []                                                | not as this program writes it",
                "- a                                                      | line 1: not as this program writes it",
                "{version: 1, peres: []}                                  | line 1: unknown key peres",
                "{version: 1, version: 1}                                 | line 1: not as this program writes it",
                "{version: 1, removed: [abc]}                             | not a WireGuard public key",
                "{version: 1, peers: [{publicKey: abc, origin: line}]}    | not a WireGuard public key",
                "{version: 1, peers: [{publicKey: KEY}]}                  | not as this program writes it",
                "{version: 1, peers: [null]}                              | a peer without publicKey and origin",
                "{version: 1, peers: [{publicKey: KEY, origin: friend}]}  | not an origin: \"friend\"",
                "{version: 1, peers: [{publicKey: KEY, origin: line, lastEndpoint: x}]}   | no port in endpoint",
                "{version: 1, peers: [{publicKey: KEY, origin: line, lastEndpoint: 'name:51820'}]} | not an address and port",
                "{version: 1, peers: [{publicKey: KEY, origin: add, endpoints: 1.2.3.4:5}]}    | not as this program writes it",
                "{version: 1, peers: [{publicKey: KEY, origin: add, endpoints: [x]}]}          | no port in endpoint",
                "{version: 1, peers: [{publicKey: KEY, origin: add, endpoints: [null]}]}       | not an address and port: \"null\"",
                "{version: 1, peers: [{publicKey: KEY, origin: add, endpoints: ['a.b:1']}]}    | not an address and port: \"a.b:1\"",
                "{version: 1, peers: [{publicKey: KEY, origin: add, endpoints: ['1.2.3.4:5', '1.2.3.4:5']}]} | the same endpoint twice",
                "{version: 1, peers: [{publicKey: KEY, origin: add, endpoints: ['1.2.3.4:5'], lastEndpoint: '1.2.3.4:5'}]} | a peer with lastEndpoint and endpoints",
                "{version: 1, peers: [{publicKey: KEY, origin: add, endpoints: ['1.1.1.1:1', '1.1.1.1:2', '1.1.1.1:3', '1.1.1.1:4', '1.1.1.1:5', '1.1.1.1:6', '1.1.1.1:7', '1.1.1.1:8', '1.1.1.1:9']}]} | more than 8 endpoints",
                "{version: 1, peers: [{publicKey: KEY, origin: line, lastSeen: today}]}   | not a time as",
                "{version: 1, peers: [{publicKey: KEY, origin: line}, {publicKey: KEY, origin: add}]} | stands there twice",
                "{version: 1, peers: [{publicKey: KEY, origin: add, code: peervpn1abc}]}      | this code is cut off",
                "{version: 1, peers: [{publicKey: KEY, origin: add, code: CODE}]}             | is another one's",
                "{version: 1, invitations: [{until: 2026-02-07T12:00:00Z}]}   | not as this program writes it",
                "{version: 1, invitations: [null]}                            | an invitation without until and secret",
                "{version: 1, invitations: [{until: today, secret: ab}]}      | not a time as",
                "{version: 1, invitations: [{until: 2026-02-07T12:00:00Z, secret: abc}]} | not a one-time secret of 32",
                "{version: 1, peers: [&a [*a]]}                           | not as this program writes it",
            })
    void whatIsDamagedIsRefusedInOneLine(String text, String message) throws Exception {
        home.write(
                "peers.yaml",
                text.replace("KEY", ONE.toString()).replace("CODE", CODE.code()).getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> PeersFile.read(home))
                .isInstanceOf(NodeException.class)
                .hasMessageStartingWith(file() + ": ")
                .hasMessageContaining(message)
                .hasMessageEndingWith("; mend it, or move it away to forget all peers and all removals")
                .message()
                .hasLineCount(1);
    }
}
