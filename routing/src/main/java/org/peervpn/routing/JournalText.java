package org.peervpn.routing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;

/** The journal as text: a line that says whose it is, then a line of JSON per change. Core. */
final class JournalText {

    private static final int VERSION = 1;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    private JournalText() {}

    /**
     * Whose journal it is, and of which boot.
     *
     * @param network the inode of the network namespace
     */
    record Header(int version, String bootId, String home, String network, String interfaceName) {
        Header(String bootId, String home, String network, String interfaceName) {
            this(VERSION, bootId, home, network, interfaceName);
        }
    }

    /** Not what we write. The message says where. */
    static final class DamagedException extends Exception {
        private static final long serialVersionUID = 1;

        DamagedException(String message) {
            super(message);
        }
    }

    static String line(Header header) {
        return write(header);
    }

    static String line(Change change) {
        return write(new Change(change.operation().forJournal(), change.policy(), change.before()));
    }

    /**
     * What this journal says was changed since this boot, oldest first. A last line that does not end is of a crash while
     * it was written, when nothing of what it says had been done.
     */
    static List<Change> changes(String text, Header expected) throws DamagedException {
        List<String> lines =
                text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            try {
                if (i > 0) {
                    changes.add(read(lines.get(i), Change.class));
                } else if (!isOfThisBoot(read(lines.get(i), Header.class), expected)) {
                    return List.of();
                }
            } catch (JsonProcessingException | IllegalArgumentException e) {
                throw new DamagedException("line " + (i + 1) + " is damaged");
            }
        }
        return changes;
    }

    private static boolean isOfThisBoot(Header found, Header expected) throws DamagedException {
        Header sameBoot =
                new Header(found.version(), expected.bootId(), found.home(), found.network(), found.interfaceName());
        if (!sameBoot.equals(expected)) {
            throw new DamagedException("it belongs to another node or version");
        }
        return found.bootId().equals(expected.bootId());
    }

    private static <T> T read(String line, Class<T> type) throws JsonProcessingException {
        T value = JSON.readValue(line, type);
        if (value == null) {
            throw new IllegalArgumentException("null");
        }
        return value;
    }

    private static String write(Object value) {
        try {
            return JSON.writeValueAsString(value) + '\n';
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("our own values can be written", e);
        }
    }
}
