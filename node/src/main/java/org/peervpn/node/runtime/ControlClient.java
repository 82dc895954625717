package org.peervpn.node.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Talks to the node that runs in a home. */
public final class ControlClient {
    /** The node answers at once, but for a few seconds of STUN and for {@code down}. */
    private static final long PATIENCE_MILLIS = 20_000;

    private static final long PATIENCE_WITH_DOWN_MILLIS = 120_000;

    /** The lifetime of a mapping takes its time. */
    private static final long PATIENCE_WITH_NAT_TEST_MILLIS = 260_000;

    private final Home home;

    /** Made when there is somebody to talk to: it takes a while. */
    private static final class Json {
        static final ObjectMapper MAPPER = new ObjectMapper();
    }

    public ControlClient(Home home) {
        this.home = home;
    }

    /** The node's answer; empty if no node runs in this home. A {@link NodeException} bears what the node objects. */
    public Optional<JsonNode> call(String call, Map<String, String> arguments) throws NodeException {
        long patienceMillis = switch (call) {
            case "down" -> PATIENCE_WITH_DOWN_MILLIS;
            case "nattest" -> PATIENCE_WITH_NAT_TEST_MILLIS;
            default -> PATIENCE_MILLIS;
        };
        for (Path socket : new Path[] {
            RuntimeFiles.ofRoot(home).socket(), RuntimeFiles.inHome(home).socket()
        }) {
            if (isThere(socket)) {
                Optional<JsonNode> answer = ask(socket, question(call, arguments), patienceMillis);
                if (answer.isPresent()) {
                    return answer;
                }
            }
        }
        return Optional.empty();
    }

    private static JsonNode question(String call, Map<String, String> arguments) {
        ObjectNode question = Json.MAPPER.createObjectNode().put("call", call);
        arguments.forEach(question::put);
        return question;
    }

    private static boolean isThere(Path socket) throws NodeException {
        try {
            Files.readAttributes(socket, BasicFileAttributes.class);
            return true;
        } catch (AccessDeniedException e) {
            throw new NodeException(
                    socket.getParent() + " cannot be entered: permission denied; a node there obeys only root and its"
                            + " owner",
                    e);
        } catch (IOException e) {
            return false;
        }
    }

    static Optional<JsonNode> ask(Path socket, JsonNode question, long patienceMillis) throws NodeException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            String line = answerTo(question, channel, patienceMillis);
            if (line == null) {
                throw new NodeException("the running node ended before it answered");
            }
            JsonNode answer = understood(line);
            if (answer.has("error")) {
                throw new NodeException(answer.get("error").asText());
            }
            return Optional.of(answer.path("result"));
        } catch (ConnectException e) {
            return Optional.empty(); // nobody listens: left behind by a killed node
        } catch (AsynchronousCloseException e) {
            throw new NodeException("the running node has not answered for " + patienceMillis / 1000 + " s", e);
        } catch (IOException e) {
            if (e instanceof AccessDeniedException || "Permission denied".equals(e.getMessage())) {
                throw new NodeException("this user may not talk to the running node (only root and its owner may)", e);
            }
            throw new NodeException("the running node does not answer: " + e.getMessage(), e);
        }
    }

    private static JsonNode understood(String line) throws NodeException {
        try {
            return Json.MAPPER.readTree(line);
        } catch (JsonProcessingException e) {
            throw new NodeException("the running node's answer cannot be understood; is it of another version?", e);
        }
    }

    private static @Nullable String answerTo(JsonNode question, SocketChannel channel, long patienceMillis)
            throws IOException {
        Watchdog watchdog = Watchdog.over(channel, patienceMillis);
        try (watchdog) {
            Channels.newOutputStream(channel)
                    .write((Json.MAPPER.writeValueAsString(question) + "\n").getBytes(StandardCharsets.UTF_8));
            return new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8)).readLine();
        }
    }
}
