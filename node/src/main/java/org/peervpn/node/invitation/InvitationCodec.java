package org.peervpn.node.invitation;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Candidate;
import org.peervpn.nat.CandidateType;
import org.peervpn.nat.NatSummary;
import org.peervpn.node.Admission;
import org.peervpn.node.Endpoint;
import org.peervpn.node.PeerId;
import org.peervpn.tunnel.NoisePublicKey;

/**
 * The bytes of an invitation; integers are big-endian.
 *
 * <pre>0: length of all | 2: admission | 3: created, seconds since 1970 | 7: valid for, minutes | 9: public key
 * 41: fields | end-4: checksum, the first 4 bytes of SHA-256 of all before</pre>
 *
 * <p>A field is one byte of type (high four bits) and length (low four bits), the length in the next byte instead if it
 * is 15 or more, and the value. Unknown fields are passed over, so that later versions may say more:
 *
 * <pre>1: name, UTF-8 | 2: host, 3: port-mapped, 4: server-reflexive, 5: peer-reflexive endpoint: address (4 or 16), port (2)
 * 6: NAT of IPv4, 7: of IPv6 ({@link NatSummaryCodec}) | 8: one-time secret | 9: Peer ID of whom it replies to (6)</pre>
 */
final class InvitationCodec {
    static final int MIN_LENGTH = 45;
    static final int MAX_LENGTH = 600;

    private static final int FIELDS_OFFSET = 41;
    private static final int CHECKSUM_LENGTH = 4;
    private static final int LONG = 15;

    private static final int NAME = 1;
    private static final int FIRST_CANDIDATE = 2;
    private static final int LAST_CANDIDATE = 5;
    private static final int NAT_IPV4 = 6;
    private static final int NAT_IPV6 = 7;
    private static final int SECRET = 8;
    private static final int REPLY_TO = 9;

    /** By their numbers in a code. */
    private static final List<CandidateType> TYPES = List.of(
            CandidateType.HOST,
            CandidateType.PORT_MAPPED,
            CandidateType.SERVER_REFLEXIVE,
            CandidateType.PEER_REFLEXIVE);

    private static final List<Admission> ADMISSIONS =
            List.of(Admission.LINE, Admission.PASSCODE, Admission.ASK, Admission.KNOWN);

    private InvitationCodec() {}

    static byte[] encode(Invitation invitation) {
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        if (!invitation.name().isEmpty()) {
            put(fields, NAME, invitation.name().getBytes(StandardCharsets.UTF_8));
        }
        for (Candidate candidate : invitation.candidates()) {
            put(fields, FIRST_CANDIDATE + TYPES.indexOf(candidate.type()), bytes(candidate.endpoint()));
        }
        if (!invitation.ipv4().equals(NatSummary.UNKNOWN)) {
            put(fields, NAT_IPV4, NatSummaryCodec.encode(invitation.ipv4()));
        }
        if (!invitation.ipv6().equals(NatSummary.UNKNOWN)) {
            put(fields, NAT_IPV6, NatSummaryCodec.encode(invitation.ipv6()));
        }
        if (invitation.secret() != null) {
            put(fields, SECRET, invitation.secret().bytes());
        }
        if (invitation.replyTo() != null) {
            put(fields, REPLY_TO, invitation.replyTo().bytes());
        }
        return assembled(invitation, fields.toByteArray());
    }

    private static byte[] assembled(Invitation invitation, byte[] fields) {
        int length = FIELDS_OFFSET + fields.length + CHECKSUM_LENGTH;
        Duration valid = Duration.between(invitation.created(), invitation.validUntil());
        ByteBuffer bytes = ByteBuffer.allocate(length)
                .putShort((short) length)
                .put((byte) ADMISSIONS.indexOf(invitation.admission()))
                .putInt((int) invitation.created().getEpochSecond())
                .putShort((short) valid.toMinutes())
                .put(invitation.publicKey().bytes())
                .put(fields);
        return bytes.put(checksum(bytes.array())).array();
    }

    private static void put(ByteArrayOutputStream fields, int type, byte[] value) {
        fields.write(type << 4 | Math.min(value.length, LONG));
        if (value.length >= LONG) {
            fields.write(value.length);
        }
        fields.writeBytes(value);
    }

    /** An {@link IllegalArgumentException} says in one line what is wrong. */
    static Invitation decode(byte[] bytes) {
        ByteBuffer all = ByteBuffer.wrap(bytes);
        if (bytes.length < MIN_LENGTH || (all.getShort(0) & 0xffff) != bytes.length) {
            throw damaged();
        }
        all.position(bytes.length - CHECKSUM_LENGTH);
        if (!all.equals(ByteBuffer.wrap(checksum(bytes)))) {
            throw damaged();
        }
        return decode(all.position(2).limit(bytes.length - CHECKSUM_LENGTH));
    }

    private static Invitation decode(ByteBuffer all) {
        int admission = all.get();
        Instant created = Instant.ofEpochSecond(all.getInt() & 0xffff_ffffL);
        int minutes = all.getShort() & 0xffff;
        NoisePublicKey key = NoisePublicKey.of(take(all, 32));
        if (admission < 0 || admission >= ADMISSIONS.size() || minutes == 0) {
            throw absurd("what no node would say");
        }
        if (key.isWeak()) {
            throw absurd("a weak public key, which cannot be anybody's");
        }
        Fields fields = new Fields();
        while (all.hasRemaining()) {
            int head = all.get() & 0xff;
            fields.read(head >> 4, value(all, head & LONG));
        }
        if (fields.candidates.isEmpty()) {
            throw absurd("no endpoint");
        }
        return new Invitation(
                key,
                fields.name,
                created,
                created.plus(Duration.ofMinutes(minutes)),
                ADMISSIONS.get(admission),
                fields.candidates,
                fields.ipv4,
                fields.ipv6,
                fields.replyTo,
                fields.secret);
    }

    private static byte[] value(ByteBuffer all, int shortLength) {
        int length = shortLength;
        if (shortLength == LONG) {
            if (!all.hasRemaining()) {
                throw absurd("a field without a length");
            }
            length = all.get() & 0xff;
        }
        if (length > all.remaining()) {
            throw absurd("a field longer than the code");
        }
        return take(all, length);
    }

    private static byte[] take(ByteBuffer all, int length) {
        byte[] taken = new byte[length];
        all.get(taken);
        return taken;
    }

    /** What the fields say. */
    private static final class Fields {
        private String name = "";
        private final List<Candidate> candidates = new ArrayList<>();
        private NatSummary ipv4 = NatSummary.UNKNOWN;
        private NatSummary ipv6 = NatSummary.UNKNOWN;
        private @Nullable OneTimeSecret secret;
        private @Nullable PeerId replyTo;

        void read(int type, byte[] value) {
            if (type >= FIRST_CANDIDATE && type <= LAST_CANDIDATE) {
                addCandidate(new Candidate(TYPES.get(type - FIRST_CANDIDATE), endpoint(value)));
                return;
            }
            switch (type) {
                case NAME -> name = new String(value, StandardCharsets.UTF_8);
                case NAT_IPV4 -> ipv4 = nat(value);
                case NAT_IPV6 -> ipv6 = nat(value);
                case SECRET -> {
                    checkLength(value, OneTimeSecret.LENGTH);
                    secret = OneTimeSecret.of(value);
                }
                case REPLY_TO -> {
                    checkLength(value, PeerId.LENGTH);
                    replyTo = PeerId.of(value);
                }
                default -> {
                    // Of a later version.
                }
            }
        }

        private void addCandidate(Candidate candidate) {
            if (!EndpointSanity.isSane(candidate.endpoint())) {
                throw absurd("an endpoint that cannot be a peer's, " + Endpoint.text(candidate.endpoint()));
            }
            if (candidates.size() == Invitation.MAX_CANDIDATES) {
                throw absurd("more than " + Invitation.MAX_CANDIDATES + " endpoints");
            }
            candidates.add(candidate);
        }

        private static NatSummary nat(byte[] value) {
            NatSummary nat = NatSummaryCodec.decode(value);
            if (nat == null) {
                throw absurd("a NAT that cannot be");
            }
            return nat;
        }
    }

    private static void checkLength(byte[] value, int length) {
        if (value.length != length) {
            throw absurd("a field of a wrong length");
        }
    }

    private static byte[] bytes(InetSocketAddress endpoint) {
        byte[] address = endpoint.getAddress().getAddress();
        return ByteBuffer.allocate(address.length + 2)
                .put(address)
                .putShort((short) endpoint.getPort())
                .array();
    }

    private static InetSocketAddress endpoint(byte[] value) {
        if (value.length != 6 && value.length != 18) {
            throw absurd("a field of a wrong length");
        }
        int port = ByteBuffer.wrap(value).getShort(value.length - 2) & 0xffff;
        try {
            return new InetSocketAddress(InetAddress.getByAddress(Arrays.copyOf(value, value.length - 2)), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }

    private static byte[] checksum(byte[] bytes) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(bytes, 0, bytes.length - CHECKSUM_LENGTH);
            return Arrays.copyOf(sha256.digest(), CHECKSUM_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static IllegalArgumentException damaged() {
        return new IllegalArgumentException("this code is damaged: its checksum does not match; copy it again");
    }

    private static IllegalArgumentException absurd(String what) {
        return new IllegalArgumentException("this code is absurd: it names " + what);
    }
}
