package org.peervpn.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.PrintStream;
import java.util.List;

/** Standard output: lines for people, or JSON for scripts. Several threads may print. */
final class Console {
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
        json(Json.MAPPER.writerWithDefaultPrettyPrinter(), object);
    }

    /** One of several things that a running node tells. */
    void event(JsonNode object) {
        json(Json.MAPPER.writer(), object);
    }

    private synchronized void json(ObjectWriter writer, JsonNode object) {
        try {
            out.println(writer.writeValueAsString(object));
            out.flush();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of ours cannot be written", e);
        }
    }
}
