package org.peervpn.cli;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * The settings in a text of YAML: names and values as they were written, with their lines. It knows no option; what is
 * wrong is an {@link IllegalArgumentException} of one line, which never quotes a value.
 */
final class ConfigText {
    private static final YAMLFactory YAML = new YAMLFactory();

    /** One value as it was written, without quotes. */
    record Value(String text, int line) {}

    /**
     * One name with its values.
     *
     * @param isList written as a list, be it empty
     */
    record Setting(String name, int line, boolean isList, List<Value> values) {}

    private final String file;
    private final YAMLParser parser;
    private final Map<String, Setting> settings = new LinkedHashMap<>();

    private ConfigText(String file, YAMLParser parser) {
        this.file = file;
        this.parser = parser;
    }

    /** The settings in the order in which they stand there; {@code file} is what errors call it. */
    static List<Setting> parse(String text, String file) {
        try (YAMLParser parser = YAML.createParser(text)) {
            ConfigText config = new ConfigText(file, parser);
            config.read();
            return List.copyOf(config.settings.values());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(at(file, lineOf(e)) + "not YAML: " + problem(e), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // reading a string does not fail
        }
    }

    /** How errors begin. */
    static String at(String file, int line) {
        return file + ":" + line + ": ";
    }

    private void read() throws IOException {
        JsonToken first = parser.nextToken();
        if (first == null || first == JsonToken.VALUE_NULL) {
            return; // nothing but comments
        }
        if (first != JsonToken.START_OBJECT) {
            throw error("lines of the form \"name: value\" are expected");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            Setting setting = setting(parser.currentName(), line());
            Setting before = settings.putIfAbsent(setting.name(), setting);
            if (before != null) {
                throw new IllegalArgumentException(
                        at(file, setting.line()) + "'" + setting.name() + "' again, first in line " + before.line());
            }
        }
        if (parser.nextToken() != null) {
            throw error("only one document is expected");
        }
    }

    private Setting setting(String name, int line) throws IOException {
        List<Value> values = new ArrayList<>();
        boolean isList = parser.nextToken() == JsonToken.START_ARRAY;
        if (!isList) {
            addTo(values, name);
        } else {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                addTo(values, name);
            }
        }
        return new Setting(name, line, isList, List.copyOf(values));
    }

    private void addTo(List<Value> values, String name) throws IOException {
        JsonToken token = parser.currentToken();
        // The parser would give the name of the alias instead of what it stands for.
        if (!token.isScalarValue() || token == JsonToken.VALUE_EMBEDDED_OBJECT || parser.isCurrentAlias()) {
            throw error(name + ": a plain value, or a list of them, is expected");
        }
        if (token != JsonToken.VALUE_NULL) {
            values.add(new Value(parser.getText(), line()));
        }
    }

    private int line() {
        return parser.currentTokenLocation().getLineNr();
    }

    private IllegalArgumentException error(String reason) {
        return new IllegalArgumentException(at(file, line()) + reason);
    }

    private static int lineOf(JsonProcessingException e) {
        JsonLocation location = e.getLocation();
        return location == null ? 1 : location.getLineNr();
    }

    /** Not its message, which quotes the line: it may hold what should not be in a log. */
    private static String problem(JsonProcessingException e) {
        @Nullable Throwable cause = e;
        while (cause != null) {
            if (cause instanceof MarkedYAMLException marked && marked.getProblem() != null) {
                return marked.getProblem();
            }
            cause = cause.getCause();
        }
        return "it cannot be read";
    }
}
