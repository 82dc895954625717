package org.peervpn.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintStream;
import java.util.List;

/** Standard output: lines for people, or JSON for scripts. Several threads may print. */
final class Console {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    private static final ObjectMapper JSON_LINES = new ObjectMapper();

    private final PrintStream out;
    private final boolean json;

    Console(PrintStream out, boolean json) {
        this.out = out;
        this.json = json;
    }

    boolean isJson() {
        return json;
    }

    synchronized void line(String text) {
        out.println(Printable.line(text));
        out.flush();
    }

    /** Lines of our own making, escape sequences and all. */
    synchronized void picture(List<String> lines) {
        lines.forEach(out::println);
        out.flush();
    }

    /** The one result of a call. */
    void result(JsonNode object) {
        json(JSON, object);
    }

    /** One of several things that a running node tells. */
    void event(JsonNode object) {
        json(JSON_LINES, object);
    }

    private synchronized void json(ObjectMapper mapper, JsonNode object) {
        try {
            out.println(mapper.writeValueAsString(object));
            out.flush();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of ours cannot be written", e);
        }
    }
}
