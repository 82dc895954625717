package org.peervpn.node.runtime;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.peervpn.node.Endpoint;
import org.peervpn.node.Origin;
import org.peervpn.node.Remembered;
import org.peervpn.node.Remembered.OpenInvitation;
import org.peervpn.node.Remembered.RememberedPeer;
import org.peervpn.node.control.Hello;
import org.peervpn.node.invitation.Invitation;
import org.peervpn.node.invitation.OneTimeSecret;
import org.peervpn.tunnel.NoisePublicKey;
import org.yaml.snakeyaml.LoaderOptions;

/** What a node remembers, as the YAML of {@code peers.yaml}. */
final class PeersText {
    /** More than {@link Remembered#MAX_ENTRIES} peers with all that may be known of them. */
    static final int MAX_BYTES = 16 << 20;

    private static final int VERSION = 1;
    private static final String HEADING = "# The peers that this node remembers. peervpn writes this file;"
            + " change it only while the node does not run.\n";

    private static final ObjectMapper YAML = YAMLMapper.builder(YAMLFactory.builder()
                    .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                    .disable(YAMLGenerator.Feature.SPLIT_LINES)
                    .loaderOptions(limits())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    private record Contents(
            @JsonProperty(value = "version", required = true)
            int version,

            @JsonProperty("peers") @Nullable List<Entry> peers,
            @JsonProperty("removed") @Nullable List<String> removed,

            @JsonInclude(JsonInclude.Include.NON_NULL) @JsonProperty("invitations") @Nullable
            List<InvitationEntry> invitations) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record InvitationEntry(
            @JsonProperty("name") @Nullable String name,

            @JsonProperty(value = "until", required = true) @Nullable
            String until,

            @JsonProperty(value = "secret", required = true) @Nullable
            String secret) {

        @Override
        public String toString() {
            return "InvitationEntry(secret)";
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Entry(
            @JsonProperty(value = "publicKey", required = true) @Nullable
            String publicKey,

            @JsonProperty("name") @Nullable String name,

            @JsonProperty(value = "origin", required = true) @Nullable
            String origin,

            @JsonProperty("calls") @Nullable String calls,
            @JsonProperty("lastEndpoint") @Nullable String lastEndpoint, // the only one, in files of earlier versions
            @JsonProperty("endpoints") @Nullable List<String> endpoints,
            @JsonProperty("lastSeen") @Nullable String lastSeen,
            @JsonProperty("code") @Nullable String code,
            @JsonProperty("invitedAs") @Nullable String invitedAs) {

        /** There may be a secret in the code. */
        @Override
        public String toString() {
            return "Entry(" + publicKey + ")";
        }
    }

    private PeersText() {}

    private static LoaderOptions limits() {
        LoaderOptions limits = new LoaderOptions();
        limits.setCodePointLimit(MAX_BYTES);
        limits.setMaxAliasesForCollections(0);
        limits.setNestingDepthLimit(8);
        return limits;
    }

    static String write(Remembered remembered) {
        try {
            return HEADING
                    + YAML.writeValueAsString(new Contents(
                            VERSION,
                            remembered.peers().stream().map(PeersText::entry).toList(),
                            remembered.removed().stream()
                                    .map(NoisePublicKey::toString)
                                    .toList(),
                            remembered.invitations().isEmpty()
                                    ? null
                                    : remembered.invitations().stream()
                                            .map(PeersText::entry)
                                            .toList()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("records of our own cannot be written", e);
        }
    }

    private static Entry entry(RememberedPeer peer) {
        return new Entry(
                peer.key().toString(),
                peer.name(),
                peer.origin().name().toLowerCase(Locale.ROOT),
                text(peer.calls()),
                null,
                peer.endpoints().isEmpty()
                        ? null
                        : peer.endpoints().stream().map(Endpoint::toString).toList(),
                text(peer.lastSeen()),
                peer.code() == null ? null : peer.code().code(),
                peer.invitedAs());
    }

    private static InvitationEntry entry(OpenInvitation invitation) {
        String name = invitation.name().isEmpty() ? null : invitation.name();
        return new InvitationEntry(
                name, invitation.until().toString(), invitation.secret().text());
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : value.toString();
    }

    /** An {@link IllegalArgumentException} says in one line what is wrong, and where. */
    static Remembered read(String text) {
        try {
            Contents contents = YAML.readValue(text, Contents.class);
            if (contents == null) {
                return Remembered.NOTHING;
            }
            if (contents.version() != VERSION) {
                throw new IllegalArgumentException("version " + contents.version() + " is not known to this program");
            }
            List<RememberedPeer> peers =
                    orEmpty(contents.peers()).stream().map(PeersText::peer).toList();
            List<NoisePublicKey> removed =
                    orEmpty(contents.removed()).stream().map(PeersText::key).toList();
            List<OpenInvitation> invitations = orEmpty(contents.invitations()).stream()
                    .map(PeersText::invitation)
                    .toList();
            return check(new Remembered(peers, removed, invitations));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(message(e), e);
        }
    }

    private static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static Remembered check(Remembered remembered) {
        Set<NoisePublicKey> seen = new HashSet<>();
        for (RememberedPeer peer : remembered.peers()) {
            if (!seen.add(peer.key())) {
                throw new IllegalArgumentException("the peer " + peer.key() + " stands there twice");
            }
            if (peer.key().isWeak()) {
                throw new IllegalArgumentException("the key " + peer.key() + " is weak and cannot be anybody's");
            }
        }
        if (remembered.peers().size() > Remembered.MAX_ENTRIES
                || remembered.removed().size() > Remembered.MAX_ENTRIES) {
            throw new IllegalArgumentException("more than " + Remembered.MAX_ENTRIES + " entries");
        }
        if (remembered.invitations().size() > Remembered.MAX_INVITATIONS) {
            throw new IllegalArgumentException("more than " + Remembered.MAX_INVITATIONS + " invitations");
        }
        return remembered;
    }

    private static NoisePublicKey key(@Nullable String text) {
        if (text == null) {
            throw new IllegalArgumentException("a removed key that is none");
        }
        return NoisePublicKey.parse(text);
    }

    private static RememberedPeer peer(@Nullable Entry entry) {
        if (entry == null || entry.publicKey() == null || entry.origin() == null) {
            throw new IllegalArgumentException("a peer without publicKey and origin");
        }
        NoisePublicKey key = NoisePublicKey.parse(entry.publicKey());
        return new RememberedPeer(
                key,
                entry.name() == null ? null : Hello.printable(entry.name(), Hello.MAX_NAME_LENGTH),
                origin(entry.origin()),
                endpoint(entry.calls()),
                endpoints(entry),
                instant(entry.lastSeen()),
                entry.code() == null ? null : code(entry.code(), key),
                entry.invitedAs() == null ? null : Hello.printable(entry.invitedAs(), Hello.MAX_NAME_LENGTH));
    }

    private static Invitation code(String text, NoisePublicKey key) {
        Invitation code = Invitation.parse(text);
        if (!code.publicKey().equals(key)) {
            throw new IllegalArgumentException("the code of the peer " + key + " is another one's");
        }
        return code;
    }

    private static OpenInvitation invitation(@Nullable InvitationEntry entry) {
        Instant until = entry == null ? null : instant(entry.until());
        if (entry == null || until == null || entry.secret() == null) {
            throw new IllegalArgumentException("an invitation without until and secret");
        }
        String name = entry.name() == null ? "" : Hello.printable(entry.name(), Hello.MAX_NAME_LENGTH);
        return new OpenInvitation(OneTimeSecret.parse(entry.secret()), name, until);
    }

    private static Origin origin(String text) {
        for (Origin origin : Origin.values()) {
            if (origin.name().toLowerCase(Locale.ROOT).equals(text)) {
                return origin;
            }
        }
        throw new IllegalArgumentException("not an origin: " + quoted(text));
    }

    private static @Nullable Endpoint endpoint(@Nullable String text) {
        return text == null ? null : Endpoint.parse(text);
    }

    private static List<Endpoint> endpoints(Entry entry) {
        if (entry.endpoints() == null) {
            return entry.lastEndpoint() == null ? List.of() : List.of(address(entry.lastEndpoint()));
        }
        List<Endpoint> endpoints =
                entry.endpoints().stream().map(PeersText::address).toList();
        if (entry.lastEndpoint() != null) {
            throw new IllegalArgumentException("a peer with lastEndpoint and endpoints");
        }
        if (endpoints.size() > Remembered.MAX_ENDPOINTS) {
            throw new IllegalArgumentException("a peer with more than " + Remembered.MAX_ENDPOINTS + " endpoints");
        }
        if (new HashSet<>(endpoints).size() < endpoints.size()) {
            throw new IllegalArgumentException("a peer with the same endpoint twice");
        }
        return endpoints;
    }

    private static Endpoint address(@Nullable String text) {
        Endpoint endpoint = endpoint(text);
        if (endpoint == null || endpoint.literal() == null) {
            throw new IllegalArgumentException("not an address and port: " + quoted(String.valueOf(text)));
        }
        return endpoint;
    }

    private static @Nullable Instant instant(@Nullable String text) {
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("not a time as 2026-01-31T12:00:00Z: " + quoted(text), e);
        }
    }

    private static String quoted(String text) {
        return '"' + printable(text) + '"';
    }

    private static String printable(String text) {
        return Hello.printable(text, Hello.MAX_NAME_LENGTH);
    }

    /** Jackson's own messages span lines and name our classes. */
    private static String message(JsonProcessingException e) {
        String where = e.getLocation() == null ? "" : "line " + e.getLocation().getLineNr() + ": ";
        return where
                + (e instanceof UnrecognizedPropertyException unknown
                        ? "unknown key " + printable(unknown.getPropertyName())
                        : "not as this program writes it");
    }
}
