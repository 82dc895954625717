package org.peervpn.node.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.peervpn.nat.Behavior;
import org.peervpn.nat.Candidate;
import org.peervpn.nat.CandidateType;
import org.peervpn.nat.NatSummary;
import org.peervpn.nat.PortAllocation;
import org.peervpn.nat.Reach;

/**
 * The control message that tells a peer where its sender can be reached. Its map holds {@code candidates}, an array of
 * [type, address as 4 or 16 bytes, port], {@code nat} with what is known, and {@code spray}.
 */
public final class CandidatesCodec {
    private static final int MAX_PORT = 65_535;
    private static final int MAX_STEP = 1024;

    private CandidatesCodec() {}

    public static ByteBuffer encode(Reach reach) {
        ObjectNode map = ControlCodec.map();
        ArrayNode candidates = map.putArray("candidates");
        for (Candidate candidate : reach.candidates()) {
            candidates
                    .addArray()
                    .add(word(candidate.type()))
                    .add(candidate.endpoint().getAddress().getAddress())
                    .add(candidate.endpoint().getPort());
        }
        encode(reach.nat(), map.putObject("nat"));
        map.put("spray", reach.sprayable());
        return ControlCodec.frame(ControlCodec.CANDIDATES, map);
    }

    private static void encode(NatSummary nat, ObjectNode map) {
        if (nat.translated() != null) {
            map.put("translated", nat.translated());
        }
        if (nat.mapping() != null) {
            map.put("mapping", word(nat.mapping()));
        }
        if (nat.filtering() != null) {
            map.put("filtering", word(nat.filtering()));
        }
        if (nat.ports() != null) {
            map.put("ports", word(nat.ports()));
        }
        if (nat.portStep() != 0) {
            map.put("step", nat.portStep());
        }
        if (nat.blocked()) {
            map.put("blocked", true);
        }
        if (nat.carrierGrade() != null) {
            map.put("cgn", nat.carrierGrade());
        }
    }

    /** Null if it is malformed. Candidates of a kind that this version does not know are left out. */
    public static @Nullable Reach decode(ByteBuffer payload) {
        JsonNode map = ControlCodec.body(payload);
        if (map == null || !map.path("candidates").isArray()) {
            return null;
        }
        List<Candidate> candidates = new ArrayList<>();
        for (JsonNode item : map.path("candidates")) {
            Candidate candidate = candidate(item);
            if (candidate != null && candidates.size() < Reach.MAX_CANDIDATES) {
                candidates.add(candidate);
            }
        }
        return new Reach(candidates, nat(map.path("nat")), map.path("spray").asBoolean(false));
    }

    private static @Nullable Candidate candidate(JsonNode item) {
        CandidateType type = value(CandidateType.values(), item.path(0));
        int port = item.path(2).asInt(0);
        if (type == null || !item.path(1).isBinary() || port < 1 || port > MAX_PORT) {
            return null;
        }
        try {
            byte[] bytes = item.path(1).binaryValue();
            return new Candidate(type, new InetSocketAddress(InetAddress.getByAddress(bytes), port));
        } catch (UnknownHostException e) {
            return null; // neither 4 nor 16 bytes
        } catch (IOException e) {
            throw new IllegalStateException("a binary node has bytes", e);
        }
    }

    private static NatSummary nat(JsonNode map) {
        int step = map.path("step").asInt(0);
        boolean isStep = step != 0 && Math.abs((long) step) <= MAX_STEP;
        PortAllocation ports = value(PortAllocation.values(), map.path("ports"));
        return new NatSummary(
                flag(map.path("translated")),
                value(Behavior.values(), map.path("mapping")),
                value(Behavior.values(), map.path("filtering")),
                ports == PortAllocation.SEQUENTIAL && !isStep ? PortAllocation.RANDOM : ports,
                ports == PortAllocation.SEQUENTIAL && isStep ? step : 0,
                map.path("blocked").asBoolean(false),
                flag(map.path("cgn")));
    }

    private static @Nullable Boolean flag(JsonNode node) {
        return node.isBoolean() ? node.booleanValue() : null;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static <T extends Enum<T>> @Nullable T value(T[] values, JsonNode node) {
        String text = node.asText("");
        return Stream.of(values)
                .filter(value -> word(value).equals(text))
                .findFirst()
                .orElse(null);
    }
}
