package org.peervpn.node.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import org.peervpn.node.ConnectLine;

class ControlServerFuzzTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A question has one answer: one object on one line, with a result or an error. */
    @FuzzTest
    void question(byte[] input) throws JsonProcessingException {
        String question = new String(input, UTF_8);
        List<String> calls = new ArrayList<>();
        JsonNode answer = ControlServer.answer(question, (call, arguments) -> {
            calls.add(call);
            return switch (call) {
                case "add" -> line(arguments);
                case "" -> throw new NodeException("no call");
                default -> arguments;
            };
        });

        assertThat(answer.has("result")).isNotEqualTo(answer.has("error"));
        assertThat(answer.size()).isEqualTo(1);
        assertThat(calls).hasSizeLessThanOrEqualTo(1);
        assertThat(calls.isEmpty()).isEqualTo(!isJson(question));
        String line = JSON.writeValueAsString(answer);
        assertThat(line).doesNotContain("\n", "\r");
        assertThat(JSON.readTree(line).has("error")).isEqualTo(answer.has("error"));
        if (answer.has("error")) {
            assertThat(answer.get("error").asText())
                    .doesNotContain("internal error")
                    .hasSizeLessThan(1000);
        }
    }

    private static JsonNode line(JsonNode arguments) {
        return JsonNodeFactory.instance.textNode(
                ConnectLine.parse(arguments.path("line").asText()).toString());
    }

    private static boolean isJson(String text) {
        try {
            JSON.readTree(text);
            return true;
        } catch (JsonProcessingException e) {
            return false;
        }
    }
}
