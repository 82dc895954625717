package org.peervpn.node.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Talks to the node that runs in a home. */
public final class ControlClient {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Home home;

    public ControlClient(Home home) {
        this.home = home;
    }

    /** The node's answer; empty if no node runs in this home. A {@link NodeException} bears what the node objects. */
    public Optional<JsonNode> call(String call, Map<String, String> arguments) throws NodeException {
        for (Path socket : new Path[] {
            RuntimeFiles.ofRoot(home).socket(), RuntimeFiles.inHome(home).socket()
        }) {
            Optional<JsonNode> answer = Files.exists(socket) ? ask(socket, call, arguments) : Optional.empty();
            if (answer.isPresent()) {
                return answer;
            }
        }
        return Optional.empty();
    }

    private static Optional<JsonNode> ask(Path socket, String call, Map<String, String> arguments)
            throws NodeException {
        ObjectNode question = JSON.createObjectNode().put("call", call);
        arguments.forEach(question::put);
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            Channels.newOutputStream(channel)
                    .write((JSON.writeValueAsString(question) + "\n").getBytes(StandardCharsets.UTF_8));
            byte[] line = Channels.newInputStream(channel).readAllBytes();
            if (line.length == 0) {
                throw new NodeException("the running node ended before it answered");
            }
            JsonNode answer = JSON.readTree(line);
            if (answer.has("error")) {
                throw new NodeException(answer.get("error").asText());
            }
            return Optional.of(answer.path("result"));
        } catch (ConnectException e) {
            return Optional.empty(); // nobody listens: left behind by a killed node
        } catch (AccessDeniedException e) {
            throw new NodeException("this user may not talk to the running node (only root and its owner may)", e);
        } catch (IOException e) {
            if ("Permission denied".equals(e.getMessage())) {
                throw new NodeException("this user may not talk to the running node (only root and its owner may)", e);
            }
            throw new NodeException("the running node does not answer: " + e.getMessage(), e);
        }
    }
}
