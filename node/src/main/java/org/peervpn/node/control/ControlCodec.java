package org.peervpn.node.control;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Control messages as bytes.
 *
 * <pre>0: type | 1: length, 16 bits, big-endian | 3: CBOR map | zeros (WireGuard's padding)</pre>
 *
 * Unknown fields of a map are ignored, so that later versions can add some.
 */
public final class ControlCodec {
    /** Payloads whose first byte is below this are control messages. */
    public static final int FIRST_IP_BYTE = 0x40;

    public static final int HELLO = 0x01;
    public static final int ADMISSION_NOTICE = 0x02;
    public static final int PASSCODE_PROOF = 0x03;
    public static final int CANDIDATES = 0x04;
    public static final int INVITATION_PROOF = 0x05;

    private static final int MAX_PROOF_LENGTH = 64;
    private static final int MAX_SECONDS = 24 * 3600;

    private static final int HEADER_LENGTH = 3;
    private static final int MAX_BODY_LENGTH = 1024;

    private static final ObjectMapper CBOR = new ObjectMapper(CBORFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(8)
                    .maxStringLength(MAX_BODY_LENGTH)
                    .maxNumberLength(32)
                    .build())
            .build());

    private ControlCodec() {}

    public static boolean isControl(ByteBuffer payload) {
        return payload.hasRemaining() && (payload.get(payload.position()) & 0xff) < FIRST_IP_BYTE;
    }

    public static int type(ByteBuffer payload) {
        return payload.get(payload.position()) & 0xff;
    }

    public static ByteBuffer encode(Hello hello) {
        ObjectNode map = CBOR.createObjectNode();
        map.put("name", hello.name());
        map.put("version", hello.version());
        ArrayNode exit = map.putArray("exit");
        hello.exitFamilies().stream().sorted().forEach(exit::add);
        if (hello.token() != null) {
            map.put("token", hello.token());
        }
        if (hello.answerTo() != null) {
            map.put("answerTo", hello.answerTo());
        }
        return frame(HELLO, map);
    }

    public static ByteBuffer encode(AdmissionNotice notice) {
        ObjectNode map = CBOR.createObjectNode();
        map.put("state", notice.state().name().toLowerCase(Locale.ROOT));
        if (notice.seconds() > 0) {
            map.put("seconds", notice.seconds());
        }
        if (notice.spent()) {
            map.put("spent", true);
        }
        return frame(ADMISSION_NOTICE, map);
    }

    public static ByteBuffer encodeProof(byte[] proof) {
        return frame(PASSCODE_PROOF, CBOR.createObjectNode().put("proof", proof));
    }

    public static ByteBuffer encodeInvitationProof(byte[] proof) {
        return frame(INVITATION_PROOF, CBOR.createObjectNode().put("proof", proof));
    }

    static ObjectNode map() {
        return CBOR.createObjectNode();
    }

    static ByteBuffer frame(int type, ObjectNode map) {
        try {
            byte[] body = CBOR.writeValueAsBytes(map);
            return ByteBuffer.allocate(HEADER_LENGTH + body.length)
                    .put((byte) type)
                    .putShort((short) body.length)
                    .put(body)
                    .flip();
        } catch (IOException e) {
            throw new IllegalStateException("a map of our own cannot be written", e);
        }
    }

    /** Null if it is malformed. */
    public static @Nullable Hello decodeHello(ByteBuffer payload) {
        JsonNode map = body(payload);
        if (map == null) {
            return null;
        }
        JsonNode name = map.path("name");
        JsonNode version = map.path("version");
        Set<Integer> exit = families(map.path("exit"));
        if (!name.isTextual() || !version.isTextual() || exit == null) {
            return null;
        }
        return new Hello(
                Hello.printable(name.textValue(), Hello.MAX_NAME_LENGTH),
                Hello.printable(version.textValue(), Hello.MAX_VERSION_LENGTH),
                exit,
                number(map.path("token")),
                number(map.path("answerTo")));
    }

    /** Null if it is malformed or of a state that this version does not know. */
    public static @Nullable AdmissionNotice decodeNotice(ByteBuffer payload) {
        JsonNode map = body(payload);
        if (map == null) {
            return null;
        }
        String state = map.path("state").asText("");
        int seconds = Math.min(Math.max(map.path("seconds").asInt(0), 0), MAX_SECONDS);
        return Stream.of(AdmissionNotice.State.values())
                .filter(known -> known.name().toLowerCase(Locale.ROOT).equals(state))
                .map(known ->
                        new AdmissionNotice(known, seconds, map.path("spent").asBoolean(false)))
                .findFirst()
                .orElse(null);
    }

    /** Of either kind; null if it is malformed. */
    public static byte @Nullable [] decodeProof(ByteBuffer payload) {
        JsonNode map = body(payload);
        JsonNode proof = map == null ? null : map.get("proof");
        if (proof == null || !proof.isBinary()) {
            return null;
        }
        byte[] bytes = ((BinaryNode) proof).binaryValue();
        return bytes.length > MAX_PROOF_LENGTH ? null : bytes;
    }

    private static @Nullable Set<Integer> families(JsonNode array) {
        if (array.isMissingNode()) {
            return Set.of();
        }
        if (!array.isArray()) {
            return null;
        }
        Set<Integer> families = new TreeSet<>();
        for (JsonNode family : array) {
            if (family.isInt() && (family.intValue() == 4 || family.intValue() == 6)) {
                families.add(family.intValue());
            }
        }
        return Set.copyOf(families);
    }

    private static @Nullable Long number(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToLong() ? node.longValue() : null;
    }

    /** Null if it is malformed. */
    static @Nullable JsonNode body(ByteBuffer payload) {
        if (payload.remaining() < HEADER_LENGTH) {
            return null;
        }
        int start = payload.position() + HEADER_LENGTH;
        // Not ByteBuffer.getShort: its byte order is lost by every slice() and duplicate().
        int length = (payload.get(start - 2) & 0xff) << 8 | (payload.get(start - 1) & 0xff);
        if (length > MAX_BODY_LENGTH || length > payload.limit() - start) {
            return null;
        }
        byte[] body = new byte[length];
        payload.get(start, body);
        try {
            JsonNode map = CBOR.readTree(body);
            return map != null && map.isObject() ? map : null;
        } catch (IOException | RuntimeException e) {
            // Jackson's CBOR reader also throws unchecked exceptions on hostile input.
            return null;
        }
    }
}
